import { SETTINGS } from '../../../config/setting-table.ts'
import { TEXT } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate new',
  group: 'Schema',
  order: 3,
  summary: 'create a migration that sorts last',
  description: 'Create an empty migration that sorts last, or the draft of one. Only --from-verify opens the database.',
  arguments: [{ name: '[name]', help: 'what the migration does' }],
  options: [
    { flags: '--revert <version>', type: TEXT, help: 'draft the way back, where each statement has an exact inverse' },
    { flags: '--from-verify', excludes: ['--revert'], help: 'draft the remedies of skills verify; destructive ones are comments' },
    { ...SETTINGS.migrations, help: 'where to create it (default: the configured folder, else migrations)' },
  ],
  database: true,
  examples: [
    'skills migrate new "add ratings" --migrations db/migrations',
    'skills migrate new --revert 20260101_add_ratings',
    'skills migrate new --from-verify "remedies of May"',
  ],
})
