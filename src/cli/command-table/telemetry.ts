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
  {
    name: 'prune-events',
    summary: 'remove old events that the rollups have counted',
    options: [
      { flags: '--older-than <time>', help: 'remove events older than 180d, ...; whole days (UTC)' },
      { flags: '--dry-run', help: 'count them; remove nothing' },
      { flags: '--yes', help: 'do it without asking' },
      { flags: '--batch <n>', help: 'events of one transaction (default: 10000)' },
    ],
    database: true,
    examples: ['skills prune-events --older-than 180d --dry-run', 'skills prune-events --older-than 180d --yes'],
  },
  {
    name: 'forget-user',
    summary: 'erase a person from events, feedback, unlocks and sums',
    arguments: [['<id>', 'the user']],
    options: [
      { flags: '--dry-run', help: 'count the rows; erase nothing' },
      { flags: '--yes', help: 'do it without asking' },
    ],
    database: true,
    examples: ['skills forget-user 9f1c1d3e-0000-4000-8000-000000000001 --dry-run'],
  },
  {
    name: 'demo-data',
    summary: 'write sample events, feedback and unlocks, for trying and for tests',
    options: [
      { flags: '--events <n>', help: 'how many (default: 10000)' },
      { flags: '--seed <n>', help: 'the same seed gives the same data (default: 1)' },
      { flags: '--days <n>', help: 'spread over so many days (default: 180)' },
      { flags: '--made-up <n>', help: 'made-up skills where none is registered (default: 40)' },
      { flags: '--until <time>', help: 'when they end (default: now)' },
      { flags: '--yes', help: 'write beside the events that are there' },
    ],
    database: true,
    examples: ['skills demo-data --events 100000 --seed 7 --embedded demo'],
  },
]
