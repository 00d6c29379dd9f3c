import { DATABASE_SETTINGS, SETTINGS } from '../../../config/setting-table.ts'
import { FOLDER, oneOf, TEXT } from '../../../config/values.ts'
import { IMPORTABLE } from '../../../core/importable-tools.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate import',
  group: 'Schema',
  order: 8,
  summary: 'move from another migration tool',
  description: 'Write a folder from that of another tool, and record what its ledger has as applied. Its files and ledger do not change.',
  options: [
    { flags: '--from <tool>', type: oneOf(...IMPORTABLE), required: true, help: '' },
    { ...SETTINGS.migrations, help: 'folder of the tool (default: its usual one)' },
    { flags: '--into <folder>', type: FOLDER, help: 'folder to write (default: FOLDER-skills)' },
    { flags: '--from-ledger <table>', type: TEXT, help: 'ledger of the tool, if not the usual one' },
    SETTINGS.ledger,
    { flags: '--files-only', help: 'write the folder; use no database' },
    { flags: '--dry-run', help: 'show what would be written; write nothing' },
    DATABASE_SETTINGS.directUrl,
  ],
  database: true,
  examples: [
    'skills migrate import --from goose --dir migrations --dry-run',
    'skills migrate import --from dbmate --ledger skills_migrations',
  ],
})
