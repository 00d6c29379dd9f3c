import { DEFAULTS } from '../../../config/defaults.ts'
import { DATABASE_SETTINGS, SETTINGS } from '../../../config/setting-table.ts'
import { duration, TEXT } from '../../../config/values.ts'
import { VARIABLE_OPTION } from '../../../config/variables.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'migrate',
  group: 'Schema',
  order: 1,
  summary: 'apply the pending migrations',
  description: 'Apply the pending migrations: those of the package, then yours.',
  options: [
    SETTINGS.migrations,
    { flags: '--dry-run', help: 'show what would run; write nothing' },
    { flags: '--sql', requires: '--dry-run', excludes: ['--json'], help: 'print the script that would run, with its locks' },
    { flags: '--to <version>', type: TEXT, help: 'stop after this version' },
    { flags: '--strict', help: 'fail on an existing object, do not skip it' },
    { flags: '--accept-existing', help: 'change rows of tables that existed before the file' },
    { flags: '--strict-order', help: 'refuse a file that sorts before an applied one' },
    { flags: '--keep-going', help: 'continue after a failed file; exit 4 at the end' },
    { flags: '--revoke-public-create', help: 'only the owner creates objects in the schema' },
    SETTINGS.ledger,
    SETTINGS.role,
    VARIABLE_OPTION,
    { flags: '--lock-wait <time>', type: duration(), default: DEFAULTS.lockWaitMs, help: 'wait for other runs and tables' },
    { flags: '--lock-timeout <time>', type: duration(), default: DEFAULTS.lockTimeoutMs, help: 'wait per attempt for a table' },
    { flags: '--statement-timeout <time>', type: duration(), help: 'limit for each statement (default: none)' },
    DATABASE_SETTINGS.directUrl,
  ],
  database: true,
  examples: [
    'skills migrate',
    'skills migrate --migrations db/migrations --wait 30s',
    'skills migrate --dry-run',
    'skills migrate status --exit-code',
  ],
})
