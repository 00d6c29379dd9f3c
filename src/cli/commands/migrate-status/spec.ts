import { SETTINGS } from '../../../config/setting-table.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate status',
  group: 'Schema',
  order: 2,
  summary: 'list the migrations and their state',
  options: [SETTINGS.migrations, SETTINGS.ledger, { flags: '--exit-code', help: 'exit 1 when a migration is pending or changed' }],
  database: true,
  examples: ['skills migrate status', 'skills migrate status --exit-code --json'],
})
