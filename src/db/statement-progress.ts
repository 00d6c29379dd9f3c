import type { Db } from './db.ts'

/** The progress of a statement of another connection. */
export interface StatementProgress {
  /** `building index: scanning table`, or the beginning of the statement. */
  what: string
  /** 0 to 100; null when the server does not report it. */
  percent: number | null
  /** Process IDs of the connections for which it waits. */
  blockedBy: number[]
}

const PROGRESS = `
  select left(regexp_replace(a.query, '\\s+', ' ', 'g'), 60) as query, p.phase,
         case when p.blocks_total > 0 then (100 * p.blocks_done / p.blocks_total)::int when p.tuples_total > 0 then (100 * p.tuples_done / p.tuples_total)::int end as percent,
         to_json(pg_blocking_pids(a.pid)) as blocked_by
    from pg_stat_activity a left join pg_stat_progress_create_index p on p.pid = a.pid
   where a.pid = $1::int and a.state = 'active'`

/** Reads the progress of a backend over another connection; undefined when it runs no statement. */
export async function statementProgress(watcher: Db, pid: number): Promise<StatementProgress | undefined> {
  const [row] = await watcher.run(PROGRESS, [pid], { query: 'text', phase: 'text?', percent: 'number?', blocked_by: 'numbers' })
  if (row === undefined) return undefined
  return { what: row.phase === null ? row.query : `create index: ${row.phase}`, percent: row.percent, blockedBy: row.blocked_by }
}
