import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { stats, rollUp } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { USER } from '../support/telemetry.ts'

/** Uses of a skill: `ok` successes, `failed` soft fails, all with this latency, some days ago. */
function uses(skill: string, { ok = 0, failed = 0, latency = 'NULL', days = 1 } = {}): string {
  return `INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, latency_ms, created_at)
   SELECT '${USER}', '${skill}', '1', CASE WHEN i <= ${ok} THEN 'success' ELSE 'soft_fail' END, ${latency}, now() - interval '${days} days'
     FROM generate_series(1, ${ok + failed}) AS i;`
}

onEachBackend(({ migrated }) => {
  const ready = async (sql: string): Promise<Db> => {
    const db = await (await migrated()).open()
    await db.exec(sql)
    return db
  }

  test('gate: a share below its limit -> this skill fails; at the limit -> it passes', async () => {
    const db = await ready(uses('at', { ok: 9, failed: 1 }) + uses('below', { ok: 899, failed: 101 }) + uses('above', { ok: 10 }))
    for (const condition of ['success < 0.9', 'success < 90%']) {
      const { gate, view } = await stats(db, { failIf: [condition] })
      expect(view).toBe('gate')
      expect(gate?.failures).toEqual([{ skillId: 'below', condition, unit: 'share', value: 0.899, uses: 1000, isEstimate: false }])
      expect(gate?.conditions).toEqual([{ condition, judged: 3, failed: 1 }])
    }
  })

  test('gate: several conditions, minUses, a period -> each judged with the skills that have enough uses in it', async () => {
    const db = await ready(
      uses('few', { failed: 4 }) +
        uses('bad', { ok: 1, failed: 9 }) +
        uses('old', { failed: 50, days: 30 }) +
        uses('slow', { ok: 10, latency: '5000' }),
    )
    const { gate } = await stats(db, {
      failIf: ['success < 0.5', 'p95 > 2s', 'rating < 3', 'uses < 5'],
      minUses: 5,
      sinceMs: 7 * 86_400_000,
    })
    expect(gate).toMatchObject({
      skills: 3,
      enoughUses: 2,
      conditions: [
        { condition: 'success < 0.5', judged: 2, failed: 1 },
        { condition: 'p95 > 2s', judged: 1, failed: 1 },
        { condition: 'rating < 3', judged: 0, failed: 0 },
        { condition: 'uses < 5', judged: 3, failed: 1 },
      ],
    })
    expect(gate?.failures.map(({ skillId, value }) => [skillId, value])).toEqual([
      ['bad', 0.1],
      ['slow', 5000],
      ['few', 4],
    ])
  })

  test('gate: an enabled skill without events -> 0 uses; a skill that is not known -> SKILL_UNKNOWN', async () => {
    const db = await ready(`INSERT INTO skills_registry (skill_id, version, enabled) VALUES ('unused', '1', true), ('off', '1', false)`)
    expect((await stats(db, { failIf: ['uses < 1'] })).gate?.failures.map(({ skillId }) => skillId)).toEqual(['unused'])
    expect((await stats(db, { skill: 'unused', failIf: ['success < 1'] })).gate).toMatchObject({
      failures: [],
      conditions: [{ judged: 0 }],
    })
    await expect(stats(db, { skill: 'nothing', failIf: ['success < 1'] })).rejects.toMatchObject({ code: 'SKILL_UNKNOWN' })
  })

  test('gate: a percentile whose bucket has the limit in it -> counted from the events', async () => {
    const db = await ready(uses('edge', { ok: 200, latency: '1000 + i % 2' }))
    await rollUp(db)
    const fails = async (condition: string): Promise<boolean> => (await stats(db, { failIf: [condition] })).gate?.failures.length === 1
    expect(await fails('p95 > 1000ms')).toBe(true)
    expect(await fails('p95 > 1001ms')).toBe(false)
    expect(await fails('p50 < 1000ms')).toBe(false)
  })

  test('gate: pruned events, and a percentile near the limit -> the estimate, which is named so', async () => {
    const db = await ready(uses('edge', { ok: 200, latency: '1000 + i % 2', days: 30 }))
    await rollUp(db)
    await db.exec(`DELETE FROM skill_usage_events; UPDATE skill_rollup_state SET pruned_before = now() - interval '1 day'`)
    const { gate } = await stats(db, { failIf: ['p95 >= 1ms', 'p95 >= 1s'] })
    expect(gate?.failures.find(({ condition }) => condition === 'p95 >= 1ms')).toMatchObject({ isEstimate: false })
    expect(gate?.conditions[1]).toMatchObject({ judged: 1 })
  })

  test('gate: compare -> skills that are worse beyond chance, also beyond the limit of rows', async () => {
    const skills = Array.from({ length: 25 }, (_, i) => `skill-${String(i).padStart(2, '0')}`)
    const db = await ready(
      skills.map((skill) => uses(skill, { ok: 90, failed: 10, days: 10 }) + uses(skill, { ok: 40, failed: 60, days: 2 })).join('') +
        uses('same', { ok: 90, failed: 10, days: 10 }) +
        uses('same', { ok: 91, failed: 9, days: 2 }),
    )
    const { gate, compare } = await stats(db, { compareMs: 7 * 86_400_000, failOn: 'worse', limit: 20 })
    expect(compare?.skills).toHaveLength(20)
    expect(gate).toMatchObject({ minUses: null, skills: 26, enoughUses: 26, conditions: [{ condition: 'worse', judged: 26, failed: 25 }] })
    expect(gate?.failures.map(({ skillId }) => skillId).toSorted()).toEqual([null, ...skills].toSorted())
    expect((await stats(db, { compareMs: 7 * 86_400_000 })).gate).toBeUndefined()
  })
})
