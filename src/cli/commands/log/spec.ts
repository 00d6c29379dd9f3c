import { count, FILE, oneOf } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'log',
  group: 'Telemetry',
  order: 2,
  summary: 'write events from NDJSON or OpenTelemetry',
  arguments: [{ name: '[file]', type: FILE, help: 'NDJSON or an export of spans, plain or with gzip (default: -, standard input)' }],
  options: [
    { flags: '--dry-run', help: 'check the lines; do not connect' },
    {
      flags: '--user-id-as <form>',
      type: oneOf('uuid', 'uuid5'),
      default: 'uuid',
      help: 'uuid5: make UUIDs of names and e-mail addresses',
    },
    { flags: '--max-errors <n>', type: count(0), help: 'most errors before it stops (default: all)' },
  ],
  database: true,
  examples: ['skills log events.ndjson', 'skills log --dry-run events.ndjson', 'skills log --user-id-as uuid5 traces.json.gz'],
})
