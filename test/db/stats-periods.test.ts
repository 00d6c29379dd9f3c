import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { doctor, pruneEvents, rollUp, stats, type DoctorReport } from '../../src/index.ts'
import { dropBounds } from '../support/bounds.ts'
import { migratedServer, onEachBackend, serverUrl, targetOf } from '../support/databases.ts'

const DAY = 86_400_000

/** A use of `skill`, so long before now. */
async function log(db: Db, skill: string, age: string, { n = 1, outcome = 'success', version = '1' } = {}): Promise<void> {
  await db.query(
    `insert into skill_usage_events (user_id, session_id, skill_id, version, outcome, created_at)
     select '00000000-0000-4000-8000-000000000001', 's' || i, $1, $5, $4, now() - $2::text::interval from generate_series(1, $3::int) as i`,
    [skill, age, n, outcome, version],
  )
}

onEachBackend((backend) => {
  const ready = async (): Promise<Db> => (await backend.migrated()).open()

  test('stats: events of the future and of long ago -> reported apart: not in the chart, and not in the last 7 days', async () => {
    const db = await ready()
    await dropBounds(db)
    await log(db, 'a', '3 days', { n: 5 })
    await log(db, 'a', '2 hours', { n: 2 })
    await log(db, 'a', '-5 minutes')
    await log(db, 'a', '-2 days', { n: 2 })
    await log(db, 'a', '-40 years', { n: 3 })
    await log(db, 'b', '300 years', { n: 4 })
    for (const rolled of [false, true]) {
      if (rolled) await rollUp(db)
      const all = await stats(db)
      expect(all.totals.events).toBe(17)
      expect(all.source).toMatchObject({ future: 6, note: expect.stringContaining('6 events have times in the future') as string })
      expect(all.otherDays.before).toBe(4)
      expect(all.otherDays.after).toBeGreaterThanOrEqual(5)
      expect(all.days.length).toBeLessThanOrEqual(4)
      const week = await stats(db, { sinceMs: 7 * DAY })
      expect(week.totals).toMatchObject({ events: 7, users: 1 })
      expect(week.source.note).toContain('6 events have times in the future and are not counted')
      expect(week.skills).toMatchObject([{ skillId: 'a', totalUses: 7, uniqueUsers: 1 }])
      for (const by of ['day', 'hour', 'version', 'outcome'] as const) {
        const { groups } = await stats(db, { by, sinceMs: 7 * DAY })
        expect(
          groups?.rows.reduce((sum, { uses }) => sum + uses, 0),
          by,
        ).toBe(7)
      }
      const { compare } = await stats(db, { compareMs: DAY })
      expect(compare?.total).toMatchObject({ usesAfter: 2, usesBefore: 0 })
    }
  })

  test('stats: recent uses -> those of the period', async () => {
    const db = await ready()
    await log(db, 'a', '20 days', { n: 7 })
    await log(db, 'a', '50 hours', { n: 3 })
    await log(db, 'a', '30 hours', { n: 2 })
    for (const exact of [false, true]) {
      const { skills } = await stats(db, { sinceMs: 2 * DAY, exact })
      expect(skills[0]?.recent).toHaveLength(3)
      expect(skills[0]?.recent.reduce((a, b) => a + b, 0)).toBe(2)
      expect((await stats(db, { exact })).skills[0]?.recent.reduce((a, b) => a + b, 0)).toBe(12)
      await rollUp(db)
    }
  })

  test('stats --by version: names with spaces -> skill and version apart', async () => {
    const db = await ready()
    await log(db, 'a b', '1 hour', { version: 'c', n: 2 })
    await log(db, 'a', '1 hour', { version: 'b c' })
    for (const exact of [false, true]) {
      const { groups } = await stats(db, { by: 'version', exact })
      expect(groups?.rows).toMatchObject([
        { skillId: 'a b', key: 'c', uses: 2 },
        { skillId: 'a', key: 'b c', uses: 1 },
      ])
      await rollUp(db)
    }
  })

  test('stats --compare: no significant change -> not proven, or no change when the interval is small; the interval contains the difference', async () => {
    const db = await ready()
    await log(db, 'few', '36 hours', { n: 80 })
    await log(db, 'few', '36 hours', { n: 20, outcome: 'soft_fail' })
    await log(db, 'few', '1 hour', { n: 75 })
    await log(db, 'few', '1 hour', { n: 25, outcome: 'soft_fail' })
    for (const age of ['36 hours', '1 hour']) {
      await log(db, 'many', age, { n: 19_600 })
      await log(db, 'many', age, { n: 400, outcome: 'soft_fail' })
    }
    await log(db, 'rare', '36 hours', { n: 3 })
    await log(db, 'rare', '1 hour', { n: 2 })
    await log(db, 'fresh', '1 hour', { n: 2 })
    const { compare } = await stats(db, { compareMs: DAY })
    const of = (skill: string) => compare?.skills.find(({ skillId }) => skillId === skill)
    // by hand: 80 of 100 against 75 of 100; Newcombe's interval is -16.4 to 6.6 points
    expect(of('few')).toMatchObject({ verdict: 'not proven', differencePoints: -5, differenceInterval: { low: -16.44, high: 6.6 } })
    expect(of('many')?.verdict).toBe('no change')
    expect(of('rare')).toMatchObject({ verdict: 'too few', differencePoints: 0 })
    expect(of('rare')?.differenceInterval?.low).toBeLessThan(-50)
    expect(of('fresh')).toMatchObject({ verdict: 'new', differenceInterval: null })
  })

  test('stats: the period begins in a pruned day -> it begins with the first whole day that is kept, and the report names it', async () => {
    const db = await ready()
    for (let day = 0; day < 12; day++) await log(db, 'a', `${day * 24 + 1} hours`, { n: 10 })
    await rollUp(db)
    const { before } = await pruneEvents(db, { olderThanMs: 5 * DAY })
    const cut = Date.parse(before)
    const week = await stats(db, { sinceMs: 8.5 * DAY })
    // whole days: every one of them has the uses of the rollups
    expect(week.since).toMatch(/T00:00:00\.000Z$/)
    expect(Date.parse(week.since ?? '')).toBeLessThan(cut)
    expect(week.totals.events).toBe(week.days.reduce((sum, { uses }) => sum + uses, 0))
    expect(week.totals.events % 10).toBe(0)
    expect(week.totals.events).toBeGreaterThanOrEqual(80)
    expect(week.source.note).toContain(`are pruned: this report begins at ${week.since?.slice(0, 10)} 00:00 UTC`)
    expect(week.totals.users).toBeNull()
    // what only the events have begins where they do
    for (const question of [
      { cooccurrence: true },
      { funnel: true },
      { by: 'hour' },
      { by: 'tier', skill: 'a' },
      { exact: true },
    ] as const) {
      const report = await stats(db, { sinceMs: 8.5 * DAY, ...question })
      expect(report.since, JSON.stringify(question)).toBe(before)
      expect(report.source.note).toContain('are pruned: this report begins at')
    }
    const exact = await stats(db, { exact: true })
    expect(exact).toMatchObject({ since: before, source: { prunedBefore: before, kind: 'raw' } })
    expect((await stats(db)).totals.events).toBe(120)
    const { compare, source } = await stats(db, { compareMs: 5.5 * DAY })
    expect(compare?.before.since).toMatch(/T00:00:00\.000Z$/)
    expect((compare?.total.usesBefore ?? 1) % 10).toBe(0)
    expect(source.note).toContain('only whole ones are compared')
    expect((await stats(db, { skill: 'a', sinceMs: 8.5 * DAY })).page?.hoursOfWeek).toBeNull()
    expect((await stats(db, { user: '00000000-0000-4000-8000-000000000001' })).source.note).toContain('are pruned')
    expect((await stats(db, { sinceMs: 2 * DAY })).source.note).toBeNull()
  })
})

