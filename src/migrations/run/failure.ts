import { SkillsError } from '../../core/errors.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { locateError } from '../../sqltext/locate/locate-error.ts'
import { mentionsIn, quotedNames } from '../../sqltext/locate/locate-names.ts'
import type { FailureFacts } from './failure-facts.ts'
import { failureDiagnostic, failureHint, failureMessage } from './failure-text.ts'
import type { ParsedMigration, ParsedStatement } from '../files/migration-file.ts'
import { suggestName } from './suggest-name.ts'

/** A migration that the server refused, with its place in the file. */
export class MigrationFailure extends SkillsError {
  readonly facts: FailureFacts

  constructor(facts: FailureFacts) {
    super('MIGRATION_FAILED', failureMessage(facts), {
      hint: failureHint(facts),
      diagnostics: [failureDiagnostic(facts)],
      cause: facts.error,
    })
    this.facts = facts
  }
}

/** A failed statement. `prefix` is what was sent in front of it in the same message. */
export function statementFailure(
  migration: ParsedMigration,
  statement: ParsedStatement,
  error: DatabaseError,
  prefix: string,
): MigrationFailure {
  return new MigrationFailure({ migration, statement, error, location: locateError(statement.text, error, prefix) })
}

/** An index that the statement passes over, and that is INVALID. The context of the error is that of our own check. */
export function indexFailure(migration: ParsedMigration, statement: ParsedStatement, { code, message }: DatabaseError): MigrationFailure {
  return statementFailure(migration, statement, new DatabaseError({ code, message }), '')
}

/**
 * A failure behind the last statement of a file: a constraint that is checked at COMMIT, a ledger that the file has
 * dropped. Position and context of such an error are about our SQL; the last statement that names the table is shown.
 */
export function endFailure(migration: ParsedMigration, error: DatabaseError, atEnd: 'ledger' | 'commit'): SkillsError | DatabaseError {
  const { message, code, constraint, table } = error
  const tables = new Set([table, ...quotedNames(message).map((name) => name.split('.').at(-1))])
  const names = (statement: ParsedStatement): boolean => [...mentionsIn(statement.text)].some(({ value }) => tables.has(value))
  const statement =
    migration.statements.findLast((entry) => CHANGES_ROWS.has(entry.kind.verb) && names(entry)) ??
    migration.statements.findLast(names) ??
    migration.statements.at(-1)
  if (statement === undefined) return error
  const { offset } = locateError(statement.text, { message, code, constraint, table })
  return new MigrationFailure({ migration, statement, error, atEnd, location: { offset, exact: false } })
}

const CHANGES_ROWS: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'COPY', 'TRUNCATE'])

/** Adds to a failure what only the database can tell. Called when its transaction is over; any other error is given back. */
export async function explainFailure(db: Db, error: unknown, appliedBefore: number): Promise<unknown> {
  if (!(error instanceof MigrationFailure)) return error
  // the connection may be gone by now, and a suggestion is not worth an error of its own
  const suggestion = await suggestName(db, error.facts).catch(() => undefined)
  return new MigrationFailure({ ...error.facts, appliedBefore, ...(suggestion === undefined ? {} : { suggestion }) })
}
