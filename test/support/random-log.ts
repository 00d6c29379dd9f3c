import type { Db } from '../../src/db/db.ts'
import { dropBounds } from './bounds.ts'

/** A row of skill_usage_events, as the recount sees it. */
export interface LoggedEvent {
  userId: string
  sessionId: string | null
  skillId: string
  version: string
  tier: string | null
  outcome: string
  latencyMs: number | null
  state: { tier?: string; element?: string; realm?: string }
  /** ms since 1970. */
  at: number
}

export interface LoggedFeedback {
  userId: string
  skillId: string
  version: string
  rating: number | null
  tags: string[]
  at: number
}

export interface LogShape {
  events: number
  users?: number
  sessions?: number
  skills?: number
  /** The latest event is at most this old, in ms. */
  days?: number
}

/** Uniform draws from [0, 1) that depend on the seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Events with everything that makes counting hard: no session, no latency, empty and missing states, strange outcomes, odd names. */
export function randomEvents(
  random: () => number,
  now: number,
  { events, users = 6, sessions = 8, skills = 5, days = 9 }: LogShape,
): LoggedEvent[] {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const names = ['alpha', 'Beta', 'ärger', 'z z', "o'clock", 'alpha-2', '_x', 'B'].slice(0, skills)
  return Array.from({ length: events }, () => {
    const user = Math.floor(random() ** 2 * users)
    const session = Math.floor(random() * sessions)
    // a session mostly keeps to one day; some events are of the last minutes, so that sessions are still open
    const recent = session < 2
    const age = recent ? random() * 1_200_000 : ((session * 7 + user) % days) * 86_400_000 + random() * 90_000_000
    return {
      userId: `00000000-0000-4000-8000-${String(user).padStart(12, '0')}`,
      sessionId: random() < 0.1 ? null : `s${session}`,
      skillId: pick(names),
      version: pick(['1.0.0', '1.0.0', '2.0.0']),
      tier: pick(['FAST', 'CORE', '', null]),
      outcome: pick(['success', 'success', 'success', 'success', 'soft_fail', 'hard_refusal', 'unheard-of']),
      latencyMs: random() < 0.1 ? null : Math.floor(2 ** (random() * 18)) - 1,
      state: pick([{}, { tier: 'DEEP' }, { element: 'fire' }, { tier: 'DEEP', element: 'fire', realm: 'UNDERWORLD' }, { element: '' }]),
      at: Math.floor(now - age),
    }
  })
}

export function randomFeedback(random: () => number, events: readonly LoggedEvent[], share = 0.3): LoggedFeedback[] {
  return events
    .filter(() => random() < share)
    .map(({ userId, skillId, version, at }) => ({
      userId,
      skillId,
      version,
      rating: random() < 0.2 ? null : 1 + Math.floor(random() * 5),
      tags: ['helpful', 'slow', 'früh'].filter(() => random() < 0.4),
      at: at + 1000,
    }))
}

/** Inserts events as an older database can have them: also outside the bounds of the tables. */
export async function insertEvents(db: Db, events: readonly LoggedEvent[]): Promise<void> {
  await dropBounds(db)
  await db.query(
    `insert into skill_usage_events (user_id, session_id, skill_id, version, tier, outcome, latency_ms, state_snapshot, created_at)
     select "userId", "sessionId", "skillId", version, tier, outcome, "latencyMs", state, to_timestamp(at / 1000)
       from jsonb_to_recordset($1::jsonb) as rows ("userId" uuid, "sessionId" text, "skillId" text, version text, tier text, outcome text,
         "latencyMs" int, state jsonb, at float8)`,
    [events],
  )
}

export async function insertFeedback(db: Db, feedback: readonly LoggedFeedback[]): Promise<void> {
  await db.query(
    `insert into skill_feedback (user_id, skill_id, version, rating, tags, created_at)
     select "userId", "skillId", version, rating, array(select jsonb_array_elements_text(tags)), to_timestamp(at / 1000)
       from jsonb_to_recordset($1::jsonb) as rows ("userId" uuid, "skillId" text, version text, rating int, tags jsonb, at float8)`,
    [feedback],
  )
}