onEachBackend((backend) => {
  test('stats: filters -> what the rollups have is read from them, and the report names what is not', async () => {
    const db = await (await backend.migrated()).open()
    for (const version of ['1', '2']) await log(db, 'a', '30 hours', { n: 5, version })
    await log(db, 'a', '2 hours', { n: 3, outcome: 'soft_fail' })
    await db.exec(`UPDATE skill_usage_events SET tier = 'DEEP', error_type = 'timeout' WHERE outcome = 'soft_fail'`)
    await rollUp(db)
    const version = await stats(db, { filters: { version: '2' } })
    expect(version).toMatchObject({ filters: { version: '2', tier: null }, source: { kind: 'rollup' }, totals: { events: 5, users: null } })
    expect(version.source.note).toContain('--exact counts them')
    expect((await stats(db, { filters: { version: '2' }, exact: true })).totals).toMatchObject({ events: 5, users: 1 })
    const tier = await stats(db, { filters: { tier: 'DEEP' } })
    expect(tier).toMatchObject({ source: { kind: 'raw' }, totals: { events: 3 } })
    expect(tier.source.note).toContain('the rollups have no sums by tier: the events were read')
    const { sessions } = await stats(db, { skill: 'a', sessions: true, filters: { outcome: 'soft_fail' } })
    expect(sessions).toHaveLength(3)
    expect(sessions?.[0]).toMatchObject({ uses: 1, success: 0, softFail: 1, errorTypes: ['timeout'], versions: ['1'], skills: ['a'] })
  })

  test('stats --from, --to, --tz: days of a time zone -> the events of those days', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(`INSERT INTO skill_usage_events (user_id, skill_id, version, outcome, created_at)
      SELECT gen_random_uuid(), 'a', '1', 'success', at::timestamptz
        FROM unnest(ARRAY['2026-03-28 22:59Z', '2026-03-28 23:00Z', '2026-03-29 00:30Z', '2026-03-29 21:59Z', '2026-03-29 22:00Z']) AS at`)
    for (const rolled of [false, true]) {
      if (rolled) await rollUp(db)
      // the clocks change: this day has 23 hours
      const berlin = await stats(db, { from: '2026-03-29', to: '2026-03-30', timeZone: 'Europe/Berlin' })
      expect(berlin).toMatchObject({
        since: '2026-03-28T23:00:00.000Z',
        until: '2026-03-29T22:00:00.000Z',
        timeZone: 'Europe/Berlin',
        totals: { events: 3 },
      })
      expect(berlin.days).toEqual([{ day: '2026-03-29', uses: 3, success: 3 }])
      expect((await stats(db, { from: '2026-03-29', to: '2026-03-30' })).totals.events).toBe(3)
      expect((await stats(db, { to: '2026-03-29T00:00+01:00' })).totals.events).toBe(1)
      const { groups } = await stats(db, { by: 'hour', timeZone: 'Europe/Berlin' })
      expect(groups?.rows.map(({ key, uses }) => [key, uses])).toEqual([
        ['00', 2],
        ['01', 1],
        ['23', 2],
      ])
    }
  })

  test.each([
    [{ from: '2026-02-30' }, '--from'],
    [{ to: 'yesterday' }, '--to'],
    [{ from: '2026-03-02', to: '2026-03-01' }, 'the period is empty'],
    [{ timeZone: 'Mars/Olympus' }, '--tz'],
  ])('stats: %j -> USAGE', async (options, text) => {
    const db = await (await backend.migrated()).open()
    await expect(stats(db, options)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(text) as string })
  })
})

