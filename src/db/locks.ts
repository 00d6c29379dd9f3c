import { createHash } from 'node:crypto'
import { redact } from '../core/redaction.ts'
import type { Db } from './db.ts'

/** The 64-bit key of an advisory lock (locks are per database), from a purpose and names: the first 8 bytes of their SHA-256. */
export function advisoryKey(...names: readonly string[]): bigint {
  return createHash('sha256').update(names.join('\u0000')).digest().readBigInt64BE(0)
}

/** A transaction that holds a lock for which we wait. A role sees little of the connections of other roles: pid, user, application. */
export interface LockHolder {
  /** Null for a prepared transaction, which has no connection; `query` is its identifier then. */
  pid: number | null
  user: string | null
  application: string | null
  state: string | null
  /** Seconds since the transaction (or else its connection) began. */
  ageSeconds: number | null
  query: string | null
}

const HOLDER = { pid: 'number?', user: 'text?', application: 'text?', state: 'text?', ageSeconds: 'number?', query: 'text?' } as const

const COLUMNS = `a.pid, a.usename::text as user, a.application_name as application, a.state,
         extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.backend_start))::int as "ageSeconds",
         nullif(left(a.query, 200), '<insufficient privilege>') as query`

const ADVISORY_HOLDERS = `
  select ${COLUMNS}
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
   where l.locktype = 'advisory' and l.granted and l.objsubid = 1
     and l.database = (select oid from pg_database where datname = current_database())
     and (l.classid::bigint << 32 | l.objid::bigint) = $1::text::bigint`

/** The holders of an advisory lock; empty when it was just released. */
export async function advisoryHolders(db: Db, key: bigint): Promise<LockHolder[]> {
  return db.run(ADVISORY_HOLDERS, [key.toString()], HOLDER)
}

/** `pid 4711 (psql) for 25 s, idle in transaction: update t set ... (role app)`. */
export function describeHolder({ pid, user, application, ageSeconds, state, query }: LockHolder): string {
  const since = ageSeconds === null ? '' : ` for ${ageSeconds} s`
  const role = user === null ? '' : ` (role ${user})`
  if (pid === null) return `the prepared transaction ${query ?? ''}${since}${role}`
  const program = application === null || application === '' ? '' : ` (${application})`
  const what = query === null || query === '' ? '' : `, ${state ?? ''}: ${redact(query).replace(/\s+/g, ' ').slice(0, 80)}`
  return `pid ${pid}${program}${since}${what}${role}`
}

/** What a statement waits for, as far as the server shows it. */
export interface Obstruction {
  /** Names of the tables and indexes of the statement, as in the catalog. */
  relations: readonly string[]
  /** Whether locks of readers are in the way too. */
  readers: boolean
  /** Whether every older snapshot is in the way: CONCURRENTLY waits for them. */
  snapshots: boolean
}

const OBSTRUCTING = `
  with locked as (
    select l.pid, l.virtualtransaction
      from pg_locks l join pg_class c on c.oid = l.relation
     where l.locktype = 'relation' and l.granted and l.database = (select oid from pg_database where datname = current_database())
       and $1::jsonb ? c.relname::text and ($2 or l.mode not in ('AccessShareLock', 'RowShareLock')))
  select ${COLUMNS}
    from pg_stat_activity a
   where a.datname = current_database() and a.pid <> pg_backend_pid()
     and ((a.backend_xmin is not null and $3) or a.pid in (select pid from locked))
  union all
  select null, p.owner::text, null, 'prepared', extract(epoch from clock_timestamp() - p.prepared)::int, p.gid
    from pg_prepared_xacts p
   where p.database = current_database() and '-1/' || p.transaction::text in (select virtualtransaction from locked)
   order by "ageSeconds" desc nulls last, pid limit 5`

/** The transactions for which a statement would wait now, the oldest first. */
export async function obstructingTransactions(db: Db, { relations, readers, snapshots }: Obstruction): Promise<LockHolder[]> {
  return db.run(OBSTRUCTING, [relations, readers, snapshots], HOLDER)
}

const READ_BLOCKERS = `
  select c.relname::text as relation, ${COLUMNS}
    from pg_locks l join pg_class c on c.oid = l.relation join pg_stat_activity a on a.pid = l.pid
   where l.locktype = 'relation' and l.granted and l.mode = 'AccessExclusiveLock' and a.pid <> pg_backend_pid()
     and l.database = (select oid from pg_database where datname = current_database()) and $1::jsonb ? c.relname::text
   order by "ageSeconds" desc nulls last limit 5`

/** Who holds a lock on one of the relations that readers wait for, the oldest first. */
export async function readBlockers(db: Db, relations: readonly string[]): Promise<(LockHolder & { relation: string })[]> {
  return db.run(READ_BLOCKERS, [relations], { ...HOLDER, relation: 'text' })
}

const BUSY_SESSIONS = `
  select ${COLUMNS}
    from pg_stat_activity a
   where a.datname = current_database() and a.pid <> pg_backend_pid()
     and exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'relation' and l.granted)
   order by a.xact_start limit 5`

/** The oldest transactions that hold relation locks in this database: the likely reason why a lock was not obtained in time. */
export async function oldestTransactions(db: Db): Promise<LockHolder[]> {
  return db.run(BUSY_SESSIONS, [], HOLDER)
}

const BUILDERS = `
  select ${COLUMNS}
    from pg_stat_activity a
   where a.pid <> pg_backend_pid()
     and exists (select from pg_stat_progress_create_index p where p.pid = a.pid)
     and exists (select from pg_locks l
                  where l.pid = a.pid and l.granted and l.locktype = 'relation' and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')
                    and l.relation = $1::text::oid and l.database = (select oid from pg_database where datname = current_database()))`

/** Who builds an index on the table now; there can be one. Works for every role: the lock and the process ID are visible to all. */
export async function indexBuilder(db: Db, table: string): Promise<LockHolder | undefined> {
  const [holder] = await db.run(BUILDERS, [table], HOLDER)
  return holder
}
