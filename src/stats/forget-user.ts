import { setTimeout as sleep } from 'node:timers/promises'
import { SkillsError } from '../core/errors.ts'
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

/** Writers that began before a user was forgotten are waited for, at most so long. */
const WRITERS_MS = 60_000

/**
 * Deletes a user from every table and from the rollups, in one transaction. Earlier events of the user that arrive later are not
 * stored. Throws USAGE for an ID that is not a UUID, and TABLE_LOCKED when a transaction that writes events does not end.
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
  // committed first: from now on no writer stores an earlier event, and those that looked before are waited for
  await db.run('select :"schema".remember_forgotten_skill_user($1::uuid)', [id])
  await untilEnded(db, await writers(db))
  const { rows } = await db.transaction({}, async () =>
    onlyRow(await db.run('select :"schema".forget_skill_user($1::uuid) as rows', [id], { rows: 'object' })),
  )
  if (rows['state'] !== 'foreign') return rows
  await adopt(db)
  return erase(db, id)
}

/** The transactions that have looked at the forgotten users, and may store events, with their processes. */
async function writers(db: Db): Promise<Map<string, number>> {
  const rows = await db.run(
    `select distinct virtualtransaction as transaction, pid from pg_locks
      where relation = (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                         where n.nspname = $1 and c.relname = 'skill_forgotten_users') and pid <> pg_backend_pid()`,
    [db.info.schema],
    { transaction: 'text', pid: 'number' },
  )
  return new Map(rows.map(({ transaction, pid }) => [transaction, pid]))
}

async function untilEnded(db: Db, started: ReadonlyMap<string, number>): Promise<void> {
  const deadline = performance.now() + WRITERS_MS
  for (let left = started; left.size > 0; await sleep(50)) {
    const running = await writers(db)
    left = new Map([...left].filter(([transaction]) => running.has(transaction)))
    const [pid] = left.values()
    if (pid !== undefined && performance.now() > deadline)
      throw new SkillsError('TABLE_LOCKED', `process ${pid} of the server has written events in a transaction that does not end`, {
        hint: `end that transaction, for example with SELECT pg_terminate_backend(${pid}), and run the command again`,
      })
  }
}
