import type { CommandSpec } from '../command-spec.ts'

export const TELEMETRY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'stats',
    summary: 'uses, success, latency, ratings and users per skill',
    arguments: [['[skill]', 'one skill']],
    options: [
      { flags: '--since <time>', help: 'only events of the last 7d, 12h, ...' },
      { flags: '--limit <n>', help: 'at most so many rows (default: 20)' },
      { flags: '--cooccurrence', help: 'which skills succeed together in a session' },
    ],
    database: true,
    examples: ['skills stats', 'skills stats elemental-checkin --since 7d', 'skills stats --cooccurrence --json'],
  },
]
