import { DATABASE_SETTINGS, SETTINGS } from '../../../config/setting-table.ts'
import { TEXT } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate repair',
  group: 'Schema',
  order: 4,
  summary: 'accept a changed or renamed file, or remove its ledger row',
  arguments: [{ name: '<version>', help: 'the migration' }],
  options: [
    { flags: '--forget', help: 'remove the row, or the record of an interrupted file; the file becomes pending' },
    { flags: '--renamed-from <version>', type: TEXT, excludes: ['--forget'], help: 'its name when it was applied' },
    { flags: '--yes', help: 'confirm, do not ask' },
    SETTINGS.migrations,
    SETTINGS.ledger,
    DATABASE_SETTINGS.directUrl,
  ],
  database: true,
  examples: [
    'skills migrate repair 20260101_add_ratings --yes',
    'skills migrate repair 20260101_add_ratings --forget --yes',
    'skills migrate repair 002_ratings --renamed-from 001_ratings --yes',
  ],
})
