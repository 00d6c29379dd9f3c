import { SkillsError } from '../core/errors.ts'
import type { Db, Row } from '../db/db.ts'
import { notMigrated } from './not-migrated.ts'
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
  /** Set when there were more events than wanted; `take` got none of them then. */
  sums: TailSums | null
  /** The server is another one than before: what was committed between the last look and this one may be missing. */
  hasGap: boolean
}

/** Follows the events as they are committed: each once, also those that commit late or out of order. */
export interface EventTail {
  /**
   * The latest events at first, then those that have become visible since, in the order in which they happened. A look
   * that failed is taken up by the next one, on this session or another one.
   */
  look(db: Db, take: (events: TailEvent[]) => void, most?: number): Promise<TailLook>
}

interface Position {
  snapshot: string
  xmin: string
  xmax: string
  history: string
}

/** Events of one message; a bulk load may have committed millions at once. */
const PORTION = 5_000

/** Connects to nothing yet. Throws USAGE for a user that is no UUID. */
export function createEventTail({ reports, skill, user, limit }: TailOptions): EventTail {
  const queries = reportQueries(reports)
  const filter = { skill: skill ?? null, user: user === undefined ? null : userId(user, '--user') }
  let seen: Position | undefined
  /** Of a look that did not come to its end: they must not come twice. */
  const told = new Set<string>()

  const tell = (events: readonly TailEvent[], take: (events: TailEvent[]) => void): void => {
    const fresh = events.filter((event) => !told.has(keyOf(event)))
    for (const event of fresh) told.add(keyOf(event))
    if (fresh.length > 0) take(fresh)
  }
  const latest = async (db: Db): Promise<TailEvent[]> => {
    const rows = limit === 0 ? [] : await queries.run(db, 'latest', undefined, { ...filter, limit })
    return rows.map(toEvent).toReversed()
  }
  const arrivals = async (db: Db, bindings: Bindings, take: (events: TailEvent[]) => void, most: number): Promise<TailSums | null> => {
    // all of them will be fetched: plans for the first few are wrong
    await db.query("select set_config('cursor_tuple_fraction', '1', true)")
    await queries.run(db, 'arrivals', undefined, bindings)
    const first = await db.query(`FETCH ${Math.min(most + 1, PORTION)} FROM arrivals`)
    if (first.length > most) return toSums((await queries.run(db, 'arrivals-sums', undefined, bindings))[0] ?? {})
    for (let rows = first; rows.length > 0; rows = await db.query(`FETCH ${PORTION} FROM arrivals`)) tell(rows.map(toEvent), take)
    return null
  }
  return {
    look: async (db, take, most = Infinity) => {
      try {
        const { position, ...brought } = await db.transaction({ readOnly: true, isolation: 'repeatable read' }, async () => {
          const now = (await queries.run(db, 'position', undefined, {}))[0] as unknown as Position | undefined
          if (now === undefined) throw new SkillsError('BUG', 'the query of the position gave no row')
          const before = seen
          const isSame = before?.history === now.history
          let sums: TailSums | null = null
          if (before === undefined) tell(await latest(db), take)
          else if (isSame && before.snapshot !== now.snapshot) {
            sums = await arrivals(db, { ...filter, xmin: before.xmin, xmax: now.xmax, snapshot: before.snapshot }, take, most)
          }
          return { position: now, sums, hasGap: before !== undefined && !isSame }
        })
        seen = position
        told.clear()
        return brought
      } catch (error) {
        throw notMigrated(db, error)
      }
    },
  }
}

/** Ids alone name an event on one server only. */
function keyOf({ userId: user, id }: TailEvent): string {
  return `${user}/${id}`
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
