import { SETTINGS } from '../../../config/setting-table.ts'
import { NAME } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'grants',
  group: 'Checks',
  order: 3,
  summary: 'print the SQL that an application role needs',
  description: 'Print the SQL that gives an application role the privileges it needs and removes the others.',
  options: [{ flags: '--app-role <name>', type: NAME, required: true, help: 'the role' }, SETTINGS.ledger],
  database: true,
  examples: ['skills grants --app-role app', 'skills grants --app-role app | psql "$DATABASE_URL"'],
})
