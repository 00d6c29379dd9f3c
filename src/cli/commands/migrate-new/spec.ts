import { SETTINGS } from '../../../config/setting-table.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate new',
  group: 'Schema',
  order: 3,
  summary: 'create an empty migration that sorts last',
  arguments: [{ name: '<name>', help: 'what the migration does' }],
  options: [{ ...SETTINGS.migrations, help: 'where to create it (default: the configured folder, else migrations)' }],
  settings: true,
  examples: ['skills migrate new "add ratings" --migrations db/migrations'],
})
