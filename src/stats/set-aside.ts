import type { Count } from '../core/report-types.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { count } from './report-query.ts'

/** Rows that the rollups cannot contain. They are in no sum of `stats`. */
export interface SetAside {
  rows: Count
  /** The first 100 of them, by table and ID. */
  listed: SetAsideRow[]
}

export interface SetAsideRow {
  /** `skill_usage_events` or `skill_feedback`. */
  table: string
  id: string
  userId: string
  /** What is wrong with the row. */
  reason: string
}

const MOST_LISTED = 100

const TABLES: Readonly<Record<string, string>> = { events: 'skill_usage_events', feedback: 'skill_feedback' }

const ROWS = `
  select source, id::text as id, user_id::text as user_id, reason, count(*) over () as total from :"schema".skill_rollup_set_aside
   order by source, skill_rollup_set_aside.id, skill_rollup_set_aside.user_id limit ${MOST_LISTED}`

/** Reads what the steps have set aside. */
export async function readSetAside(db: Db): Promise<SetAside> {
  const rows = await db.transaction({ readOnly: true }, () =>
    db.run(ROWS, [], { source: 'text', id: 'text', user_id: 'text', reason: 'text' }),
  )
  return {
    rows: count(rows[0]?.['total']),
    listed: rows.map(({ source, id, user_id: userId, reason }) => ({
      table: TABLES[source] ?? source,
      id,
      userId,
      reason,
    })),
  }
}

/** The same; undefined where this database has no rollups, or the role cannot read them. */
export async function readSetAsideIfAllowed(db: Db): Promise<SetAside | undefined> {
  try {
    return await readSetAside(db)
  } catch (error) {
    if (error instanceof DatabaseError && TABLE_LOCKED.has(error.code)) return undefined
    throw error
  }
}

const TABLE_LOCKED: ReadonlySet<string> = new Set([SQLSTATE.insufficientPrivilege, SQLSTATE.undefinedTable])
