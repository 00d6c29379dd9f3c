import { DEFAULTS } from '../../../config/defaults.ts'
import { count, duration } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'rollup',
  group: 'Telemetry',
  order: 3,
  summary: 'bring the rollups of stats up to date',
  description: 'Add new events to the rollups that stats reads. Run it from cron.',
  options: [
    { flags: '--max-time <time>', type: duration(), help: 'start no step after 30s, 5m, ...' },
    { flags: '--batch <n>', type: count(1, 10_000_000), default: DEFAULTS.rollupBatch, help: 'events per step' },
    { flags: '--rebuild', help: 'discard the rollups and rebuild them' },
    { flags: '--yes', help: 'confirm that the rollups of pruned events will be lost' },
  ],
  database: true,
  examples: ['skills rollup', 'skills rollup --max-time 1m --quiet'],
})
