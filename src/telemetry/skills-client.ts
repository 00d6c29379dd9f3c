import { timeOrNull } from '../core/times.ts'
import { SkillsError, reasonOf } from '../core/errors.ts'
import type { Db, Parameter, Row } from '../db/db.ts'
import { withSchema } from '../db/own-statement.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { checkFeedback, checkReason, checkSkill, checkUser, invalid, type Feedback } from './input-checks.ts'
import type { ListedSkill } from './listed-skill.ts'
import { filterSkills, type OfferFilter, type Rollout } from './skill-filter.ts'
import type { SkillsConnection } from './skills-connection.ts'
import { encodeEvent, eventProblem, type UsageEvent } from './usage-event.ts'
import type { UsageCounts, UsageWriter } from './usage-writer.ts'

/** A skill that a user has unlocked. */
export interface Unlock {
  skillId: string
  /** ISO 8601; null when it was not recorded. */
  unlockedAt: string | null
  reason: string | null
}

export interface FlushResult extends UsageCounts {
  /**
   * All events logged before the call are in the database, except those that were rejected: also after `close`. False when events
   * were dropped since the last flush.
   */
  complete: boolean
}

/**
 * The skills of an application's users, with unlocks, telemetry and feedback. Each call about a user takes the user's ID, a
 * UUID. Calls throw SkillsError: EVENT_INVALID for a bad argument, DATABASE_UNREACHABLE or CONNECTION_LOST for an outage,
 * NOT_MIGRATED, PERMISSION_DENIED or QUERY_FAILED for what the database refuses.
 */
export interface Skills {
  /**
   * The enabled skills that match the filter and, with a userId, are rolled out to that user; read from memory.
   * @example
   * const core = await skills.listSkills({ tier: 'CORE', userId, unlockedOnly: true })
   */
  listSkills(filter?: OfferFilter): Promise<readonly ListedSkill[]>
  /**
   * Whether the user can run the skill. Foundational skills are always unlocked.
   * @example
   * if (await skills.isUnlocked(userId, 'elemental-checkin')) await run()
   */
  isUnlocked(userId: string, skillId: string): Promise<boolean>
  /**
   * Unlocks a skill for a user. Returns false when nothing was written, because skills are not enabled.
   * @example
   * await skills.unlock(userId, 'dialectical-scaffold', 'finished the introduction')
   */
  unlock(userId: string, skillId: string, reason?: string): Promise<boolean>
  /**
   * Removes an unlock. Returns false when there was none. Foundational skills stay unlocked.
   * @example
   * await skills.lock(userId, 'dialectical-scaffold', 'subscription ended')
   */
  lock(userId: string, skillId: string, reason?: string): Promise<boolean>
  /**
   * The unlocks of a user, in bytewise order of the skill IDs.
   * @example
   * const ids = (await skills.listUnlocks(userId)).map(({ skillId }) => skillId)
   */
  listUnlocks(userId: string): Promise<Unlock[]>
  /**
   * Logs a use of a skill in the background. Never throws, never waits; an invalid event is counted in `rejected`.
   * @example
   * skills.logUsage({ userId, skillId: 'elemental-checkin', version: '1.0.0', outcome: 'success', latencyMs: 84 })
   */
  logUsage(event: UsageEvent): void
  /**
   * Logs a use of a skill now, with the time of the server. Returns the ID of the event; null when skills are not enabled.
   * When the connection is lost during the call, the event may be written or not.
   * @example
   * const id = await skills.logUsageNow({ userId, skillId: 'elemental-checkin', version: '1.0.0', outcome: 'soft_fail' })
   */
  logUsageNow(event: UsageEvent): Promise<string | null>
  /**
   * Writes feedback. Returns its ID; null when skills are not enabled.
   * @example
   * await skills.feedback({ userId, skillId: 'elemental-checkin', version: '1.0.0', rating: 5, tags: ['helpful'] })
   */
  feedback(feedback: Feedback): Promise<string | null>
  /**
   * Waits until the logged events are written, at most `timeoutMs` (10 s unless given). Never rejects.
   * @example
   * const { complete, pending } = await skills.flush({ timeoutMs: 2_000 })
   */
  flush(options?: { timeoutMs?: number | undefined }): Promise<FlushResult>
  /**
   * The number of events so far, by what happened to them.
   * @example
   * const { dropped, rejected } = skills.counts()
   */
  counts(): UsageCounts
  /**
   * Writes the waiting events for at most `timeoutMs` (5 s unless given), writes the rest to the spill folder, and ends the
   * connections.
   * @example
   * await skills.close()
   */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>
}

