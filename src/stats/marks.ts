import type { Db, Row } from '../db/db.ts'
import { count, type Bindings } from './report-query.ts'
import { timeOrNull } from '../core/times.ts'

/** The state of the rollups: which events they contain. */
export interface Marks {
  /** Query parameters that select the rows which are not in the rollups. */
  bindings: Bindings
  /** The snapshots were saved on another server: they are not valid for the rows of this one. */
  foreign: boolean
  rolled: number
  tail: number
  steppedAt: string | null
  prunedBefore: Date | null
}

/** The tail is counted up to this number. */
const MOST = 1_000_000

const MADE = `
  select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where n.nspname = :'schema' and c.relname = 'skill_rollup_state') as made`

const STATE = `
  select source, txid_snapshot_xmin(snapshot)::text as xmin, snapshot::text as snapshot, part_txid::text as part_txid, part_id::text as part_id,
         rolled, stepped_at, pruned_before, system_identifier <> (select system_identifier from pg_control_system()) as foreign
    from :"schema".skill_rollup_state`

const TAIL = `
  select count(*) as tail from (
    select from :"schema".skill_usage_events
     where txid >= $1::text::bigint and not txid_visible_in_snapshot(txid, $2::text::txid_snapshot)
       and not (txid = coalesce($3::text::bigint, -1) and id <= coalesce($4::text::bigint, 0))
     limit ${MOST}) as rows`

/** Reads the state of the rollups. Undefined when this database has no rollups. */
export async function readMarks(db: Db): Promise<Marks | undefined> {
  const [made] = await db.run(MADE)
  if (made?.['made'] !== true) return undefined
  const rows = await db.run(STATE)
  const events = rows.find((row) => row['source'] === 'events')
  const feedback = rows.find((row) => row['source'] === 'feedback')
  if (events === undefined || feedback === undefined) return undefined
  const foreign = events['foreign'] === true
  const [rest] = foreign
    ? []
    : await db.run(
        TAIL,
        ['xmin', 'snapshot', 'part_txid', 'part_id'].map((name) => mark(events, name)),
      )
  return {
    bindings: {
      xmin: mark(events, 'xmin'),
      snapshot: mark(events, 'snapshot'),
      part_txid: mark(events, 'part_txid'),
      part_id: mark(events, 'part_id'),
      feedback_xmin: mark(feedback, 'xmin'),
      feedback_snapshot: mark(feedback, 'snapshot'),
      feedback_part_txid: mark(feedback, 'part_txid'),
      feedback_part_id: mark(feedback, 'part_id'),
    },
    foreign,
    rolled: count(events['rolled']),
    tail: count(rest?.['tail']),
    steppedAt: timeOrNull(events['stepped_at']),
    prunedBefore: events['pruned_before'] instanceof Date ? events['pruned_before'] : null,
  }
}

function mark(row: Row, name: string): string | null {
  return (row[name] ?? null) as string | null
}
