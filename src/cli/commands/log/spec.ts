import { count, FILE } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'log',
  group: 'Telemetry',
  order: 2,
  summary: 'write events from NDJSON or OpenTelemetry',
  arguments: [{ name: '[file]', type: FILE, help: 'one JSON object per line (default: -, standard input)' }],
  options: [
    { flags: '--dry-run', help: 'check the lines; do not connect' },
    { flags: '--max-errors <n>', type: count(0), help: 'most invalid lines before it stops (default: all)' },
  ],
  database: true,
  examples: ['skills log events.ndjson', 'skills log --dry-run events.ndjson', 'skills log --max-errors 100 --json -'],
})
