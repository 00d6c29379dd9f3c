import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { adopt } from './adopt.ts'
import { userId } from './read-users.ts'
import { count } from './report-query.ts'
import type { Count } from '../core/report-types.ts'

/** The deleted rows of each table. */
export interface ForgetReport {
  userId: string
  tables: { table: string; rows: Count }[]
  /** Only counted, not deleted. */
  dryRun: boolean
}

const TABLES = [
  'skill_usage_events',
  'skill_feedback',
  'skill_unlocks',
  'skill_rollup_users',
  'skill_rollup_sessions',
  'skill_rollup_raters',
  'skill_rollup_set_aside',
]

/** No number: a table without an answer must not be reported as one without rows. */
const MISSING = Number.NaN

/**
 * Deletes a user from every table and from the rollups, in one transaction. Throws USAGE for an ID that is not a UUID.
 */
export async function forgetUser(
  db: Db,
  user: string,
  {
    dryRun = false,
  }: {
    /** Count the rows and erase nothing. */
    dryRun?: boolean
  } = {},
): Promise<ForgetReport> {
  const id = userId(user, 'user')
  const rows = await withSkillsErrors(db, { action: 'forget a user' }, () => (dryRun ? countRows(db, id) : erase(db, id)))
  return { userId: id, tables: TABLES.map((table) => ({ table, rows: count(rows[table] ?? MISSING) })), dryRun }
}

async function countRows(db: Db, id: string): Promise<Record<string, unknown>> {
  const counts = TABLES.map((table) => `(select count(*) from :"schema".${table} where user_id = $1::uuid) as ${table}`)
  return db.transaction({ readOnly: true }, async () => onlyRow(await db.run(`select ${counts.join(', ')}`, [id])))
}

async function erase(db: Db, id: string): Promise<Record<string, unknown>> {
  const { rows } = await db.transaction({}, async () =>
    onlyRow(await db.run('select :"schema".forget_skill_user($1::uuid) as rows', [id], { rows: 'object' })),
  )
  if (rows['state'] !== 'foreign') return rows
  await adopt(db)
  return erase(db, id)
}
