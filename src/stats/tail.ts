import { SkillsError } from '../core/errors.ts'
import type { Db, Row } from '../db/db.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { userId } from './read-timeline.ts'
import type { Bindings } from './report-query.ts'
import { reportQueries } from './report-query.ts'
import { count, numberOrNull, textOrNull, timeOrNull } from './values.ts'

export interface TailOptions {
  /** Folder of the report queries. */
  reports: string
  skill?: string | undefined
  user?: string | undefined
  /** The number of latest events to start with. */
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

/** The sums of many events, instead of the events. */
export interface TailSums {
  events: number
  skills: number
  users: number
  success: number
  avgLatencyMs: number | null
  /** The most used skills, with their uses. */
  top: [skillId: string, uses: number][]
}

/** The result of one call of `look`. */
export interface TailLook {
  /** Set when there were more than `most` events; `take` was not called with them. */
  sums: TailSums | null
  /** The server changed: events committed between the last call and this one can be missing. */
  hasGap: boolean
}

/** Reads events after they are committed: each event once, also when it commits late or out of order. */
export interface EventTail {
  /**
   * The first call reads the latest events, later calls the events that became visible since, in the order of their time.
   * After a call that failed, the next one, on this connection or another, first reads the rest of it one by one, then newer
   * events. Events that `take` was called with are not read again, also when `take` throws.
   */
  look(db: Db, take: (events: TailEvent[]) => void, most?: number): Promise<TailLook>
}

interface Position {
  snapshot: string
  xmin: string
  xmax: string
  history: string
}

/** The place of an event in the order of all events, to the microsecond. An id alone is unique only on one server. */
interface Place {
  at: string
  id: string
  user: string
}

/** A call of `look` that failed: the position that it should have reached, and the last event that was passed on. */
interface Interrupted {
  upTo: Position
  after: Place
}

/** The largest number of events in one call of `take`: a bulk load can have millions. */
const PORTION = 5_000

type Take = (events: TailEvent[]) => void

/** Does not connect. Throws USAGE when the user is not a UUID. */
export function createEventTail({ reports, skill, user, limit }: TailOptions, portion = PORTION): EventTail {
  const queries = reportQueries(reports)
  const filter = { skill: skill ?? null, user: user === undefined ? null : userId(user, '--user') }
  /** All events visible at this position were passed on. */
  let seen: Position | undefined
  let interrupted: Interrupted | undefined

  /** Passes on the remaining rows of the cursor. */
  const passOn = async (db: Db, first: Row[], upTo: Position, take: Take): Promise<void> => {
    for (let rows = first; rows.length > 0; rows = await fetch(db, portion)) {
      interrupted = { upTo, after: placeOf(rows.at(-1) ?? {}) }
      take(rows.map(toEvent))
    }
    await db.query('CLOSE events')
  }
  /** Opens a cursor on the events that became visible between `seen` and `upTo`. */
  const open = async (db: Db, upTo: Position, now: Position, after?: Place): Promise<void> => {
    // all rows are fetched, so a plan for the first rows would be slow
    await db.query("select set_config('cursor_tuple_fraction', '1', true)")
    const place = { after_at: after?.at ?? null, after_id: after?.id ?? null, after_user: after?.user ?? null }
    if (seen !== undefined) await queries.run(db, 'arrivals', undefined, { ...filter, ...between(seen, upTo), ...place })
    else
      await queries.run(db, 'latest', undefined, { ...filter, limit, xmin: upTo.xmin, xmax: now.xmax, snapshot: upTo.snapshot, ...place })
  }
  const finish = async (db: Db, { upTo, after }: Interrupted, now: Position, take: Take): Promise<void> => {
    await open(db, upTo, now, after)
    await passOn(db, await fetch(db, portion), upTo, take)
    seen = upTo
    interrupted = undefined
  }
  const proceed = async (db: Db, now: Position, take: Take, most: number): Promise<TailSums | null> => {
    if (seen?.snapshot === now.snapshot) return null
    await open(db, now, now)
    const from = most === Infinity ? undefined : seen
    const first = await fetch(db, from === undefined ? portion : most + 1)
    if (from !== undefined && first.length > most)
      return toSums((await queries.run(db, 'arrivals-sums', undefined, { ...filter, ...between(from, now) }))[0] ?? {})
    await passOn(db, first, now, take)
    return null
  }
  return {
    look: (db, take, most = Infinity) =>
      withSkillsErrors(db, { action: 'read events' }, async () => {
        const { position, ...brought } = await db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
          const now = (await queries.run(db, 'position', undefined, {}))[0] as unknown as Position | undefined
          if (now === undefined) throw new SkillsError('BUG', 'the query position returned no row')
          const last = interrupted?.upTo ?? seen
          if (last !== undefined && last.history !== now.history) return { position: now, sums: null, hasGap: true }
          if (interrupted !== undefined) await finish(db, interrupted, now, take)
          return { position: now, sums: await proceed(db, now, take, most), hasGap: false }
        })
        seen = position
        interrupted = undefined
        return brought
      }),
  }
}

function fetch(db: Db, rows: number): Promise<Row[]> {
  return db.query(`FETCH ${rows} FROM events`)
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

function toSums(row: Row): TailSums {
  return {
    events: count(row['events']),
    skills: count(row['skills']),
    users: count(row['users']),
    success: count(row['success']),
    avgLatencyMs: numberOrNull(row['avg_latency_ms']),
    top: row['top'] as TailSums['top'],
  }
}