export interface SkillsClientParts {
  connection: SkillsConnection
  writer: UsageWriter
  enabled: boolean
  shadow: boolean
  rollout: Rollout
  /** Called once, by the first close. */
  onClose: () => void
}

const FLUSH_MS = 10_000
const CLOSE_MS = 5_000
const CLOSED = 'close() was called on these skills'

/** The `Skills` over a connection and a writer. */
export function createSkillsClient(parts: SkillsClientParts): Skills {
  const { connection, writer, enabled, onClose } = parts
  let closed: Promise<void> | undefined
  const query: Query = async (sql, parameters, { again }) => {
    if (closed !== undefined) throw new SkillsError('USAGE', CLOSED)
    const run = (db: Db): Promise<Row[]> =>
      withSkillsErrors(db, { action: 'use the skill tables' }, () => db.query(withSchema(sql, db.info.schema), parameters))
    return connection.run(run, { again })
  }
  return {
    ...unlockCalls(query, parts),
    ...usageCalls(query, parts, () => closed !== undefined),
    flush: async ({ timeoutMs = FLUSH_MS } = {}) => {
      await closed
      if (!enabled) return { ...writer.counts, complete: true }
      const complete = closed === undefined ? await holding(() => writer.flush(timeoutMs)) : writer.isComplete
      return { ...writer.counts, complete }
    },
    counts: () => writer.counts,
    close: ({ timeoutMs = CLOSE_MS } = {}) => {
      closed ??= holding(async () => {
        if (enabled) await writer.finish(timeoutMs)
        writer.stop()
        onClose()
        await connection.close()
      })
      return closed
    },
  }
}

/** Runs one of the statements below. `again`: the statement can be repeated when the connection is lost. */
type Query = (sql: string, parameters: readonly Parameter[], options: { again: boolean }) => Promise<Row[]>

/**
 * They run under the search_path and the row security of the application's role, without a transaction, which would cost a round
 * trip: so all names are qualified, and the arguments of a function have its exact types.
 */
const SQL = {
  unlocks: `SELECT skill_id, unlocked_at, unlock_reason FROM :"schema".skill_unlocks
             WHERE user_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid AND unlocked ORDER BY skill_id COLLATE pg_catalog."C"`,
  isUnlocked: 'SELECT :"schema".is_skill_unlocked($1::pg_catalog.uuid, $2::pg_catalog.text) AS unlocked',
  unlock: 'SELECT :"schema".unlock_skill($1::pg_catalog.uuid, $2::pg_catalog.text, $3::pg_catalog.text)',
  lock: `UPDATE :"schema".skill_unlocks SET unlocked = false, unlock_reason = $3::pg_catalog.text
          WHERE user_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid AND skill_id OPERATOR(pg_catalog.=) $2::pg_catalog.text AND unlocked
          RETURNING skill_id`,
  logUsage: `SELECT :"schema".log_skill_usage($1::pg_catalog.uuid, $2::pg_catalog.text, $3::pg_catalog.text, $4::pg_catalog.text,
             $5::pg_catalog.text, $6::pg_catalog.text, $7::pg_catalog.int4, $8::pg_catalog.text, $9::pg_catalog.jsonb,
             $10::pg_catalog.jsonb, $11::pg_catalog.text, $12::pg_catalog.int8, $13::pg_catalog.int8, $14::pg_catalog.numeric) AS id`,
  feedback: `INSERT INTO :"schema".skill_feedback (user_id, skill_id, version, rating, tags, notes)
             VALUES ($1::pg_catalog.uuid, $2::pg_catalog.text, $3::pg_catalog.text, $4::pg_catalog.int4,
               ARRAY(SELECT pg_catalog.jsonb_array_elements_text($5::pg_catalog.jsonb)), $6::pg_catalog.text) RETURNING id`,
} as const

type UnlockCalls = Pick<Skills, 'listSkills' | 'isUnlocked' | 'unlock' | 'lock' | 'listUnlocks'>

