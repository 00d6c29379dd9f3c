import { DatabaseError } from '../../db/database-error.ts'
import type { ParsedMigration, ParsedStatement } from '../files/parse-migration.ts'
import { existingObject, objectExists } from './existing-objects.ts'
import { statementFailure } from './failure.ts'
import type { ExistingObject } from './report.ts'
import type { RunSettings } from './run-settings.ts'
import { samenessOf } from './same-addition.ts'

export interface FailedStatement {
  migration: ParsedMigration
  statement: ParsedStatement
  error: DatabaseError
  /** The text sent before the statement in the same message. */
  prefix: string
}

/**
 * The object that already exists in place of the one of a failed statement: the statement can be skipped. Throws the failure of the
 * statement when there is none, or when it differs. Call it in a transaction, after the statement is rolled back.
 */
export async function existingInsteadOf(
  { db, strict }: Pick<RunSettings, 'db' | 'strict'>,
  { migration, statement, error, prefix }: FailedStatement,
): Promise<ExistingObject> {
  const { object, existsCodes } = statement.kind
  const failure = (shown: DatabaseError = error): Error => statementFailure(migration, statement, shown, prefix)
  if (strict || object === undefined || !existsCodes.includes(error.code)) throw failure()
  const existing = existingObject(statement, object, 'tolerated', error.code)
  const sameness = await samenessOf(db, statement, error.code)
  if (sameness === 'same') return { ...existing, same: true }
  if (typeof sameness === 'object') throw failure(new DatabaseError({ ...error, message: error.message, detail: sameness.difference }))
  // the server raises the same code for an object of another kind, which does not replace the file's object
  if (sameness === 'missing' || (await objectExists(db, object)) === false) throw failure()
  return existing
}
