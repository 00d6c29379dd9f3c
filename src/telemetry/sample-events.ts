import type { Db } from '../db/db.ts'

/** What the samples are made of: skills that exist, so that nothing in the statistics is unknown to the registry. */
export interface SampleOptions {
  skills: readonly { id: string; version: string; tier: string | null }[]
}

const USERS = 5
const SESSIONS_PER_USER = 4

/**
 * Logs a few sessions through `log_skill_usage`, with feedback and unlocks, for a first look at the
 * statistics. Always the same rows; nothing is written where there are events already.
 * Returns the number of events written.
 */
export async function logSampleEvents(db: Db, { skills }: SampleOptions): Promise<number> {
  return db.transaction({}, async () => {
    const some = await db.query('select from skill_usage_events limit 1')
    if (some.length > 0) return 0
    let written = 0
    for (let user = 1; user <= USERS; user++) {
      const userId = `00000000-0000-4000-8000-${String(user).padStart(12, '0')}`
      for (let session = 1; session <= SESSIONS_PER_USER; session++) {
        const used = skills.filter((_, i) => i < 2 || (user + session) % 3 === 0)
        for (const [i, skill] of used.entries()) {
          // every seventh use fails softly, one in twenty-three is refused
          const outcome =
            (user * 7 + session * 3 + i) % 23 === 0 ? 'hard_refusal' : (user + session * 2 + i) % 7 === 0 ? 'soft_fail' : 'success'
          const latency = 120 + ((user * 53 + session * 97 + i * 31) % 240)
          await db.query('select log_skill_usage($1::uuid, $2, $3, $4, $5, $6, $7::int, null, $8::jsonb)', [
            userId,
            `sample-${user}-${session}`,
            skill.id,
            skill.version,
            skill.tier,
            outcome,
            latency,
            { tier: 'CORE', element: 'water', realm: 'MIDDLEWORLD' },
          ])
          written++
        }
      }
      for (const [i, skill] of skills.entries()) {
        await db.query('insert into skill_feedback (user_id, skill_id, version, rating) values ($1::uuid, $2, $3, $4::int)', [
          userId,
          skill.id,
          skill.version,
          3 + ((user + i) % 3),
        ])
      }
    }
    return written
  })
}
