import type { Db, Row } from '../db/db.ts'
import { count, type Bindings } from './report-query.ts'
import { timeOrNull } from '../core/times.ts'

/** The state of the rollups: which events they contain. */
export interface Marks {
  /** Query parameters that select the rows which are not in the rollups. */
  bindings: Bindings
  /** The snapshots are missing, or were saved on another server: they are not valid for the rows of this one. */
  foreign: boolean
  rolled: number
  tail: number
  steppedAt: string | null
  prunedBefore: Date | null
}

/** The tail is counted up to this number. */
const MOST = 1_000_000

const MADE = `
  select has_table_privilege(c.oid, 'SELECT') as readable from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = :'schema' and c.relname = 'skill_rollup_state'`

const STATE = `
  select source, snapshot::text as snapshot, txid_snapshot_xmax(snapshot)::text as xmax,
         array(select txid_snapshot_xip(snapshot))::text as xip, part_txid::text as part_txid, part_id::text as part_id,
         rolled, stepped_at, pruned_before, system_identifier <> (select system_identifier from pg_control_system())
           or txid_snapshot_xmax(snapshot) > txid_snapshot_xmax(txid_current_snapshot()) as foreign
    from :"schema".skill_rollup_state`

const TAIL = `
  select count(*) as tail from (
    select from :"schema".skill_usage_events
     where (txid >= $1::text::bigint or txid = any ($2::text::bigint[]))
       and not (txid = coalesce($3::text::bigint, -1) and id <= coalesce($4::text::bigint, 0))
     limit ${MOST}) as rows`

/** Reads the state of the rollups. Undefined when this database has no rollups. */
export async function readMarks(db: Db): Promise<Marks | undefined> {
  if ((await db.run(MADE)).length === 0) return undefined
  const rows = await db.run(STATE)
  const events = rows.find((row) => row['source'] === 'events')
  const feedback = rows.find((row) => row['source'] === 'feedback')
  const foreign = events?.['foreign'] !== false || feedback?.['foreign'] !== false
  const [rest] = foreign
    ? []
    : await db.run(
        TAIL,
        ['xmax', 'xip', 'part_txid', 'part_id'].map((name) => mark(events, name)),
      )
  return {
    bindings: {
      xmax: mark(events, 'xmax'),
      xip: mark(events, 'xip'),
      snapshot: mark(events, 'snapshot'),
      part_txid: mark(events, 'part_txid'),
      part_id: mark(events, 'part_id'),
      feedback_xmax: mark(feedback, 'xmax'),
      feedback_xip: mark(feedback, 'xip'),
      feedback_part_txid: mark(feedback, 'part_txid'),
      feedback_part_id: mark(feedback, 'part_id'),
    },
    foreign,
    rolled: count(events?.['rolled']),
    tail: count(rest?.['tail']),
    steppedAt: timeOrNull(events?.['stepped_at']),
    prunedBefore: events?.['pruned_before'] instanceof Date ? events['pruned_before'] : null,
  }
}

/** The time before which events were deleted. null also for a role that cannot read the state of the rollups. */
export async function readPrunedBefore(db: Db): Promise<Date | null> {
  const [made] = await db.run(MADE, [], { readable: 'boolean' })
  if (made?.readable !== true) return null
  const [state] = await db.run(`select pruned_before from :"schema".skill_rollup_state where source = 'events'`)
  return state?.['pruned_before'] instanceof Date ? state['pruned_before'] : null
}

function mark(row: Row | undefined, name: string): string | null {
  return (row?.[name] ?? null) as string | null
}
