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
      { flags: '--by <what>', help: 'tier, category, element, realm, version, outcome, day, hour' },
      { flags: '--compare <time>', help: 'the last 7d, ... against the same time before' },
      { flags: '--funnel', help: 'users who unlocked, used, succeeded, rated' },
      { flags: '--user <id>', help: 'what one user did, the latest first' },
      { flags: '--exact', help: 'read every event, not the rollups' },
      { flags: '--html <file>', help: 'write a page with charts; - for stdout' },
      { flags: '--csv', help: 'comma-separated values on stdout' },
      { flags: '--ascii', help: 'bars and lines without Unicode' },
    ],
    database: true,
    examples: [
      'skills stats',
      'skills stats elemental-checkin --since 7d',
      'skills stats --by tier',
      'skills stats --compare 7d --html report.html',
    ],
  },
  {
    name: 'log',
    summary: 'write events from NDJSON, or from OpenTelemetry spans',
    arguments: [['[file]', 'one JSON object a line (default: -, standard input)']],
    options: [
      { flags: '--dry-run', help: 'check the lines; write nothing, connect to nothing' },
      { flags: '--max-errors <n>', help: 'stop after more bad lines than this (default: never)' },
    ],
    database: true,
    examples: ['skills log events.ndjson', 'skills log --dry-run events.ndjson', 'skills log --max-errors 100 --json -'],
  },
  {
    name: 'rollup',
    summary: 'add new events to the sums that stats answers from; for cron',
    options: [
      { flags: '--max-time <time>', help: 'begin no step after 30s, 5m, ...' },
      { flags: '--batch <n>', help: 'events of one step (default: 100000)' },
      { flags: '--rebuild', help: 'forget the sums and add up all events anew' },
      { flags: '--yes', help: 'rebuild although pruned events are lost by it' },
    ],
    database: true,
    examples: ['skills rollup', 'skills rollup --max-time 1m --quiet'],
  },
]
