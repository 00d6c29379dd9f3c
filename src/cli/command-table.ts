import type { CommandSpec } from './parse/spec.ts'
import { MIGRATE_COMMANDS } from './command-table/migrate.ts'
import { REGISTRY_COMMANDS } from './command-table/registry.ts'
import { START_COMMANDS } from './command-table/start.ts'
import { TELEMETRY_COMMANDS } from './command-table/telemetry.ts'
import { VERIFY_COMMANDS } from './command-table/verify.ts'

/** Every command, in the groups and the order of the help page. A subcommand stands after the command it belongs to. */
export const COMMAND_GROUPS: readonly { heading: string; commands: readonly CommandSpec[] }[] = [
  { heading: 'Schema:', commands: MIGRATE_COMMANDS },
  { heading: 'Skills and registry:', commands: REGISTRY_COMMANDS },
  { heading: 'Checks:', commands: VERIFY_COMMANDS },
  { heading: 'Telemetry:', commands: TELEMETRY_COMMANDS },
  { heading: 'Getting started:', commands: START_COMMANDS },
]

export const COMMANDS: readonly CommandSpec[] = COMMAND_GROUPS.flatMap(({ commands }) => commands)
