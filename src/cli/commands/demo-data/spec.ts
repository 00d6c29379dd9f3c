import { DEFAULTS } from '../../../config/defaults.ts'
import { count, TIME } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'demo-data',
  group: 'Telemetry',
  order: 6,
  summary: 'write sample events, feedback and unlocks',
  options: [
    { flags: '--events <n>', type: count(1, 1_000_000_000), default: DEFAULTS.demo.events, help: 'number of events' },
    { flags: '--seed <n>', type: count(0, 1_000_000_000), default: DEFAULTS.demo.seed, help: 'the same seed gives the same data' },
    { flags: '--days <n>', type: count(1, 3650), default: DEFAULTS.demo.days, help: 'number of days with events' },
    {
      flags: '--sample-skills <n>',
      type: count(1, 100_000),
      default: DEFAULTS.demo.skills,
      help: 'number of sample skills, if none exist',
    },
    { flags: '--until <time>', type: TIME, help: 'time of the last event (default: now)' },
    { flags: '--append', help: 'add to existing events' },
  ],
  database: true,
  examples: ['skills demo-data --events 100000 --seed 7 --embedded demo'],
})
