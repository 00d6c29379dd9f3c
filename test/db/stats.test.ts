import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { demoData, stats } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'

/** Of the rows of seed 7, on any backend: hash functions of the server that changed would change the data. */
const DEMO_DIGEST = '5449fca177bbe278266ad7fe820d91d3'

onEachBackend((backend) => {
  const ready = async (): Promise<Db> => {
    const db = await (await backend.migrated()).open()
    return db
  }

  test('stats: a log -> the numbers of the views, and the totals', async () => {
    const db = await ready()
    const { events, feedback, registered } = await demoData(db, { events: 4000, skills: 3 })
    const report = await stats(db)
    expect(report.totals).toMatchObject({ events, users: 40, sessions: 800, skillsUsed: 3, feedback, registered })
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
    const { cooccurrence } = await stats(db, { cooccurrence: true, limit: 1000 })
    expect(cooccurrence?.map(({ skillSet, cooccurrenceCount }) => [skillSet, cooccurrenceCount])).toEqual(
      sets.map((row) => [row['skill_set'], Number(row['cooccurrence_count'])]),
    )
  })

  test('stats: since, limit, one skill -> only those rows; truncated is set', async () => {
    const db = await ready()
    await db.exec(`
      insert into skill_usage_events (user_id, skill_id, version, outcome, created_at)
      select '00000000-0000-4000-8000-000000000001', skill, '1', 'success', now() - case skill when 'a' then interval '8 days' else interval '1 day' end
        from unnest(array['a', 'a', 'b', 'b', 'c']) as skill`)
    const week = await stats(db, { sinceMs: 7 * 86_400_000 })
    expect(week.skills.map(({ skillId }) => skillId).toSorted()).toEqual(['b', 'c'])
    expect(week.since).toMatch(/^\d{4}-\d\d-\d\dT/)
    const first = await stats(db, { limit: 1 })
    expect(first).toMatchObject({ truncated: true, skills: { length: 1 } })
    expect((await stats(db, { skill: 'c' })).skills.map(({ skillId }) => skillId)).toEqual(['c'])
  })

  test('demo-data: the same seed -> the same events; a log with events -> refused', async () => {
    const until = new Date('2026-11-21T00:00:00Z')
    const rows = async (): Promise<unknown> => {
      const db = await ready()
      await demoData(db, { events: 500, seed: 7, until, skills: 5 })
      await expect(demoData(db, { events: 1 })).rejects.toMatchObject({ code: 'EVENTS_EXIST', exitCode: 2 })
      expect((await demoData(db, { events: 1, append: true })).events).toBe(1)
      return db.query(`select md5(string_agg(concat_ws('|', user_id, session_id, skill_id, version, outcome, latency_ms, state_snapshot, created_at at time zone 'UTC'), ',' order by id)) as events,
        (select count(*)::int from skill_feedback) as feedback, (select count(*)::int from skill_unlocks) as unlocks
        from skill_usage_events where id <= 500`)
    }
    const first = await rows()
    expect(await rows()).toEqual(first)
    expect(first).toEqual([{ events: DEMO_DIGEST, feedback: 49, unlocks: 12 }])
  })

  test('stats: an empty database -> NOT_MIGRATED', async () => {
    const db = await (await backend.fresh()).open()
    await expect(stats(db)).rejects.toMatchObject({ code: 'NOT_MIGRATED', exitCode: 2 })
  })
})
