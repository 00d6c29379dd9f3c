import { wrongAnswer } from '../core/common-errors.ts'
import { randomUUID } from 'node:crypto'
import { DatabaseError } from '../db/database-error.ts'
import type { Db } from '../db/db.ts'
import { advisoryKey } from '../db/locks.ts'
import { quoteIdent, quoteLiteral } from '../db/quote.ts'
import { isConnectionError } from '../db/skills-error.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import type { EncodedEvent } from './usage-event.ts'
import { SkillsError } from '../core/errors.ts'

/** Events that are sent together, and stay together until the database has them. */
export interface Batch {
  /** UUID. Attempts to write the same events have the same key: the server runs them one after the other. */
  key: string
  /** Those that are not settled yet. */
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
 * Why a write failed; docs/telemetry.md has the table. `events`: the server refuses one of these events, now and later.
 * `later`: one of them needs a row that does not exist yet. `tooMuch`: fewer events can succeed, and one that fails alone must
 * not hold up the others. `setup`: the database is not ready (not migrated, a missing privilege), and an operator has to
 * correct it. `outage`: it will pass.
 */
export type WriteFailure = 'events' | 'later' | 'tooMuch' | 'setup' | 'outage'

/**
 * Classes of SQLSTATE (PostgreSQL manual, appendix "PostgreSQL Error Codes"). 09, 27, 2F, 38, 39 and P0 are the errors of
 * triggers, 54 are limits that one event exceeds, such as 54001 for deep nesting.
 */
const EVENT_CLASSES: ReadonlySet<string> = new Set(['09', '21', '22', '23', '27', '2F', '38', '39', '44', '54', 'P0'])
const SETUP_CLASSES: ReadonlySet<string> = new Set(['0A', '28', '3D', '3F', '42'])
/** Errors of the server itself (XX) are often about one value too: a crash of an extension, a damaged page of an index. */
const TOO_MUCH_CLASSES: ReadonlySet<string> = new Set(['XX'])
const { queryCanceled, outOfMemory, configurationLimitExceeded, transactionTimeout, foreignKeyViolation, insufficientPrivilege } = SQLSTATE
const TOO_MUCH: ReadonlySet<string> = new Set([queryCanceled, outOfMemory, configurationLimitExceeded, transactionTimeout])

export function writeFailureOf(error: unknown): WriteFailure {
  if (error instanceof DatabaseError) return failureOfCode(error)
  if (!(error instanceof SkillsError)) return 'outage'
  if (error.code === 'CONNECTION_LOST') return 'tooMuch'
  return isConnectionError(error) ? 'outage' : 'setup'
}

function failureOfCode({ code, routine }: DatabaseError): WriteFailure {
  const kind = code.slice(0, 2)
  if (code === foreignKeyViolation) return 'later'
  // a policy refuses one row; other missing privileges are about the table
  if (code === insufficientPrivilege && routine === 'ExecWithCheckOptions') return 'events'
  if (EVENT_CLASSES.has(kind)) return 'events'
  if (TOO_MUCH_CLASSES.has(kind) || TOO_MUCH.has(code)) return 'tooMuch'
  return SETUP_CLASSES.has(kind) ? 'setup' : 'outage'
}

/**
 * Whether another event lacks the same row as this one, which violated a foreign key alone. The names of the columns are in the
 * detail in every language: `Key (skill_id)=(walk) is not present in table "skills_registry".`
 */
export function lacksTheSame(event: EncodedEvent, error: unknown): (other: EncodedEvent) => boolean {
  const detail = error instanceof DatabaseError ? (error.detail ?? '') : ''
  if (detail.includes('(user_id)=')) return ({ userId }) => userId === event.userId
  if (!detail.includes('(skill_id)=')) return (other) => other === event
  const skill = skillOf(event)
  return (other) => skillOf(other) === skill
}

function skillOf({ json }: EncodedEvent): unknown {
  const values = JSON.parse(json) as unknown[] | { skill_id?: unknown }
  return Array.isArray(values) ? values[1] : values.skill_id
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
