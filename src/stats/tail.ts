import { onlyRow, type RowOf } from '../db/columns.ts'
import type { Db, Row } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { userId } from './read-users.ts'
import { count, numberOrNull, reportQueries, textOrNull, type Bindings } from './report-query.ts'
import { timeOrNull } from '../core/times.ts'

export interface TailOptions {
  /** Folder of the report queries. */
  reports: string
  /** Only events of this skill. */
  skill?: string | undefined
  /** Only events of this user. */
  user?: string | undefined
  /** The first read returns this many of the latest events. */
  limit: number
}

export interface TailEvent {
  id: string
  userId: string
  sessionId: string | null
  skillId: string
  version: string
  tier: string | null
  outcome: string
  latencyMs: number | null
  createdAt: string | null
}

/** The sums of a read with more events than its limit. */
export interface TailSums {
  events: number
  skills: number
  users: number
  success: number
  avgLatencyMs: number | null
  /** The skills used most, with their uses. */
  top: [skillId: string, uses: number][]
}

/** The result of a read. */
export interface TailResult {
  /** Set when there were more events than `maxEvents`; then `onEvents` was not called for them. */
  sums: TailSums | null
  /** Another server answers than before: events committed between the last read and this one may be missing. */
  hasGap: boolean
}

/** Returns events as they are committed: each once, also those that commit late or out of order. */
export interface EventTail {
  /**
   * The first read passes the latest events to `onEvents`, each later read the events that became visible since, in the
   * order of their times. After a failed read, the next one resumes after the last event that was passed, on the same
   * connection or another one. Events passed to `onEvents` are not passed again, also when it throws. Throws NOT_MIGRATED,
   * PERMISSION_DENIED, QUERY_FAILED and CONNECTION_LOST.
   *
   * @example
   * const { sums, hasGap } = await tail.read(db, (events) => console.log(events.length), 20)
   */
  read(db: Db, onEvents: (events: TailEvent[]) => void, maxEvents?: number): Promise<TailResult>
}

const POSITION = { snapshot: 'text', xmin: 'text', xmax: 'text', history: 'text' } as const
type Position = RowOf<typeof POSITION>

/** The place of an event in the order of all events, to the microsecond; an ID alone is unique on one server only. */
interface Place {
  at: string
  id: string
  user: string
}

/** A read that failed half-way: where it was to end, and the last event that was passed. */
interface Interrupted {
  upTo: Position
  after: Place
}

/** Events passed to `onEvents` at once, at most: a bulk load can commit millions. */
const PORTION = 5_000

type OnEvents = (events: TailEvent[]) => void

/** Does not connect. Throws USAGE for a user that is not a UUID. */
export function createEventTail({ reports, skill, user, limit }: TailOptions, portion = PORTION): EventTail {
  const queries = reportQueries(reports)
  const filter = { skill: skill ?? null, user: user === undefined ? null : userId(user, '--user') }
  /** All events that were visible at this position have been passed. */
  let seen: Position | undefined
  let interrupted: Interrupted | undefined

  /** Passes the remaining events of the cursor. */
  const pass = async (db: Db, first: Row[], upTo: Position, onEvents: OnEvents): Promise<void> => {
    for (let rows = first; rows.length > 0; rows = await fetch(db, portion)) {
      interrupted = { upTo, after: placeOf(rows.at(-1) ?? {}) }
      onEvents(rows.map(toEvent))
    }
    await db.run('CLOSE events')
  }
  /** Opens the cursor on the events that became visible between `seen` and `upTo`. */
  const open = async (db: Db, upTo: Position, now: Position, after?: Place): Promise<void> => {
    // all rows are fetched: a plan for the first few rows is slower
    await db.run("select set_config('cursor_tuple_fraction', '1', true)")
    const place = { after_at: after?.at ?? null, after_id: after?.id ?? null, after_user: after?.user ?? null }
    if (seen !== undefined) await queries.run(db, 'arrivals', undefined, { ...filter, ...between(seen, upTo), ...place })
    else
      await queries.run(db, 'latest', undefined, { ...filter, limit, xmin: upTo.xmin, xmax: now.xmax, snapshot: upTo.snapshot, ...place })
  }
  const finish = async (db: Db, { upTo, after }: Interrupted, now: Position, onEvents: OnEvents): Promise<void> => {
    await open(db, upTo, now, after)
    await pass(db, await fetch(db, portion), upTo, onEvents)
    seen = upTo
    interrupted = undefined
  }
  const proceed = async (db: Db, now: Position, onEvents: OnEvents, maxEvents: number): Promise<TailSums | null> => {
    if (seen?.snapshot === now.snapshot) return null
    await open(db, now, now)
    const from = maxEvents === Infinity ? undefined : seen
    const first = await fetch(db, from === undefined ? portion : maxEvents + 1)
    if (from !== undefined && first.length > maxEvents)
      return toSums(onlyRow(await queries.run(db, 'arrivals-sums', undefined, { ...filter, ...between(from, now) }, SUMS)))
    await pass(db, first, now, onEvents)
    return null
  }
  return {
    read: (db, onEvents, maxEvents = Infinity) =>
      withSkillsErrors(db, { action: 'read events' }, async () => {
        const { position, ...result } = await db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
          const now = onlyRow(await queries.run(db, 'position', undefined, {}, POSITION))
          const last = interrupted?.upTo ?? seen
          if (last !== undefined && last.history !== now.history) return { position: now, sums: null, hasGap: true }
          if (interrupted !== undefined) await finish(db, interrupted, now, onEvents)
          return { position: now, sums: await proceed(db, now, onEvents, maxEvents), hasGap: false }
        })
        seen = position
        interrupted = undefined
        return result
      }),
  }
}

function fetch(db: Db, rows: number): Promise<Row[]> {
  return db.run(`FETCH ${rows} FROM events`, [], EVENT)
}

function between(seen: Position, upTo: Position): Bindings {
  return { xmin: seen.xmin, snapshot: seen.snapshot, xmax: upTo.xmax, until: upTo.snapshot }
}

function placeOf(row: Row): Place {
  return { at: String(row['happened_at']), id: String(row['id']), user: String(row['user_id']) }
}

function toEvent(row: Row): TailEvent {
  return {
    id: String(row['id']),
    userId: String(row['user_id']),
    sessionId: textOrNull(row['session_id']),
    skillId: String(row['skill_id']),
    version: String(row['version']),
    tier: textOrNull(row['tier']),
    outcome: String(row['outcome']),
    latencyMs: numberOrNull(row['latency_ms']),
    createdAt: timeOrNull(row['created_at']),
  }
}

const EVENT = { id: 'text', user_id: 'text', skill_id: 'text', version: 'text', outcome: 'text', happened_at: 'text' } as const
const SUMS = { top: 'lists' } as const

function toSums(row: RowOf<typeof SUMS>): TailSums {
  return {
    events: count(row['events']),
    skills: count(row['skills']),
    users: count(row['users']),
    success: count(row['success']),
    avgLatencyMs: numberOrNull(row['avg_latency_ms']),
    top: row.top.map(([skillId, uses]): [string, number] => [String(skillId), count(uses)]),
  }
}
