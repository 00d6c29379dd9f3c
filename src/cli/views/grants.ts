import { printable } from '../../core/text.ts'
import type { DatabaseReport } from './database.ts'

/** The statements, ready for psql: what is no SQL is a comment. */
export function grantsView({
  database,
  role,
  statements,
}: {
  database: DatabaseReport
  role: string
  statements: readonly string[]
}): string[] {
  return [
    `-- ${printable(database.url)}, schema ${printable(database.schema)}`,
    `-- what the library needs, for the role ${printable(role)}; it can be run again`,
    ...statements.map(printable),
  ]
}
