import type { CommandSpec } from '../parse/spec.ts'
import { LEDGER_OPTION, MIGRATIONS_OPTION, READING_OPTIONS, REPORTER_OPTIONS, SKILLS_ARGUMENT } from '../parse/spec.ts'

export const VERIFY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'verify',
    summary: 'prove that database and files agree',
    description: 'Checks schema, functions, views, ledger, registry, health and safety. Writes nothing.',
    arguments: [SKILLS_ARGUMENT],
    options: [
      { flags: '--ephemeral', help: 'all of it on a throw-away embedded database' },
      { flags: '--against-server <url>', help: 'the same in a new database of that server' },
      { flags: '--strict', help: 'a check that cannot run is a failure' },
      { flags: '--drift', help: 'fail where the schema cannot be compared' },
      { flags: '--no-drift', help: 'do not compare the schema with the files' },
      { flags: '--exclusive', help: 'objects that no file makes are faults too' },
      { flags: '--app-role <name>', help: 'a role that may do what it needs, no more' },
      { flags: '--checks <folder>', help: 'your own check files; repeatable', repeatable: true },
      { flags: '--check-timeout <time>', help: 'limit for each statement (default: 30s)' },
      MIGRATIONS_OPTION,
      LEDGER_OPTION,
      ...READING_OPTIONS,
      ...REPORTER_OPTIONS,
    ],
    database: true,
    examples: ['skills verify', 'skills verify --ephemeral', 'skills verify --ephemeral --reporter junit=report.xml'],
  },
  {
    name: 'doctor',
    summary: 'examine settings, connection and rights',
    description: 'Examines settings, connection, rights and state. Each finding says what to do next.',
    arguments: [SKILLS_ARGUMENT],
    options: [
      { flags: '--strict', help: 'a warning is a failure' },
      MIGRATIONS_OPTION,
      LEDGER_OPTION,
      { flags: '--direct-url <url>', help: 'the server past a pooler (else DIRECT_URL)' },
      ...REPORTER_OPTIONS,
    ],
    database: true,
    examples: ['skills doctor', 'skills doctor --json', 'skills doctor --database-url postgres://app@db/app'],
  },
  {
    name: 'grants',
    summary: 'print the SQL that an application role needs',
    description: 'Prints the least SQL that an application role needs, and what takes away the rest.',
    options: [{ flags: '--app-role <name>', help: 'the role' }, LEDGER_OPTION],
    database: true,
    examples: ['skills grants --app-role app', 'skills grants --app-role app | psql "$DATABASE_URL"'],
  },
  {
    name: 'explain',
    summary: 'what a code means and what to do about it',
    arguments: [['[code]', 'as printed in brackets (default: list all)']],
    examples: ['skills explain DATABASE_UNREACHABLE', 'skills explain indexes.definitions', 'skills explain'],
  },
]
