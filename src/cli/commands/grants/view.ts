import { printable } from '../../../core/text.ts'
import type { GrantsReport } from '../../../api/grants.ts'
import type { DatabaseReport } from '../../output/database-view.ts'

/** Statements for psql; the other lines are comments. REVOKE comes first, because it also removes privileges on columns. */
export function grantsView({ database, role, statements, revokes, remarks }: GrantsReport & { database: DatabaseReport }): string[] {
  const lines = [
    `-- ${database.url}, schema ${database.schema}`,
    ...(revokes.length === 0
      ? []
      : [`-- privileges of the role ${role} that the library does not need`, ...revokes.map((sql) => `${sql};`)]),
    `-- privileges that the library needs, for the role ${role}; safe to run again`,
    ...statements,
    ...(remarks.length === 0 ? [] : ['-- decide yourself: other applications may need these']),
    ...remarks.flatMap(({ found, remedy }) => [`--   ${found}`, `--   -> ${remedy}`]),
  ]
  return lines.map(printable)
}
