import { DEFAULTS } from '../../../config/defaults.ts'
import { SETTINGS } from '../../../config/setting-table.ts'
import { duration, FILE, NAME, URL_TEXT } from '../../../config/values.ts'
import { VARIABLE_OPTION } from '../../../config/variables.ts'
import { READING_OPTIONS, REPORTER_OPTIONS, SKILLS_ARGUMENT } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

/** A temporary database is a choice of its own. */
const CHOICE = ['--database-url', '--database-url-file', '--embedded'] as const

export const spec = defineCommand({
  name: 'verify',
  group: 'Checks',
  order: 1,
  summary: 'check the database against migrations and skills',
  description: 'Check schema, ledger, registry, health and safety. Write nothing.',
  arguments: [SKILLS_ARGUMENT],
  options: [
    { flags: '--ephemeral', excludes: ['--against-server', ...CHOICE], help: 'check a temporary embedded database' },
    { flags: '--against-server <url>', type: URL_TEXT, excludes: CHOICE, help: 'check a temporary database of that server' },
    { flags: '--strict', help: 'a check that cannot run is a failure' },
    { flags: '--drift', help: 'fail when the schema cannot be compared' },
    { flags: '--no-drift', help: 'do not compare the schema' },
    { flags: '--exclusive', excludes: ['--no-drift'], help: 'also fail on objects no migration creates' },
    { flags: '--remedy <file>', type: FILE, help: 'write the remedies as one SQL file; - for stdout' },
    { flags: '--recount', help: 'compare the rollups with all events, not a sample' },
    { flags: '--lint-pending', help: 'also lint migrations that are not applied' },
    { flags: '--amcheck', help: 'also read every page with the extension amcheck' },
    { flags: '--app-role <name>', type: NAME, help: 'check that this role has exactly what it needs' },
    SETTINGS.checks,
    { flags: '--allow-superuser-checks', help: 'run your own checks as a superuser' },
    { flags: '--check-timeout <time>', type: duration(), default: DEFAULTS.checkTimeoutMs, help: 'limit for each statement' },
    SETTINGS.migrations,
    VARIABLE_OPTION,
    SETTINGS.ledger,
    ...READING_OPTIONS,
    ...REPORTER_OPTIONS,
  ],
  database: true,
  examples: ['skills verify', 'skills verify --ephemeral', 'skills verify --ephemeral --reporter junit=report.xml'],
})
