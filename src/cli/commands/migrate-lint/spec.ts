import { SETTINGS } from '../../../config/setting-table.ts'
import { count, FILE } from '../../../config/values.ts'
import { REPORTER_OPTIONS } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate lint',
  group: 'Schema',
  order: 6,
  summary: 'find hazards and faults in migrations',
  description: 'Find what blocks or breaks an application while migrations run, and what prevents them from running. Write nothing.',
  arguments: [{ name: '[path...]', type: FILE, help: 'folders of migrations, or files in them (default: the configured ones)' }],
  options: [
    { flags: '--pending', help: 'only the pending files; needs the database' },
    { flags: '--max-warnings <n>', type: count(0), help: 'exit 1 on more warnings than this' },
    SETTINGS.ledger,
    ...REPORTER_OPTIONS,
  ],
  database: true,
  examples: ['skills migrate lint db/migrations', 'skills migrate lint --pending --max-warnings 0 --reporter github'],
})
