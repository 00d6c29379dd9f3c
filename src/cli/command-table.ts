import type { CommandSpec } from './command-spec.ts'
import { MIGRATE_COMMANDS } from './command-table/migrate.ts'
import { REGISTRY_COMMANDS } from './command-table/registry.ts'
import { START_COMMANDS } from './command-table/start.ts'
import { TELEMETRY_COMMANDS } from './command-table/telemetry.ts'
import { VERIFY_COMMANDS } from './command-table/verify.ts'

/** Every command, in the order of the help page. A subcommand stands after the command it belongs to. */
export const COMMANDS: readonly CommandSpec[] = [
  ...MIGRATE_COMMANDS,
  ...REGISTRY_COMMANDS,
  ...VERIFY_COMMANDS,
  ...TELEMETRY_COMMANDS,
  ...START_COMMANDS,
]
