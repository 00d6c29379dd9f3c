import { readFile } from 'node:fs/promises'
import { onlyRow } from '../db/columns.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { count } from './report-query.ts'

/** What of another server is in the tables and in the rollups. */
export interface ForeignRows {
  /** The rollups are of another server, or their state is missing. */
  isForeign: boolean
  /** Events and feedback that no step takes, because of their transaction ID. */
  rows: number
}

/** `query`: the file foreign-rows.sql. Undefined where this database has no rollups, or the role cannot read them. */
export async function readForeignRowsIfAllowed(db: Db, query: string): Promise<ForeignRows | undefined> {
  try {
    const text = await readFile(query, 'utf8')
    const row = await db.transaction({ readOnly: true }, async () => onlyRow(await db.run(text, [], { is_foreign: 'boolean' })))
    return { isForeign: row.is_foreign, rows: count(row['rows']) }
  } catch (error) {
    if (error instanceof DatabaseError && (error.code === SQLSTATE.insufficientPrivilege || error.code === SQLSTATE.undefinedTable))
      return undefined
    throw error
  }
}
