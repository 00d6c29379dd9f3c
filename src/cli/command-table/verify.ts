import type { CommandSpec } from '../command-spec.ts'
import { LEDGER_OPTION, MIGRATIONS_OPTION, REPORTER_OPTIONS, SKILLS_ARGUMENT } from '../command-spec.ts'

export const VERIFY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'verify',
    summary: 'check schema, functions, views, ledger and registry; writes nothing',
    arguments: [SKILLS_ARGUMENT],
    options: [
      { flags: '--ephemeral', help: 'all of it on a throw-away embedded database' },
      { flags: '--strict', help: 'a check that cannot run is a failure' },
      MIGRATIONS_OPTION,
      LEDGER_OPTION,
      ...REPORTER_OPTIONS,
    ],
    database: true,
    examples: ['skills verify', 'skills verify --ephemeral', 'skills verify --reporter text --reporter junit=report.xml'],
  },
  {
    name: 'explain',
    summary: 'what a code means, an example, and what to do',
    arguments: [['[code]', 'as printed in brackets (default: list all)']],
    examples: ['skills explain DATABASE_UNREACHABLE', 'skills explain indexes.definitions', 'skills explain'],
  },
]
