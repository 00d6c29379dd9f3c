import { DATABASE_SETTINGS, SETTINGS } from '../../../config/setting-table.ts'
import { REPORTER_OPTIONS, SKILLS_ARGUMENT } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'doctor',
  group: 'Checks',
  order: 2,
  summary: 'examine settings, connection and privileges',
  description: 'Examine settings, connection, privileges and state. Each finding says what to do next.',
  arguments: [SKILLS_ARGUMENT],
  options: [
    { flags: '--strict', help: 'a warning is a failure' },
    SETTINGS.migrations,
    SETTINGS.ledger,
    DATABASE_SETTINGS.directUrl,
    ...REPORTER_OPTIONS,
  ],
  database: true,
  examples: ['skills doctor', 'skills doctor --json', 'skills doctor --database-url postgres://app@db/app'],
})
