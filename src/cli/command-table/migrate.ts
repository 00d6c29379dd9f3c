import type { CommandSpec, OptionSpec } from '../parse/spec.ts'
import { CONFIG_OPTION, LEDGER_OPTION, MIGRATIONS_OPTION } from '../parse/spec.ts'

const DIRECT_URL: OptionSpec = { flags: '--direct-url <url>', help: 'the server past a pooler (else DIRECT_URL)' }

export const MIGRATE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'migrate',
    summary: 'apply the pending migrations',
    description: "Applies the pending migrations: the package's, then those of --dir.",
    options: [
      MIGRATIONS_OPTION,
      { flags: '--dry-run', help: 'show what would run; write nothing' },
      { flags: '--to <version>', help: 'stop after this version' },
      { flags: '--strict', help: 'fail on objects that exist already, skip none' },
      { flags: '--strict-order', help: 'refuse a file that sorts before an applied one' },
      { flags: '--keep-going', help: 'go on after a file that failed; exit 4 at the end' },
      LEDGER_OPTION,
      { flags: '--lock-wait <time>', help: 'wait for other runs and tables (default: 60s)' },
      { flags: '--lock-timeout <time>', help: 'wait of one attempt for a table (default: 5s)' },
      { flags: '--statement-timeout <time>', help: 'limit for each statement (default: none)' },
      DIRECT_URL,
    ],
    database: true,
    examples: [
      'skills migrate',
      'skills migrate --dir db/migrations --wait 30s',
      'skills migrate --dry-run',
      'skills migrate status --exit-code',
    ],
  },
  {
    name: 'migrate status',
    summary: 'list the migrations and their state',
    options: [MIGRATIONS_OPTION, LEDGER_OPTION, { flags: '--exit-code', help: 'exit 1 when a migration is pending or was changed' }],
    database: true,
    examples: ['skills migrate status', 'skills migrate status --exit-code --json'],
  },
  {
    name: 'migrate new',
    summary: 'write an empty migration that sorts last',
    arguments: [['<name>', 'what it does']],
    options: [{ ...MIGRATIONS_OPTION, help: 'where it goes (default: the configured folder, else migrations)' }, CONFIG_OPTION],
    examples: ['skills migrate new "add ratings" --dir db/migrations'],
  },
  {
    name: 'migrate repair',
    summary: 'accept a changed file, or forget its row',
    arguments: [['<version>', 'the migration']],
    options: [
      { flags: '--forget', help: 'drop the row; its file, if any, is pending again' },
      { flags: '--yes', help: 'do it without asking' },
      MIGRATIONS_OPTION,
      LEDGER_OPTION,
      DIRECT_URL,
    ],
    database: true,
    examples: ['skills migrate repair 20260101_add_ratings --yes', 'skills migrate repair 20260101_add_ratings --forget --yes'],
  },
  {
    name: 'migrate baseline',
    summary: 'record files as applied without running them',
    options: [
      { flags: '--to <version>', help: 'the last version to record (default: all)' },
      { flags: '--accept-drift', help: 'record them although the database differs' },
      { flags: '--dry-run', help: 'compare and show; write nothing' },
      MIGRATIONS_OPTION,
      LEDGER_OPTION,
      DIRECT_URL,
    ],
    database: true,
    examples: ['skills migrate baseline --dry-run', 'skills migrate baseline --to 20251220_create_skill_system'],
  },
]
