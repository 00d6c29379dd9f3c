import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { RowOf } from '../db/columns.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { quoteLiteral } from '../db/quote.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { finding, fine, type Finding } from './report.ts'

/** Of sql/doctor/open-transactions.sql. */
const TRANSACTION = {
  pid: 'number?',
  role: 'text?',
  application: 'text?',
  state: 'text?',
  gid: 'text?',
  since: 'time?',
  seconds: 'number?',
} as const
type Transaction = RowOf<typeof TRANSACTION>

/** An open transaction is a warning after so many seconds. */
const LONG_SECONDS = 300

/** Names the sessions whose open transactions the rollups wait for. Nothing where this database has no rollups, or the role cannot read them. */
export async function examineOpenTransactions(db: Db, sqlFolder: string): Promise<Finding[]> {
  const sql = await readFile(path.join(sqlFolder, 'open-transactions.sql'), 'utf8')
  try {
    const rows = await db.run(sql, [], TRANSACTION)
    return rows.length === 0 ? [fine(ID, 'no transaction has been open for long: the rollups wait for none')] : rows.map(describe)
  } catch (error) {
    if (error instanceof DatabaseError && NOT_THERE.has(error.code)) return []
    throw error
  }
}

const ID = 'rollups.open-transaction'
const NOT_THERE: ReadonlySet<string> = new Set([SQLSTATE.insufficientPrivilege, SQLSTATE.undefinedTable])

function describe({ pid, role, application, state, gid, since, seconds }: Transaction): Finding {
  const holder =
    gid === null
      ? [
          `of session ${pid ?? '?'}`,
          ...(role === null ? [] : [`(role ${role}${application === null || application === '' ? '' : `, ${application}`})`]),
        ]
      : [`that is prepared as ${quoteLiteral(gid)}`]
  const text = `a transaction ${holder.join(' ')} is open${since === null ? '' : ` since ${since.toISOString()}`}${state === null ? '' : `, ${state}`}: its rows are not counted yet, and every step reads the rows since it began`
  const end = gid === null ? `SELECT pg_terminate_backend(${pid ?? 0})` : `COMMIT PREPARED or ROLLBACK PREPARED ${quoteLiteral(gid)}`
  return finding((seconds ?? 0) < LONG_SECONDS ? 'note' : 'warning', ID, text, `end it in its application, or with ${end}`)
}