function unlockCalls(query: Query, { connection, enabled, shadow, rollout }: SkillsClientParts): UnlockCalls {
  const unlocksOf = (userId: string): Promise<Row[]> => query(SQL.unlocks, [userId], { again: true })
  return {
    listSkills: async (filter = {}) => {
      const { userId, unlockedOnly } = filter
      if (userId !== undefined) checkUser(userId)
      if (unlockedOnly === true && userId === undefined) throw invalid('unlockedOnly requires a userId')
      if (!enabled || shadow) return []
      const offered = filterSkills(await connection.skills(), filter, rollout)
      if (unlockedOnly !== true || userId === undefined) return offered
      const unlocked = new Set((await unlocksOf(userId)).map((row) => row['skill_id']))
      return offered.filter(({ id, category }) => category === 'foundational' || unlocked.has(id))
    },
    isUnlocked: async (userId, skillId) => {
      checkUser(userId)
      checkSkill(skillId)
      if (!enabled) return false
      const [row] = await query(SQL.isUnlocked, [userId, skillId], { again: true })
      return row?.['unlocked'] === true
    },
    unlock: async (userId, skillId, reason = 'manual') => {
      checkUser(userId)
      checkSkill(skillId)
      checkReason(reason)
      if (!enabled) return false
      await query(SQL.unlock, [userId, skillId, reason], { again: true })
      return true
    },
    lock: async (userId, skillId, reason = 'manual') => {
      checkUser(userId)
      checkSkill(skillId)
      checkReason(reason)
      if (!enabled) return false
      return (await query(SQL.lock, [userId, skillId, reason], { again: true })).length > 0
    },
    listUnlocks: async (userId) => {
      checkUser(userId)
      if (!enabled) return []
      return (await unlocksOf(userId)).map((row) => ({
        skillId: String(row['skill_id']),
        unlockedAt: timeOrNull(row['unlocked_at']),
        reason: typeof row['unlock_reason'] === 'string' ? row['unlock_reason'] : null,
      }))
    },
  }
}

type UsageCalls = Pick<Skills, 'logUsage' | 'logUsageNow' | 'feedback'>

function usageCalls(query: Query, { writer, enabled, shadow }: SkillsClientParts, isClosed: () => boolean): UsageCalls {
  return {
    logUsage: (event) => {
      if (!enabled) return
      try {
        const problem = isClosed() ? CLOSED : eventProblem(event)
        if (problem === undefined) writer.add(encodeEvent(event, { shadow }))
        else writer.reject(problem)
      } catch (error) {
        // a cycle or a bigint in the snapshot, a getter that throws
        writer.reject(reasonOf(error))
      }
    },
    logUsageNow: async (event) => {
      const problem = eventProblem(event)
      if (problem !== undefined) throw invalid(problem)
      const parameters = parametersOf(event, shadow)
      if (!enabled) return null
      // not repeated: the first attempt may have been written
      const [row] = await query(SQL.logUsage, parameters, { again: false })
      return String(row?.['id'])
    },
    feedback: async (feedback) => {
      checkFeedback(feedback)
      if (!enabled) return null
      const { userId, skillId, version, rating = null, tags = [], notes = null } = feedback
      const [row] = await query(SQL.feedback, [userId, skillId, version, rating, tags, notes], { again: false })
      return String(row?.['id'])
    },
  }
}

/** Keeps the process alive until the work has ended: the connections and timers of this library do not. */
async function holding<T>(work: () => Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, 2 ** 30)
  try {
    return await work()
  } finally {
    clearInterval(hold)
  }
}

/** The parameters of log_skill_usage, cleaned as for an event that is logged in the background. */
function parametersOf(event: UsageEvent, shadow: boolean): Parameter[] {
  let values: (Parameter | undefined)[]
  try {
    values = JSON.parse(encodeEvent(event, { shadow }).json) as (Parameter | undefined)[]
  } catch (error) {
    throw invalid(reasonOf(error))
  }
  const [stateSnapshot, artifacts] = values.slice(7)
  const { errorType = null, inputTokens = null, outputTokens = null, costUsd = null } = event
  const names = values.slice(0, 7).map((value) => value ?? null)
  return [event.userId, ...names, stateSnapshot ?? {}, artifacts ?? {}, errorType, inputTokens, outputTokens, costUsd]
}
