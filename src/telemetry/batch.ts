import { wrongAnswer } from '../core/common-errors.ts'
import { randomUUID } from 'node:crypto'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { advisoryKey } from '../db/locks.ts'
import { quoteIdent, quoteLiteral } from '../db/quote.ts'
import { isConnectionError } from '../db/skills-error.ts'
import type { EncodedEvent } from './usage-event.ts'
import { SkillsError } from '../core/errors.ts'

/** Events that are sent together, and stay together until the database has them. */
export interface Batch {
  /** UUID. Attempts to write the same events have the same key: the server runs them one after the other. */
  key: string
  events: readonly EncodedEvent[]
  /** Some of the events may be in the database already. */
  mayRepeat: boolean
}

/** The channel that announces committed events, for `skills stats --tail`. The payload is empty: listeners read the table. */
export const USAGE_CHANNEL = 'skill_usage'

export function newBatch(events: readonly EncodedEvent[]): Batch {
  return { key: randomUUID(), events, mayRepeat: false }
}

/**
 * Writes a batch in one transaction and one round trip: a call of log_skill_usage_batch for each user, in one statement.
 * Then notifies listeners, unless it did so just before. Returns how many events were new. Throws DatabaseError, or
 * CONNECTION_LOST: then the batch may be written or not.
 */
export async function writeBatch(db: Db, { key, events, mayRepeat }: Batch): Promise<number> {
  if (events.length === 0) return 0
  const write = `
    SELECT coalesce(sum(${quoteIdent(db.info.schema)}.log_skill_usage_batch((b->>0)::uuid, b->1, NULL::uuid, ${mayRepeat})), 0) AS written
      FROM jsonb_array_elements(${quoteLiteral(byUser(events))}::jsonb) AS b`
  const outcomes = await db.pipeline([
    // a second attempt must see what the first has written: a new snapshot after the lock
    `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL search_path TO pg_catalog, pg_temp;
     SELECT pg_advisory_xact_lock((${advisoryKey('skill_usage_batch', key)})::bigint)`,
    write,
    'COMMIT',
    // in a transaction of its own: with the events, its lock would last until they are on disk
    ...notification(db),
  ])
  for (const outcome of outcomes.slice(0, 3)) if (!outcome.ok) throw outcome.error
  const [, answer] = outcomes
  const written = answer?.ok === true ? answer.rows[0]?.['written'] : undefined
  if (typeof written !== 'string' || !/^\d+$/.test(written)) throw wrongAnswer()
  return Number(written)
}

/**
 * Why a write failed. `events`: the server refuses these events, now and later. `setup`: the database is not ready (not
 * migrated, a missing privilege), and an operator has to fix it. `outage`: it will pass.
 */
export type WriteFailure = 'events' | 'setup' | 'outage'

/** Classes of SQLSTATE (PostgreSQL manual, appendix "PostgreSQL Error Codes") about the data, and those about the setup. */
const EVENT_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '44'])
const SETUP_CLASSES: ReadonlySet<string> = new Set(['0A', '28', '3D', '3F', '42'])
const PROGRAM_LIMIT_EXCEEDED = '54000'

export function writeFailureOf(error: unknown): WriteFailure {
  if (error instanceof DatabaseError) {
    const kind = error.code.slice(0, 2)
    if (EVENT_CLASSES.has(kind) || error.code === PROGRAM_LIMIT_EXCEEDED) return 'events'
    return SETUP_CLASSES.has(kind) ? 'setup' : 'outage'
  }
  return error instanceof SkillsError && !isConnectionError(error) ? 'setup' : 'outage'
}

/** `[[user_id, [event, ...]], ...]`; the events are JSON already. */
function byUser(events: readonly EncodedEvent[]): string {
  const groups = new Map<string, string>()
  for (const { userId, json } of events) {
    const group = groups.get(userId)
    groups.set(userId, group === undefined ? json : `${group},${json}`)
  }
  return `[${[...groups].map(([userId, list]) => `["${userId}",[${list}]]`).join(',')}]`
}

/** The commit of NOTIFY takes a lock for the whole server, so one connection notifies at most this often. */
const NOTIFY_EVERY_MS = 200
const notifiedAt = new WeakMap<Db, number>()

function notification(db: Db): string[] {
  const now = performance.now()
  if (now < (notifiedAt.get(db) ?? -Infinity) + NOTIFY_EVERY_MS) return []
  notifiedAt.set(db, now)
  return [`NOTIFY ${USAGE_CHANNEL}`]
}
