import { SETTINGS } from '../../../config/setting-table.ts'
import { TEXT } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate squash',
  group: 'Schema',
  order: 7,
  summary: 'write one migration for several old ones',
  options: [
    { flags: '--to <version>', type: TEXT, required: true, help: 'the last version to squash' },
    { flags: '--name <name>', type: TEXT, help: 'name of the new file, after the number' },
    { flags: '--keep-rows', help: 'write the rows that the old files leave' },
    { flags: '--delete', help: 'delete the old files afterwards' },
    { flags: '--dry-run', help: 'print the new file; write nothing' },
    SETTINGS.migrations,
    SETTINGS.ledger,
  ],
  database: true,
  examples: [
    'skills migrate squash --to 020_ratings --dir db/migrations --dry-run',
    'skills migrate squash --to 020_ratings --dir db/migrations --embedded memory',
  ],
})
