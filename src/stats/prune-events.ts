import { DEFAULTS } from '../config/defaults.ts'
import { notMigrated, rollupForeign } from '../core/common-errors.ts'
import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { adopt } from './adopt.ts'
import { readMarks } from './marks.ts'
import { dayOf } from './question.ts'
import { count } from './report-query.ts'
import type { Count, Time } from '../core/report-types.ts'

export interface PruneOptions {
  /** Delete events older than this many milliseconds, at least a day, by whole days of UTC. */
  olderThanMs: number
  /** Rows in one transaction; 10,000 unless given. */
  batch?: number | undefined
  /** Count the events and delete nothing. */
  dryRun?: boolean | undefined
  /** Called after each batch with the number of deleted events. */
  onBatch?: ((removed: number) => void) | undefined
}

export interface PruneReport {
  /** Events before this time were deleted. */
  before: Time
  events: Count
  /** Users without events left: their IDs were removed from the rollups, whose counts stay. */
  users: Count
  dryRun: boolean
}

const ROLLED = `created_at < $1::timestamptz and (txid_visible_in_snapshot(txid, $2::text::txid_snapshot)
  or txid = coalesce($3::text::bigint, -1) and id <= coalesce($4::text::bigint, 0))
  and not exists (select from :"schema".skill_rollup_set_aside s where s.source = 'events' and s.user_id = e.user_id and s.id = e.id)`

/**
 * Deletes old events that the rollups contain, batch by batch; the numbers of `stats` for all time do not change. An event
 * that is not in the rollups yet is kept until the next call, one that cannot be in them is kept. The IDs of users and sessions without
 * events are removed from the rollups.
 */
export async function pruneEvents(db: Db, options: PruneOptions): Promise<PruneReport> {
  return withSkillsErrors(db, { action: 'prune events' }, () => removeBatches(db, options))
}

async function removeBatches(
  db: Db,
  { olderThanMs, batch = DEFAULTS.pruneBatch, dryRun = false, onBatch }: PruneOptions,
): Promise<PruneReport> {
  const { cutoff } = onlyRow(
    await db.run(
      `select greatest(now() - make_interval(secs => least($1::float8, 1e11)), '1000-01-01 00:00:00+00'::timestamptz) as cutoff`,
      [olderThanMs / 1000],
      { cutoff: 'time' },
    ),
  )
  const before = new Date(dayOf(cutoff.getTime()))
  let events = 0
  let users = 0
  if (dryRun) ({ events, users } = await db.transaction({ readOnly: true }, async () => countOld(db, before)))
  else {
    if ((await db.transaction({ readOnly: true }, () => readMarks(db)))?.foreign === true) await adopt(db)
    for (;;) {
      const removed = await db.transaction({ isolation: 'read committed' }, () => removeSome(db, before, batch))
      if (removed === 0) break
      events += removed
      onBatch?.(events)
    }
    users = await unname(db, batch)
  }
  return { before: before.toISOString(), events, users, dryRun }
}

async function countOld(db: Db, before: Date): Promise<{ events: number; users: number }> {
  const row = onlyRow(
    await db.run(
      `select (select count(*) from :"schema".skill_usage_events e where ${ROLLED}) as events,
         (select count(*) from (select distinct user_id from :"schema".skill_rollup_users where user_id::text !~ '^f{8}-.{4}-8') as u
           where not exists (select from :"schema".skill_usage_events e where e.user_id = u.user_id and (${ROLLED}) is not true)) as users`,
      await parameters(db, before),
    ),
  )
  return { events: count(row['events']), users: count(row['users']) }
}

/** Removes the IDs of users without events from the rollups, some users in a transaction. */
async function unname(db: Db, batch: number): Promise<number> {
  let users = 0
  let after: string | null = null
  do {
    const [row] = await db.transaction({ isolation: 'read committed' }, () =>
      db.run('select last::text as last, users::text as users from :"schema".skill_rollup_unname($1::uuid, $2::int)', [after, batch], {
        last: 'text?',
        users: 'text',
      }),
    )
    users += Number(row?.users ?? 0)
    after = row?.last ?? null
  } while (after !== null)
  return users
}

async function removeSome(db: Db, before: Date, batch: number): Promise<number> {
  // the lock keeps a rebuild from running in between, which would lose the deleted events
  await db.run(`select from :"schema".skill_rollup_state where source = 'events' for update`)
  const removed = await db.run(
    `with gone as (
       delete from :"schema".skill_usage_events where id in (select id from :"schema".skill_usage_events e where ${ROLLED} limit $5::bigint) returning 1
     ), mark as (
       update :"schema".skill_rollup_state set pruned_before = greatest(pruned_before, $1::timestamptz)
        where source = 'events' and exists (select from gone)
     ) select count(*) as events from gone`,
    [...(await parameters(db, before)), batch],
  )
  return count(removed[0]?.['events'])
}

async function parameters(db: Db, before: Date): Promise<(Date | string | null)[]> {
  const marks = await readMarks(db)
  if (marks === undefined) throw notMigrated(`${db.info.label} has no rollups`)
  if (marks.foreign) throw rollupForeign('nothing was removed')
  return [before, ...['snapshot', 'part_txid', 'part_id'].map((name) => (marks.bindings[name] ?? null) as string | null)]
}
