import { DATABASE_SETTINGS, SETTINGS } from '../../../config/setting-table.ts'
import { TEXT } from '../../../config/values.ts'
import { VARIABLE_OPTION } from '../../../config/variables.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate baseline',
  group: 'Schema',
  order: 5,
  summary: 'record migrations without running them',
  options: [
    { flags: '--to <version>', type: TEXT, help: 'the last version to record (default: all)' },
    { flags: '--accept-drift', help: 'record them although the database differs' },
    { flags: '--dry-run', help: 'compare and show; write nothing' },
    SETTINGS.migrations,
    VARIABLE_OPTION,
    SETTINGS.ledger,
    DATABASE_SETTINGS.directUrl,
  ],
  database: true,
  examples: ['skills migrate baseline --dry-run', 'skills migrate baseline --to 20251220_create_skill_system'],
})
