import { execute as status } from './commands/migrate-status/run.ts'
import { spec as statusSpec } from './commands/migrate-status/spec.ts'
import { execute as migrate } from './commands/migrate/run.ts'
import { spec as migrateSpec } from './commands/migrate/spec.ts'
import { main } from './main.ts'
import { parsePlain } from './parse/plain.ts'

// `skills migrate` runs in every deploy and usually has nothing to do: the build makes one file of it and of what it needs
main(async (argv) => {
  const plain = parsePlain(argv, [migrateSpec, statusSpec])
  if (plain === undefined) return (await import('./run/any-command.ts')).runAnyCommand(argv)
  return plain.spec === migrateSpec ? migrate(plain.input) : status(plain.input)
})
