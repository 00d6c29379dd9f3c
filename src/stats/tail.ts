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
  /** How many of the latest events come first. */
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

/** In the place of more events than are wanted one by one. */
export interface TailSums {
  events: number
  skills: number
  users: number
  success: number
  avgLatencyMs: number | null
  /** The skills used most, with their uses. */
  top: [skillId: string, uses: number][]
}

/** What a look brought. */
export interface TailLook {
  /** Set when there were more events than wanted; `take` got none of these. */
  sums: TailSums | null
  /** The server is another one than before: what was committed between the last look and this one may be missing. */
  hasGap: boolean
}

/** Follows the events as they are committed: each once, also those that commit late or out of order. */
export interface EventTail {
  /**
   * The latest events at first, then those that have become visible since, in the order in which they happened. A look
   * that failed is taken up by the next one, on this session or another one: that brings the rest of it one by one, and
   * then what is newer. What `take` was called with counts as told, also when it throws.
   */
  look(db: Db, take: (events: TailEvent[]) => void, most?: number): Promise<TailLook>
}

interface Position {
  snapshot: string
  xmin: string
  xmax: string
  history: string
}

/** Where an event stands in the order of all, to the microsecond; ids alone name one on one server only. */
interface Place {
  at: string
  id: string
  user: string
}

/** A look that failed half-way: what it was to bring, and the last that it did bring. */
interface Interrupted {
  upTo: Position
  after: Place
}

/** What `take` gets at once at most: a bulk load may have committed millions. */
const PORTION = 5_000

type Take = (events: TailEvent[]) => void

/** Connects to nothing yet. Throws USAGE for a user that is no UUID. */
export function createEventTail({ reports, skill, user, limit }: TailOptions, portion = PORTION): EventTail {
  const queries = reportQueries(reports)
  const filter = { skill: skill ?? null, user: user === undefined ? null : userId(user, '--user') }
  /** All that was visible then has been told. */
  let seen: Position | undefined
  let interrupted: Interrupted | undefined

  /** Tells all that is left behind the cursor. */
  const tell = async (db: Db, first: Row[], upTo: Position, take: Take): Promise<void> => {
    for (let rows = first; rows.length > 0; rows = await fetch(db, portion)) {
      interrupted = { upTo, after: placeOf(rows.at(-1) ?? {}) }
      take(rows.map(toEvent))
    }
    await db.query('CLOSE events')
  }
  /** Opens the cursor on what became visible between `seen` and then. */
  const open = async (db: Db, upTo: Position, now: Position, after?: Place): Promise<void> => {
    // all rows will be fetched: plans for the first few are wrong
    await db.query("select set_config('cursor_tuple_fraction', '1', true)")
    const place = { after_at: after?.at ?? null, after_id: after?.id ?? null, after_user: after?.user ?? null }
    if (seen !== undefined) await queries.run(db, 'arrivals', undefined, { ...filter, ...between(seen, upTo), ...place })
    else
      await queries.run(db, 'latest', undefined, { ...filter, limit, xmin: upTo.xmin, xmax: now.xmax, snapshot: upTo.snapshot, ...place })
  }
  const finish = async (db: Db, { upTo, after }: Interrupted, now: Position, take: Take): Promise<void> => {
    await open(db, upTo, now, after)
    await tell(db, await fetch(db, portion), upTo, take)
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
    await tell(db, first, now, take)
    return null
  }
  return {
    look: (db, take, most = Infinity) =>
      withSkillsErrors(db, { action: 'read events' }, async () => {
        const { position, ...brought } = await db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
          const now = (await queries.run(db, 'position', undefined, {}))[0] as unknown as Position | undefined
          if (now === undefined) throw new SkillsError('BUG', 'the query of the position gave no row')
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
