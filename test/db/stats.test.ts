import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate, stats } from '../../src/index.ts'
import { logSampleEvents } from '../../src/telemetry/sample-events.ts'
import { onEachBackend } from '../support/databases.ts'

const SKILLS = [
  { id: 'a', version: '1.0.0', tier: 'FAST' },
  { id: 'b', version: '1.0.0', tier: 'CORE' },
  { id: 'c', version: '1.0.0', tier: null },
]

onEachBackend((backend) => {
  const ready = async (): Promise<Db> => {
    const db = await (await backend.fresh()).open()
    await migrate(db)
    return db
  }

  test('tells what the views tell, and the totals of the log', async () => {
    const db = await ready()
    const events = await logSampleEvents(db, { skills: SKILLS })
    const report = await stats(db)
    expect(report.totals).toMatchObject({ events, users: 5, sessions: 20, skillsUsed: 3, feedback: 15, registered: 0 })
    const view = await db.query('select * from v_skill_effectiveness order by total_uses desc, skill_id')
    expect(
      report.skills.map(({ skillId, totalUses, successCount, successRatePct, avgLatencyMs, avgRating, uniqueUsers }) => [
        skillId,
        totalUses,
        successCount,
        successRatePct,
        avgLatencyMs,
        avgRating,
        uniqueUsers,
      ]),
    ).toEqual(
      view.map((row) => [
        row['skill_id'],
        Number(row['total_uses']),
        Number(row['success_count']),
        Number(row['success_rate_pct']),
        row['avg_latency_ms'],
        Number(row['avg_rating']),
        Number(row['unique_users']),
      ]),
    )
    const sets = await db.query('select to_jsonb(skill_set) as skill_set, cooccurrence_count from v_skill_cooccurrence')
    expect(sets.length).toBeGreaterThan(0)
    const { cooccurrence } = await stats(db, { cooccurrence: true })
    expect(cooccurrence?.map(({ skillSet, cooccurrenceCount }) => [skillSet, cooccurrenceCount])).toEqual(
      sets.map((row) => [row['skill_set'], Number(row['cooccurrence_count'])]),
    )
  })

  test('--since counts only later events, --limit says that there is more, a skill stands alone', async () => {
    const db = await ready()
    await logSampleEvents(db, { skills: SKILLS })
    await db.exec("update skill_usage_events set created_at = now() - interval '8 days' where skill_id = 'a'")
    const week = await stats(db, { sinceMs: 7 * 86_400_000 })
    expect(week.skills.map(({ skillId }) => skillId).toSorted()).toEqual(['b', 'c'])
    expect(week.since).toMatch(/^\d{4}-\d\d-\d\dT/)
    const first = await stats(db, { limit: 1 })
    expect(first).toMatchObject({ truncated: true, skills: { length: 1 } })
    expect((await stats(db, { skill: 'c' })).skills.map(({ skillId }) => skillId)).toEqual(['c'])
  })

  test('sample events are written once', async () => {
    const db = await ready()
    expect(await logSampleEvents(db, { skills: SKILLS })).toBeGreaterThan(20)
    expect(await logSampleEvents(db, { skills: SKILLS })).toBe(0)
  })

  test('an unmigrated database is told so', async () => {
    const db = await (await backend.fresh()).open()
    await expect(stats(db)).rejects.toMatchObject({ code: 'NOT_MIGRATED', exitCode: 2 })
  })
})
