import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Skills, UsageEvent } from '../../src/index.ts'
import { createSkills, sync } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { event, logged, migrated, OTHER, register, skillsOn, USER } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

onEachBackend((backend) => {
  test('logUsage: an event -> its row holds the same values', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database)
    const at = new Date('2026-01-02T03:04:05.678Z')
    skills.logUsage({
      userId: USER.toUpperCase(),
      skillId: "it's",
      version: '1.2.3',
      outcome: 'soft_fail',
      sessionId: 's\\1',
      tier: 'CORE',
      latencyMs: 12.6,
      inputHash: 'h',
      stateSnapshot: { element: 'water', text: 'a "quoted" \\ ü😀\n', bad: 'nul \u0000 and \ud800', deep: [{ 'k\u0000': 1 }] },
      artifacts: { list: [1, null] },
      errorType: 'timeout',
      inputTokens: 1200,
      outputTokens: 0,
      costUsd: 0.0000125,
      at,
    })
    skills.logUsage({ userId: USER, skillId: 'least', version: '0', outcome: 'hard_refusal', sessionId: null })
    expect(await skills.flush()).toMatchObject({ complete: true, logged: 2, written: 2, pending: 0, dropped: 0, rejected: 0 })
    const rows = await db.query('select * from skill_usage_events order by id')
    expect(rows).toMatchObject([
      {
        user_id: USER,
        session_id: 's\\1',
        skill_id: "it's",
        version: '1.2.3',
        tier: 'CORE',
        outcome: 'soft_fail',
        latency_ms: 13,
        input_hash: 'h',
        state_snapshot: { element: 'water', text: 'a "quoted" \\ ü😀\n', bad: 'nul \uFFFD and \uFFFD', deep: [{ 'k\uFFFD': 1 }] },
        artifacts: { list: [1, null] },
        error_type: 'timeout',
        input_tokens: '1200',
        output_tokens: '0',
        cost_usd: '0.0000125',
        created_at: at,
      },
      {
        skill_id: 'least',
        session_id: null,
        tier: null,
        latency_ms: null,
        state_snapshot: {},
        artifacts: {},
        error_type: null,
        input_tokens: null,
        cost_usd: null,
      },
    ])
    const id = await skills.logUsageNow(event({ inputHash: 'now', stateSnapshot: { a: 'x\u0000' }, artifacts: { b: [1] } }))
    expect(await db.query("select id, state_snapshot, artifacts from skill_usage_events where input_hash = 'now'")).toEqual([
      { id, state_snapshot: { a: 'x\uFFFD' }, artifacts: { b: [1] } },
    ])
    // the reason can be in the artifacts, for applications that have no argument for it
    const reason = { artifacts: { error_type: 'refused' } }
    skills.logUsage(event({ inputHash: 'reason', ...reason }))
    skills.logUsage(event({ inputHash: 'reason', ...reason, errorType: 'argument' }))
    skills.logUsage(event({ inputHash: 'reason', artifacts: { error_type: 'x'.repeat(257) } }))
    skills.logUsage(event({ inputHash: 'reason', artifacts: { error_type: { code: 5 } } }))
    await skills.flush()
    await skills.logUsageNow(event({ inputHash: 'reason', ...reason, inputTokens: 3, outputTokens: 4, costUsd: 0.5 }))
    expect(
      await db.query(
        "select error_type, input_tokens, output_tokens, cost_usd from skill_usage_events where input_hash = 'reason' order by id",
      ),
    ).toMatchObject([
      { error_type: 'refused', input_tokens: null },
      { error_type: 'argument' },
      { error_type: null },
      { error_type: null },
      { error_type: 'refused', input_tokens: '3', output_tokens: '4', cost_usd: '0.5' },
    ])
    await skills.close()
  })

  test('logUsage: the application changes its objects later -> the event is unchanged', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database)
    const snapshot = { step: 1 }
    skills.logUsage(event({ stateSnapshot: snapshot }))
    snapshot.step = 2
    skills.logUsage(event({ stateSnapshot: snapshot }))
    await skills.flush()
    expect(await db.query("select state_snapshot->>'step' as step from skill_usage_events order by 1")).toEqual([
      { step: '1' },
      { step: '2' },
    ])
    await skills.close()
  })

  test('unlocks: two users -> each has their own', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database)
    await register(db, [{ id: 'base', meta: { category: 'foundational' } }, { id: 'gated' }, { id: 'other' }])
    expect(await skills.isUnlocked(USER, 'base')).toBe(true)
    expect(await skills.isUnlocked(USER, 'gated')).toBe(false)
    expect(await skills.unlock(USER, 'gated', 'passed')).toBe(true)
    expect(await skills.unlock(OTHER, 'other')).toBe(true)
    expect(await skills.isUnlocked(USER, 'gated')).toBe(true)
    expect(await skills.isUnlocked(OTHER, 'gated')).toBe(false)
    expect(await skills.listUnlocks(USER)).toEqual([{ skillId: 'gated', unlockedAt: expect.stringMatching(/^2.*Z$/), reason: 'passed' }])
    expect((await skills.listSkills({ userId: USER, unlockedOnly: true })).map(({ id }) => id)).toEqual(['base', 'gated'])
    expect(await skills.lock(USER, 'gated', 'expired')).toBe(true)
    expect(await skills.lock(USER, 'gated')).toBe(false)
    expect(await skills.lock(USER, 'other')).toBe(false)
    expect(await skills.listUnlocks(USER)).toEqual([])
    expect((await skills.listUnlocks(OTHER)).map(({ skillId }) => skillId)).toEqual(['other'])
    expect(await db.query('select unlock_reason from skill_unlocks where user_id = $1::uuid', [USER])).toEqual([
      { unlock_reason: 'expired' },
    ])
    await skills.close()
  })

  test('feedback: valid, invalid -> a row, an error before the query', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database)
    const id = await skills.feedback({
      userId: USER,
      skillId: 'one',
      version: '1',
      rating: 4,
      tags: ['a "b"', 'c,d'],
      notes: "it's {fine}",
    })
    await skills.feedback({ userId: USER, skillId: 'one', version: '1' })
    expect(await db.query('select id, rating, to_jsonb(tags) as tags, notes from skill_feedback order by id')).toEqual([
      { id, rating: 4, tags: ['a "b"', 'c,d'], notes: "it's {fine}" },
      { id: expect.any(String), rating: null, tags: [], notes: null },
    ])
    const bad: object[] = [
      { rating: 0 },
      { rating: 6 },
      { rating: 2.5 },
      { rating: '5' },
      { tags: 'x' },
      { tags: Array.from({ length: 51 }, () => 'x') },
      { tags: [1] },
      { notes: 'x'.repeat(10_001) },
      { notes: 'nul \u0000' },
      { userId: 'me' },
      { skillId: '' },
      { version: undefined },
    ]
    for (const over of bad)
      await expect(skills.feedback({ userId: USER, skillId: 'one', version: '1', ...over }), JSON.stringify(over)).rejects.toMatchObject({
        code: 'EVENT_INVALID',
      })
    expect(await db.query('select count(*)::int as n from skill_feedback')).toEqual([{ n: 2 }])
    await skills.close()
  })

  test('logUsage: an invalid event -> no exception, it is counted, one warning', async () => {
    const { db, database } = await migrated(backend)
    const { skills, warnings } = skillsOn(database)
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const bad: unknown[] = [
      undefined,
      null,
      'event',
      event({ userId: 'me' }),
      event({ userId: "' or true --" }),
      event({ outcome: 'ok' as 'success' }),
      event({ skillId: '' }),
      event({ skillId: 'x'.repeat(257) }),
      event({ sessionId: 'nul \u0000' }),
      event({ latencyMs: -1 }),
      event({ latencyMs: Number.NaN }),
      event({ latencyMs: '5' as unknown as number }),
      event({ stateSnapshot: [] as unknown as object as never }),
      event({ stateSnapshot: circle as never }),
      event({ artifacts: { big: 1n } as never }),
      event({ artifacts: { text: 'x'.repeat(300_000) } }),
      event({ at: new Date('nonsense') }),
    ]
    for (const one of bad) skills.logUsage(one as UsageEvent)
    skills.logUsage(event({ userId: 'me' }))
    skills.logUsage(event({ inputHash: 'good' }))
    expect(await skills.flush()).toMatchObject({ complete: true, logged: bad.length + 2, rejected: bad.length + 1, written: 1 })
    expect(await logged(db)).toEqual(['good'])
    expect(warnings.filter(({ message }) => message.includes('userId'))).toHaveLength(1)
    await expect(skills.logUsageNow(event({ userId: 'me' }))).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    await skills.close()
  })

  test('client: rows of a user -> only with the ID of that user', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database)
    await skills.unlock(OTHER, 'secret')
    const names: unknown[] = [
      undefined,
      null,
      '',
      '*',
      '%',
      `${USER}' or user_id = '${OTHER}`,
      ` ${OTHER}`,
      `{${OTHER}}`,
      OTHER.replaceAll('-', ''),
      [OTHER],
      { toString: () => OTHER },
      { length: 36, toString: () => OTHER },
      Object(OTHER),
      () => OTHER,
      1,
      true,
    ]
    for (const name of names) {
      const user = name as string
      const attempts: [string, () => Promise<unknown>][] = [
        ['listUnlocks', () => skills.listUnlocks(user)],
        ['isUnlocked', () => skills.isUnlocked(user, 'secret')],
        ['unlock', () => skills.unlock(user, 'secret')],
        ['lock', () => skills.lock(user, 'secret')],
        ['logUsageNow', () => skills.logUsageNow(event({ userId: user }))],
        ['feedback', () => skills.feedback({ userId: user, skillId: 'secret', version: '1' })],
      ]
      if (name !== undefined) attempts.push(['listSkills', () => skills.listSkills({ userId: user, unlockedOnly: true })])
      for (const [what, attempt] of attempts)
        await expect(attempt(), `${what} ${String(name)}`).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    }
    await expect(skills.listSkills({ unlockedOnly: true })).rejects.toMatchObject({ code: 'EVENT_INVALID' })
    expect(await skills.listUnlocks(USER)).toEqual([])
    expect(await db.query('select user_id, skill_id, unlocked from skill_unlocks')).toEqual([
      { user_id: OTHER, skill_id: 'secret', unlocked: true },
    ])
    await skills.close()
  })

  test('listSkills: filters -> the enabled skills that match', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database)
    await register(db, [
      { id: 'a', trust: 1, meta: { tier: 'FAST', category: 'foundational', elements: ['water', 'air'], realms: ['MIDDLEWORLD'] } },
      { id: 'b', trust: 3, meta: { tier: 'CORE', category: 'lineage', elements: ['fire'], files: { x: 'y' } } },
      { id: 'c', trust: 5, meta: { tier: 'CORE', elements: 'water', realms: [1, 'UPPER'] } },
      { id: 'off', trust: 5, enabled: false, meta: { tier: 'CORE' } },
    ])
    const ids = async (filter?: Parameters<Skills['listSkills']>[0]): Promise<string> =>
      (await skills.listSkills(filter)).map(({ id }) => id).join()
    expect(await ids()).toBe('a,b,c')
    expect(await ids({ tier: 'CORE' })).toBe('b,c')
    expect(await ids({ category: 'lineage' })).toBe('b')
    expect(await ids({ element: 'water' })).toBe('a,c')
    expect(await ids({ realm: 'UPPER' })).toBe('c')
    expect(await ids({ minTrust: 3 })).toBe('b,c')
    expect(await ids({ minTrust: 3, tier: 'CORE', element: 'fire', userId: USER })).toBe('b')
    const [first] = await skills.listSkills()
    expect(first).toMatchObject({
      id: 'a',
      version: '1.0.0',
      trustLevel: 1,
      tier: 'FAST',
      elements: ['water', 'air'],
      kind: null,
      tags: [],
    })
    expect(() => Object.assign(first as object, { id: 'z' })).toThrow()
    await skills.close()
  })

  test('client: not enabled -> no list, no event, no connection', async () => {
    const { db, database } = await migrated(backend)
    await register(db, [{ id: 'base', meta: { category: 'foundational' } }])
    for (const env of [{}, { SKILLS_ENABLED: '0' }, { SKILLS_ENABLED: '' }, { SKILLS_ENABLED: 'false', SKILLS_SHADOW_MODE: '1' }]) {
      const { skills } = skillsOn(database, { env })
      skills.logUsage(event())
      expect(await skills.listSkills()).toEqual([])
      expect(await skills.isUnlocked(USER, 'base')).toBe(false)
      expect(await skills.unlock(USER, 'base')).toBe(false)
      expect(await skills.lock(USER, 'base')).toBe(false)
      expect(await skills.listUnlocks(USER)).toEqual([])
      expect(await skills.logUsageNow(event())).toBe(null)
      expect(await skills.feedback({ userId: USER, skillId: 'base', version: '1' })).toBe(null)
      expect(await skills.flush()).toMatchObject({ complete: true, logged: 0, written: 0 })
      await skills.close()
    }
    expect(
      await db.query(
        'select (select count(*) from skill_usage_events) + (select count(*) from skill_unlocks) + (select count(*) from skill_feedback) as n',
      ),
    ).toEqual([{ n: '0' }])
    const nowhere = createSkills({ database: 'postgres://someone@127.0.0.1:1/x', env: {} })
    expect(await nowhere.listSkills()).toEqual([])
    await nowhere.close()
  })

  test('client: shadow mode -> events are written and marked, no skill is listed', async () => {
    const { db, database } = await migrated(backend)
    await register(db, [{ id: 'one' }])
    const { skills } = skillsOn(database, { env: { SKILLS_ENABLED: '1', SKILLS_SHADOW_MODE: '1' } })
    expect(await skills.listSkills()).toEqual([])
    skills.logUsage(event({ stateSnapshot: { tier: 'CORE', shadow: false } }))
    await skills.flush()
    await skills.logUsageNow(event())
    expect(await db.query('select state_snapshot from skill_usage_events order by id')).toEqual([
      { state_snapshot: { tier: 'CORE', shadow: true } },
      { state_snapshot: { shadow: true } },
    ])
    await skills.close()
  })

  test('listSkills: the registry changes -> the list is read again, else once', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database, { cacheTtlMs: 3_600_000 })
    await register(db, [{ id: 'one' }])
    const ids = async (): Promise<string[]> => (await skills.listSkills()).map(({ id }) => id)
    expect(await ids()).toEqual(['one'])
    await until('somebody listens', async () => {
      return (
        backend.name === 'embedded' ||
        (await db.query("select from pg_stat_activity where query like 'LISTEN%' and datname = current_database()")).length > 0
      )
    })
    expect(await ids()).toEqual(['one'])
    const heard: string[] = []
    db.onNotification(({ channel }) => heard.push(channel))
    await db.exec('LISTEN skills_registry')
    // without a notification
    await db.exec("insert into skills_registry (skill_id, version) values ('two', '1')")
    expect(await ids()).toEqual(['one'])
    await db.query('select pg_notify($1, $2)', ['skills_registry', '{"schema":"elsewhere","ids":["x"]}'])
    await until('the notification arrives', () => heard.length > 0)
    expect(await ids()).toEqual(['one'])
    const cwd = scratch({
      'skills/three/SKILL.md': '---\nname: three\ndescription: The third skill of this test. Use it here.\n---\n\nBody.\n',
    })
    await sync(db, { skills: ['skills'], cwd })
    await until('the list has the third', async () => (await ids()).includes('three'))
    expect(await ids()).toEqual(['one', 'three', 'two'])
    await skills.close()
  })

  test('log_skill_usage_batch: a repeated batch -> each event is written once', async () => {
    const { db } = await migrated(backend)
    const rows = Array.from({ length: 5 }, (_, i) => ({
      skill_id: 'one',
      version: '1',
      outcome: 'success',
      created_at: `2026-01-01T00:00:0${i % 2}.123456Z`,
      event_key: randomUUID(),
    }))
    const write = async (events: object[], mayRepeat = true): Promise<unknown> =>
      (await db.query('select log_skill_usage_batch($1::uuid, $2::jsonb, null, $3::boolean) as n', [USER, events, mayRepeat]))[0]?.['n']
    expect(await write(rows.slice(0, 3), false)).toBe(3)
    expect(await write(rows)).toBe(2)
    expect(await write(rows)).toBe(0)
    expect(await db.query('select log_skill_usage_batch($1::uuid, $2::jsonb) as n', [OTHER, rows])).toEqual([{ n: 5 }])
    expect(await write([{ ...rows[0], event_key: null }])).toBe(1)
    const untimed = { ...rows[0], created_at: null, event_key: randomUUID() }
    expect(await write([untimed])).toBe(1)
    expect(await write([untimed])).toBe(0)
    await expect(db.query('select log_skill_usage_batch($1::uuid, null) as n', [USER])).rejects.toMatchObject({ code: '22023' })
    // the same event as values without names; another time is another event
    const values = ['s', 'one', '1', null, 'success', 5, null, { a: 1 }, null, '2026-02-01T00:00:00Z', randomUUID()]
    expect(await write([values, values.with(9, '2026-02-01T00:00:01Z'), ['t', 'one', '1', null, 'success']])).toBe(3)
    expect(await write([{ ...rows[0], created_at: values[9], event_key: values[10] }])).toBe(0)
    expect(await write([values, values.with(9, '2026-02-01T00:00:02Z'), [null, 'one', '1', null, 'success']])).toBe(2)
    expect(await db.query("select state_snapshot, artifacts, latency_ms from skill_usage_events where session_id = 's' limit 1")).toEqual([
      { state_snapshot: { a: 1 }, artifacts: {}, latency_ms: 5 },
    ])
    // without a time: known for 7 days, and some of a call known, some not
    const named = [randomUUID(), randomUUID(), randomUUID()].map((key) => [
      null,
      'one',
      '1',
      null,
      'success',
      null,
      null,
      {},
      {},
      null,
      key,
    ])
    expect(await write(named.slice(0, 2))).toBe(2)
    expect(await write(named)).toBe(1)
    await db.exec("update skill_usage_events set created_at = now() - interval '8 days' where event_key is not null")
    expect(await write(named)).toBe(3)
  })

  test('logUsage: events are committed -> a notification, at most one every 200 ms', async () => {
    const { db, database } = await migrated(backend)
    const { skills } = skillsOn(database)
    const heard: string[] = []
    db.onNotification(({ channel, payload }) => heard.push(`${channel}:${payload}`))
    await db.exec('LISTEN skill_usage')
    const began = performance.now()
    for (let i = 0; i < 20; i++) {
      skills.logUsage(event())
      await skills.flush()
    }
    const took = performance.now() - began
    await until('the notification arrives', () => heard.length > 0)
    await db.query('select 1')
    expect(new Set(heard)).toEqual(new Set(['skill_usage:']))
    expect(heard.length).toBeLessThanOrEqual(1 + Math.floor(took / 200))
    expect(await logged(db)).toHaveLength(20)
    await skills.close()
  })

  test('log_skill_usage_batch: a user with many events -> few blocks are read, also with an old plan', async () => {
    const { db } = await migrated(backend)
    const call = 'select log_skill_usage_batch($1::uuid, $2::jsonb)'
    const read = async (events: unknown[]): Promise<number> => {
      const [row] = await db.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
        `explain (analyze, buffers, format json) ${call}`,
        [USER, events],
      )
      const plan = row?.['QUERY PLAN'][0]?.Plan
      return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0)
    }
    for (let from = 0; from < 4000; from += 500) await db.query(call, [USER, numbered(from, true)])
    // two levels of the index and the row
    expect(await read(numbered(2000, true))).toBeLessThan(500 * 5)
    for (let from = 10_000; from < 12_000; from += 500) await db.query(call, [USER, numbered(from, false)])
    // the last days once, not for each event
    expect(await read(numbered(10_000, false))).toBeLessThan(2000 * 3)
    expect(await db.query('select count(*)::int as n from skill_usage_events')).toEqual([{ n: 6000 }])
  })

  test('flush: the database refuses one event -> the others are written', async () => {
    const { db, database } = await migrated(backend)
    await db.exec("alter table skill_usage_events add constraint no_bad check (skill_id <> 'bad')")
    const { skills, warnings } = skillsOn(database)
    const good = Array.from({ length: 300 }, () => event())
    for (const [i, one] of good.entries()) {
      skills.logUsage(one)
      if (i % 150 === 70) skills.logUsage(event({ skillId: 'bad' }))
    }
    expect(await skills.flush()).toMatchObject({ complete: true, written: 300, rejected: 2 })
    expect(await logged(db)).toEqual(good.map(({ inputHash }) => String(inputHash)).toSorted())
    expect(warnings.map(({ code }) => code)).toEqual(['EVENT_REFUSED'])
    await skills.close()
  })
})

/** Five hundred events as values, each with the key of its number. */
function numbered(from: number, timed: boolean): unknown[] {
  return Array.from({ length: 500 }, (_, i) => {
    const at = timed ? new Date(Date.UTC(2026, 0, 1) + (from + i) * 1000) : null
    const key = `00000000-0000-4000-8000-${String(from + i).padStart(12, '0')}`
    return [null, 'one', '1', null, 'success', null, null, {}, {}, at, key]
  })
}
