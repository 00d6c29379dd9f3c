import { SkillsError } from '../core/errors.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'

/** The error as it is, or NOT_MIGRATED when tables or columns are missing. */
export function notMigrated(db: Db, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  const missing: readonly string[] = [SQLSTATE.undefinedTable, SQLSTATE.undefinedColumn, SQLSTATE.undefinedFunction]
  if (!missing.includes(error.code)) return error
  return new SkillsError('NOT_MIGRATED', `${db.info.label} lacks skill tables in schema ${db.info.schema}: ${error.message}`, {
    hint: 'run skills migrate first, or name the schema with --schema',
    cause: error,
  })
}
