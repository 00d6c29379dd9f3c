import { DEFAULTS } from '../../../config/defaults.ts'
import { count, duration, FILE, oneOf, TEXT } from '../../../config/values.ts'
import { REPORTER_OPTIONS } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

const VIEWS = ['--cooccurrence', '--by', '--compare', '--funnel', '--sessions'] as const
const FILTERS = ['--version', '--tier', '--outcome', '--element', '--realm', '--category', '--from', '--to', '--tz'] as const
const GATES = ['--fail-if', '--fail-on'] as const
const FORMS = ['--html', '--csv', '--json', '--quiet'] as const
const INTERVAL = duration({ leastMs: 100, mostMs: 86_400_000, text: '100ms to 1d' })

export const spec = defineCommand({
  name: 'stats',
  group: 'Telemetry',
  order: 1,
  summary: 'show uses, success, latency, ratings and users',
  arguments: [{ name: '[skill]', help: 'one skill' }],
  options: [
    { flags: '--since <time>', type: duration(), help: 'only events of the last 7d, 12h, ...' },
    {
      flags: '--from <time>',
      type: TEXT,
      excludes: ['--since', '--compare'],
      help: 'only events from 2026-11-01[T12:00] on',
    },
    { flags: '--to <time>', type: TEXT, excludes: ['--since', '--compare'], help: 'only events before this day or time' },
    { flags: '--tz <zone>', type: TEXT, help: 'days of Europe/Berlin, ... (default: UTC)' },
    { flags: '--version <version>', type: TEXT, help: 'only events of this version' },
    { flags: '--tier <tier>', type: TEXT, help: 'only events with this tier' },
    { flags: '--outcome <outcome>', type: TEXT, help: 'only events with this outcome' },
    { flags: '--element <element>', type: TEXT, help: 'only events with this element' },
    { flags: '--realm <realm>', type: TEXT, help: 'only events with this realm' },
    { flags: '--category <category>', type: TEXT, help: 'only skills of this category' },
    { flags: '--limit <n>', type: count(0), help: `maximum number of rows (default: ${DEFAULTS.statsLimit})` },
    {
      flags: '--cooccurrence',
      excludes: ['--by', '--compare', '--funnel', '--sessions', '--user'],
      help: 'skills that succeed together in a session',
    },
    {
      flags: '--by <dimension>',
      type: oneOf('tier', 'category', 'element', 'realm', 'version', 'outcome', 'day', 'hour'),
      excludes: ['--compare', '--funnel', '--sessions', '--user'],
      help: '',
    },
    {
      flags: '--compare <time>',
      type: duration(),
      excludes: ['--since', '--funnel', '--sessions', '--user'],
      help: 'compare the last 7d, ... with the time before',
    },
    { flags: '--funnel', excludes: ['--sessions', '--user'], help: 'users who unlocked, used, succeeded, rated' },
    { flags: '--sessions', excludes: ['--user'], help: 'the sessions of the events, latest first' },
    {
      flags: '--user <id>',
      type: TEXT,
      excludes: ['--version', '--tier', '--outcome', '--element', '--realm', '--category'],
      help: 'the actions of one user, latest first',
    },
    {
      flags: '--fail-if <condition>',
      type: TEXT,
      repeatable: true,
      excludes: [...VIEWS, '--user'],
      help: "exit 1 when a skill meets it: 'success < 0.9', 'p95 > 2s'",
    },
    { flags: '--min-uses <n>', type: count(1), requires: '--fail-if', help: 'judge skills with so many uses (default: 1)' },
    { flags: '--fail-on <verdict>', type: oneOf('worse'), requires: '--compare', help: 'with --compare: exit 1 on a verdict' },
    { flags: '--exact', help: 'read every event, not the rollups' },
    {
      flags: '--tail',
      excludes: ['--since', ...FILTERS, ...VIEWS, ...GATES, '--exact', '--watch', ...FORMS],
      excludesHint: 'use --tail with a skill, --user, --limit or --ndjson only',
      help: 'print events as they arrive',
    },
    { flags: '--ndjson', requires: '--tail', help: 'with --tail: one JSON object per line' },
    { flags: '--watch <interval>', type: INTERVAL, excludes: [...FORMS, ...GATES], help: 'update every 5s, 1m, ...' },
    { flags: '--html <file>', type: FILE, help: 'write a page with charts; - for stdout' },
    { flags: '--csv', help: 'comma-separated values on stdout' },
    {
      flags: '--openmetrics',
      excludes: ['--since', ...VIEWS, ...FILTERS, ...GATES, '--user', '--exact', '--tail', '--watch', '--html', '--csv', '--json'],
      help: 'counters over all time for Prometheus, on stdout',
    },
    { flags: '--ascii', help: 'draw charts in ASCII' },
    ...REPORTER_OPTIONS,
  ],
  database: true,
  examples: [
    'skills stats',
    'skills stats elemental-checkin --since 7d',
    'skills stats --by tier --watch 5s',
    'skills stats elemental-checkin --sessions --outcome soft_fail',
    'skills stats --compare 7d --html report.html',
    "skills stats --since 7d --fail-if 'success < 0.9' --min-uses 50",
  ],
})
