import { randomUUID } from 'node:crypto'
import type { Db } from '../db/db.ts'
import { advisoryKey } from '../db/locks.ts'
import { quoteIdent, quoteLiteral } from '../db/quote.ts'
import { usageNotice } from './usage-channel.ts'
import type { EncodedEvent } from './usage-event.ts'

/** Events that are sent together, and stay together until the database has them. */
export interface Batch {
  /** UUID. Attempts at the same events have the same key: the server runs them one after the other. */
  key: string
  events: readonly EncodedEvent[]
  /** Some of the events may be in the database already. */
  mayRepeat: boolean
}

export function newBatch(events: readonly EncodedEvent[]): Batch {
  return { key: randomUUID(), events, mayRepeat: false }
}

/**
 * Writes a batch in one transaction and one round trip: a call of log_skill_usage_batch for each user, in one statement.
 * Then tells listeners, if it is time for that.
 * Returns how many events were new. Throws DatabaseError and CONNECTION_LOST; after the latter the batch may be written or not.
 */
export async function writeBatch(db: Db, { key, events, mayRepeat }: Batch): Promise<number> {
  if (events.length === 0) return 0
  const write = `
    SELECT coalesce(sum(${quoteIdent(db.info.schema)}.log_skill_usage_batch((b->>0)::uuid, b->1, NULL, ${mayRepeat})), 0) AS written
      FROM jsonb_array_elements(${quoteLiteral(byUser(events))}::jsonb) AS b`
  const outcomes = await db.pipeline([
    // the second attempt must see what the first has written: a new snapshot after the lock
    `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(${advisoryKey('skill_usage_batch', key)})`,
    write,
    'COMMIT',
    // by itself: with the events its lock would last as long as they take to reach the disk
    ...usageNotice(db),
  ])
  let written = 0
  for (const outcome of outcomes.slice(0, 3)) {
    if (!outcome.ok) throw outcome.error
    const [row] = outcome.rows
    if (row !== undefined && 'written' in row) written = Number(row['written'])
  }
  return written
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
