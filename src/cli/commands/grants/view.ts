import { printable } from '../../../core/text.ts'
import type { GrantsReport } from '../../../api/grants.ts'
import type { DatabaseReport } from '../../output/database-view.ts'

/** The statements, ready for psql: what is no SQL is a comment. First what is taken away: that takes rights to single columns too. */
export function grantsView({ database, role, statements, revokes, remarks }: GrantsReport & { database: DatabaseReport }): string[] {
  const lines = [
    `-- ${database.url}, schema ${database.schema}`,
    ...(revokes.length === 0 ? [] : [`-- what the role ${role} has beyond what the library needs`, ...revokes.map((sql) => `${sql};`)]),
    `-- what the library needs, for the role ${role}; it can be run again`,
    ...statements,
    ...(remarks.length === 0 ? [] : ['-- for you to decide: others may rest on it']),
    ...remarks.flatMap(({ found, remedy }) => [`--   ${found}`, `--   -> ${remedy}`]),
  ]
  return lines.map(printable)
}
