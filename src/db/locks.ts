import { createHash } from 'node:crypto'
import { redact } from '../core/redaction.ts'
import type { Db } from './db.ts'

/** The 64-bit key of an advisory lock (locks are per database), from a purpose and names: the first 8 bytes of their SHA-256. */
export function advisoryKey(...names: readonly string[]): bigint {
  return createHash('sha256').update(names.join('\u0000')).digest().readBigInt64BE(0)
}

/** A connection that holds a lock for which we wait. */
export interface LockHolder {
  pid: number
  user: string | null
  application: string | null
  state: string | null
  /** Seconds since its transaction (or else its connection) began. */
  ageSeconds: number
  query: string | null
}

const HOLDER = { pid: 'number', user: 'text?', application: 'text?', state: 'text?', ageSeconds: 'number', query: 'text?' } as const

const ADVISORY_HOLDERS = `
  select a.pid, a.usename as user, a.application_name as application, a.state,
         extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.backend_start))::int as "ageSeconds", left(a.query, 200) as query
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
   where l.locktype = 'advisory' and l.granted and l.objsubid = 1
     and l.database = (select oid from pg_database where datname = current_database())
     and (l.classid::bigint << 32 | l.objid::bigint) = $1::text::bigint`

/** The holders of an advisory lock; empty when it was just released. */
export async function advisoryHolders(db: Db, key: bigint): Promise<LockHolder[]> {
  return db.run(ADVISORY_HOLDERS, [key.toString()], HOLDER)
}

/** `pid 4711 (psql) for 25 s, idle in transaction: update t set ...`. */
export function describeHolder({ pid, application, ageSeconds, state, query }: LockHolder): string {
  const what = query === null || query === '' ? '' : `, ${state ?? ''}: ${redact(query).replace(/\s+/g, ' ').slice(0, 80)}`
  return `pid ${pid}${application === null || application === '' ? '' : ` (${application})`} for ${ageSeconds} s${what}`
}

const BUSY_SESSIONS = `
  select a.pid, a.usename as user, a.application_name as application, a.state,
         extract(epoch from clock_timestamp() - a.xact_start)::int as "ageSeconds", left(a.query, 200) as query
    from pg_stat_activity a
   where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start is not null
     and exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'relation' and l.granted)
   order by a.xact_start limit 5`

/** The oldest transactions that hold relation locks in this database: the likely reason why a lock was not obtained in time. */
export async function oldestTransactions(db: Db): Promise<LockHolder[]> {
  return db.run(BUSY_SESSIONS, [], HOLDER)
}
