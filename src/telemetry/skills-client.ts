import { SkillsError } from '../core/errors.ts'
import type { Db, Parameter, Row } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { checkReason, checkSkill, checkUser, invalid } from './checks.ts'
import type { Feedback } from './feedback.ts'
import { checkFeedback } from './feedback.ts'
import type { ListedSkill } from './listed-skill.ts'
import type { SkillsConnection } from './skills-connection.ts'
import type { OfferFilter } from './skill-filter.ts'
import { filterSkills } from './skill-filter.ts'
import type { Rollout } from './rollout.ts'
import type { UsageEvent } from './usage-event.ts'
import { encodeEvent, eventFault } from './usage-event.ts'
import type { UsageCounts, UsageWriter } from './usage-writer.ts'

/** A skill that a user has unlocked. */
export interface Unlock {
  skillId: string
  /** ISO 8601; null when nobody wrote it down. */
  unlockedAt: string | null
  reason: string | null
}

export interface FlushResult extends UsageCounts {
  /** Everything logged before the call is in the database. */
  complete: boolean
}

/** The skills of an application's users, and what becomes of them. Everything about a user takes that user's id. */
export interface Skills {
  /** The skills on offer: enabled, as the filter says and, with a userId, rolled out to that user. From memory. */
  listSkills(filter?: OfferFilter): Promise<readonly ListedSkill[]>
  isUnlocked(userId: string, skillId: string): Promise<boolean>
  /** False when nothing was written, because skills are not enabled. */
  unlock(userId: string, skillId: string, reason?: string): Promise<boolean>
  /** Takes an unlock back; false when there was none. Foundational skills stay open. */
  lock(userId: string, skillId: string, reason?: string): Promise<boolean>
  /** Bytewise by skill. */
  listUnlocks(userId: string): Promise<Unlock[]>
  /** Logs a use in the background; never throws, never waits. */
  logUsage(event: UsageEvent): void
  /** Logs a use now, at the server's time, and returns the event's id; null when skills are not enabled. */
  logUsageNow(event: UsageEvent): Promise<string | null>
  /** Returns the id; null when skills are not enabled. */
  feedback(feedback: Feedback): Promise<string | null>
  /** Waits until what was logged is written, at most `timeoutMs` (10 s unless given). Never rejects. */
  flush(options?: { timeoutMs?: number }): Promise<FlushResult>
  /** What became of the events so far. */
  counts(): UsageCounts
  /** Writes what is left, at most for `timeoutMs` (5 s unless given), the rest to the spill folder; ends the connections. */
  close(options?: { timeoutMs?: number }): Promise<void>
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

/** The `Skills` over a connection and a writer. */
export function createSkillsClient({ connection, writer, enabled, shadow, rollout, onClose }: SkillsClientParts): Skills {
  let closed: Promise<void> | undefined
  const query = async (sql: (schema: string) => string, parameters: readonly Parameter[], again: boolean): Promise<Row[]> => {
    if (closed !== undefined) throw new SkillsError('USAGE', 'close() was called on these skills')
    const run = (db: Db): Promise<Row[]> =>
      withSkillsErrors(db, { action: 'use the skill tables' }, () => db.query(sql(quoteIdent(db.info.schema)), parameters))
    return connection.run(run, { again })
  }

  const unlocksOf = (userId: string): Promise<Row[]> =>
    query(
      (schema) =>
        `SELECT skill_id, unlocked_at, unlock_reason FROM ${schema}.skill_unlocks WHERE user_id = $1::uuid AND unlocked ORDER BY skill_id COLLATE "C"`,
      [userId],
      true,
    )

  return {
    listSkills: async (filter = {}) => {
      const { userId, unlockedOnly } = filter
      if (userId !== undefined) checkUser(userId)
      if (unlockedOnly === true && userId === undefined) throw invalid('unlockedOnly needs a userId')
      if (!enabled || shadow) return []
      const offered = filterSkills(await connection.skills(), filter, rollout)
      if (unlockedOnly !== true || userId === undefined) return offered
      const open = new Set((await unlocksOf(userId)).map((row) => row['skill_id']))
      return offered.filter(({ id, category }) => category === 'foundational' || open.has(id))
    },
    isUnlocked: async (userId, skillId) => {
      checkUser(userId)
      checkSkill(skillId)
      if (!enabled) return false
      const [row] = await query((schema) => `SELECT ${schema}.is_skill_unlocked($1::uuid, $2) AS unlocked`, [userId, skillId], true)
      return row?.['unlocked'] === true
    },
    unlock: async (userId, skillId, reason = 'manual') => {
      checkUser(userId)
      checkSkill(skillId)
      checkReason(reason)
      if (!enabled) return false
      await query((schema) => `SELECT ${schema}.unlock_skill($1::uuid, $2, $3)`, [userId, skillId, reason], true)
      return true
    },
    lock: async (userId, skillId, reason = 'manual') => {
      checkUser(userId)
      checkSkill(skillId)
      checkReason(reason)
      if (!enabled) return false
      const rows = await query(
        (schema) =>
          `UPDATE ${schema}.skill_unlocks SET unlocked = false, unlock_reason = $3 WHERE user_id = $1::uuid AND skill_id = $2 AND unlocked RETURNING skill_id`,
        [userId, skillId, reason],
        true,
      )
      return rows.length > 0
    },
    listUnlocks: async (userId) => {
      checkUser(userId)
      if (!enabled) return []
      return (await unlocksOf(userId)).map((row) => ({
        skillId: String(row['skill_id']),
        unlockedAt: row['unlocked_at'] instanceof Date ? row['unlocked_at'].toISOString() : null,
        reason: typeof row['unlock_reason'] === 'string' ? row['unlock_reason'] : null,
      }))
    },
    logUsage: (event) => {
      if (!enabled) return
      try {
        const fault = closed === undefined ? eventFault(event) : 'close() was called on these skills'
        if (fault === undefined) writer.add(encodeEvent(event, { shadow }))
        else writer.reject(fault)
      } catch (error) {
        // a circle or a bigint in the snapshot, a getter that throws
        writer.reject(error instanceof Error ? error.message : String(error))
      }
    },
    logUsageNow: async (event) => {
      const fault = eventFault(event)
      if (fault !== undefined) throw invalid(fault)
      const parameters = parametersOf(event, shadow)
      if (!enabled) return null
      // not twice: whether the first attempt arrived is not known
      const [row] = await query(
        (schema) => `SELECT ${schema}.log_skill_usage($1::uuid, $2, $3, $4, $5, $6, $7::int, $8, $9::jsonb, $10::jsonb) AS id`,
        parameters,
        false,
      )
      return String(row?.['id'])
    },
    feedback: async (feedback) => {
      checkFeedback(feedback)
      if (!enabled) return null
      const { userId, skillId, version, rating = null, tags = [], notes = null } = feedback
      const [row] = await query(
        (schema) =>
          `INSERT INTO ${schema}.skill_feedback (user_id, skill_id, version, rating, tags, notes)
           VALUES ($1::uuid, $2, $3, $4::int, ARRAY(SELECT jsonb_array_elements_text($5::jsonb)), $6) RETURNING id`,
        [userId, skillId, version, rating, tags, notes],
        false,
      )
      return String(row?.['id'])
    },
    flush: async ({ timeoutMs = FLUSH_MS } = {}) => {
      const complete = !enabled || closed !== undefined || (await holding(() => writer.flush(timeoutMs)))
      return { ...writer.counts, complete }
    },
    counts: () => writer.counts,
    close: ({ timeoutMs = CLOSE_MS } = {}) => {
      closed ??= holding(async () => {
        if (enabled) await writer.finish(timeoutMs)
        onClose()
        await connection.close()
      })
      return closed
    },
  }
}

/** The process lives until the work has ended: sockets and timers of this library do not hold it. */
async function holding<T>(work: () => Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, 2 ** 30)
  try {
    return await work()
  } finally {
    clearInterval(hold)
  }
}

/** Cleaned as an event that is logged in the background. */
function parametersOf(event: UsageEvent, shadow: boolean): Parameter[] {
  let values: (Parameter | undefined)[]
  try {
    values = JSON.parse(encodeEvent(event, { shadow }).json) as (Parameter | undefined)[]
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
  const [stateSnapshot, artifacts] = values.slice(7)
  return [event.userId, ...values.slice(0, 7).map((value) => value ?? null), stateSnapshot ?? {}, artifacts ?? {}]
}