test('stats: an old transaction is open -> a question reads only the rows that are not in the rollups', async () => {
  const database = await migratedServer()
  const db = await database.open()
  const old = await openDb(await targetOf(serverUrl(database.name)))
  await old.exec('BEGIN')
  await log(old, 'late', '1 hour')
  for (let i = 0; i < 40; i++) await log(db, 'a', '1 hour', { n: 500 })
  await rollUp(db)
  await db.exec('ANALYZE skill_usage_events')
  const watched = watchReads(db)
  const { totals, source } = await stats(watched.db)
  expect(totals.events).toBe(20_000)
  expect(source.tail).toBe(0)
  // each query of the report read none of the rows that began after the open transaction
  expect(watched.queries()).toBeGreaterThan(5)
  expect(watched.rows()).toBe(0)
  const aboutOld = async (): Promise<DoctorReport['findings']> =>
    (await doctor({ databaseUrl: serverUrl(database.name) })).findings.filter(
      ({ id, text }) => id === 'rollups.open-transaction' && text.includes(`session ${old.info.pid} `),
    )
  const named = await aboutOld()
  expect(named).toMatchObject([{ status: 'note', next: expect.stringContaining(`pg_terminate_backend(${old.info.pid})`) as string }])
  await old.exec('COMMIT')
  expect((await stats(db)).totals.events).toBe(20_001)
  expect(await aboutOld()).toEqual([])
  await old.close()
})

interface Plan {
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

/** The database, with the number of rows that its queries read from the table of events. */
function watchReads(db: Db): { db: Db; rows: () => number; queries: () => number } {
  let [rows, queries] = [0, 0]
  const read = (plan: Plan): number =>
    (plan['Relation Name'] === 'skill_usage_events'
      ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
      : 0) + (plan.Plans ?? []).reduce((sum, part) => sum + read(part), 0)
  const run = async (sql: string, parameters: [] = [], columns = {}): Promise<unknown> => {
    if (sql.includes('skill_usage_events')) {
      const [row] = await db.run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters)
      if (row !== undefined) rows += read(row['QUERY PLAN'][0].Plan)
      queries++
    }
    return db.run(sql, parameters, columns)
  }
  return { db: { ...db, run: run as Db['run'] }, rows: () => rows, queries: () => queries }
}
