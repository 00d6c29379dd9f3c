import { SETTINGS } from '../../../config/setting-table.ts'
import { FILE } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate dump',
  group: 'Schema',
  order: 6,
  summary: 'write the schema as SQL, for review',
  arguments: [{ name: '[file]', type: FILE, help: 'where to write it (default: stdout)' }],
  options: [
    { flags: '--check', help: 'write nothing; exit 1 when the file differs' },
    { flags: '--no-privileges', help: 'leave out GRANT and REVOKE' },
    SETTINGS.ledger,
  ],
  database: true,
  examples: ['skills migrate dump db/schema.sql', 'skills migrate dump db/schema.sql --check', 'skills migrate dump | psql other'],
})
