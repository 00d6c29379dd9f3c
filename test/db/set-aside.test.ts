import { beforeEach, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { doctor, eventTail, forgetUser, pruneEvents, rollUp, stats, verify } from '../../src/index.ts'
import { dropBounds, restoreBounds } from '../support/bounds.ts'
import { onEachBackend, type TestDatabase } from '../support/databases.ts'
import { everyView, rollupCounts } from '../support/rollups.ts'
import { scratch } from '../support/scratch.ts'

const USER = '9f1c1d3e-0000-4000-8000-000000000001'
const OTHER = '9f1c1d3e-0000-4000-8000-000000000002'

/** Changes to a row of skill_usage_events that no step can add up, and the reason that it gives. */
const BAD_EVENTS: readonly (readonly [change: string, reason: RegExp])[] = [
  ["version = repeat(md5('v'), 2048)", /^version has 65536 bytes$/],
  ["session_id = repeat('s', 1048576)", /^session_id has 1048576 bytes$/],
  ["created_at = '4713-01-01 BC'", /^created_at is /],
  ["created_at = '0001-01-01'", /^created_at is /],
  ["created_at = '294276-12-31 23:59:59.999999+00'", /^created_at is /],
  ["created_at = 'infinity'", /^created_at is infinity$/],
  ["created_at = '-infinity'", /^created_at is -infinity$/],
  [`state_snapshot = jsonb_build_object('tier', repeat('x', 20000000))`, /^state_snapshot has /],
  [
    `state_snapshot = jsonb_build_object('realm', (SELECT jsonb_agg(1e131071::numeric) FROM generate_series(1, 9000)))`,
    /^state_snapshot has /,
  ],
]

/** Changes to a row that a step counts, although the bounds of the tables refuse it today. */
const ODD_EVENTS: readonly string[] = [
  "outcome = 'odd'",
  "outcome = repeat('o', 2000)",
  'latency_ms = -5',
  "tier = ''",
  "session_id = ''",
  "version = ''",
  "tier = repeat('t', 100000)",
  "input_hash = repeat('h', 100000)",
  "created_at = '1000-01-01'",
  "created_at = '9999-12-30'",
  "created_at = '1970-01-01'",
  `state_snapshot = '"text"'`,
  `state_snapshot = ('{"tier":' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb`,
  `state_snapshot = '{"tier": 1e131071, "element": -0.0, "realm": [null]}'`,
  `artifacts = jsonb_build_object('a', repeat('x', 3000000))`,
]

const BAD_FEEDBACK: readonly (readonly [change: string, reason: RegExp])[] = [
  ["tags = ARRAY['a', repeat(md5('t'), 2048)]", /^a tag has more than 1024 bytes$/],
  ['tags = (SELECT array_agg(i::text) FROM generate_series(1, 5000) AS i)', /^tags has 5000 elements$/],
  ["version = repeat(md5('v'), 2048)", /^version has 65536 bytes$/],
]

const ODD_FEEDBACK: readonly string[] = [
  'rating = 2147483647',
  'rating = -2147483648',
  "tags = ARRAY[NULL, '', repeat('t', 1000)]",
  "tags = '{{a,b},{c,d}}'",
  "created_at = '4713-01-01 BC'",
  "created_at = 'infinity'",
]

onEachBackend(({ name: backend, migrated }) => {
  let database: TestDatabase
  let db: Db

  beforeEach(async () => {
    database = await migrated()
    db = await database.open()
    await dropBounds(db)
  })

  const change = (table: string, id: number, what: string): Promise<unknown> => db.exec(`UPDATE ${table} SET ${what} WHERE id = ${id}`)
  /** One row for each change, between rows that are valid. */
  const insert = async (): Promise<number> => {
    const events = [...BAD_EVENTS.map(([what]) => what), ...ODD_EVENTS]
    const feedback = [...BAD_FEEDBACK.map(([what]) => what), ...ODD_FEEDBACK]
    await db.exec(`INSERT INTO skill_usage_events (id, user_id, session_id, skill_id, version, tier, outcome, latency_ms)
        SELECT i, CASE WHEN i % 2 = 1 THEN '${USER}'::uuid ELSE '${OTHER}'::uuid END, 's', 'walk', '1', 'CORE', 'success', 10 FROM generate_series(1, ${events.length + 4}) AS i;
      INSERT INTO skill_feedback (id, user_id, skill_id, version, rating, tags)
        SELECT i, '${USER}', 'walk', '1', 4, '{calm}' FROM generate_series(1, ${feedback.length + 2}) AS i`)
    for (const [i, what] of events.entries()) await change('skill_usage_events', i + 1, what)
    for (const [i, what] of feedback.entries()) await change('skill_feedback', i + 1, what)
    await restoreBounds(db)
    return events.length + 4
  }

  test('rollup: rows that cannot be added up -> set aside with their reasons, the rest is counted, also by a rebuild', async () => {
    const events = await insert()
    for (const rebuild of [false, true]) {
      const { finished, setAside } = await rollUp(db, { batch: 7, rebuild })
      expect({ finished, rows: setAside.rows }).toEqual({ finished: true, rows: BAD_EVENTS.length + BAD_FEEDBACK.length })
      const reasons = (table: string): string[] =>
        setAside.listed.filter((row) => row.table === table).map(({ id, reason }) => `${id}: ${reason}`)
      expect(reasons('skill_usage_events')).toEqual(
        BAD_EVENTS.map(([, reason], i) => expect.stringMatching(new RegExp(`^${i + 1}: ${reason.source.slice(1)}`))),
      )
      expect(reasons('skill_feedback')).toEqual(
        BAD_FEEDBACK.map(([, reason], i) => expect.stringMatching(new RegExp(`^${i + 1}: ${reason.source.slice(1)}`))),
      )
      expect(await rollupCounts(db)).toEqual({ rolled: events - BAD_EVENTS.length, events })
    }
  })

  test('stats: rows that cannot be added up -> every view works, the rollups and the events agree, and the report has the number', async () => {
    await insert()
    const exact = await everyView(db, true)
    // before a step, half-way, and after it
    expect(await everyView(db, false)).toEqual(exact)
    await db.query('SELECT skill_rollup_events(11), skill_rollup_feedback(4)')
    expect(await everyView(db, false)).toEqual(exact)
    await rollUp(db)
    expect(await everyView(db, false)).toEqual(exact)
    for (const isExact of [false, true]) {
      const { source } = await stats(db, { exact: isExact })
      expect(source).toMatchObject({
        setAside: BAD_EVENTS.length + BAD_FEEDBACK.length,
        note: expect.stringContaining('cannot be added up'),
      })
      for (const view of [
        { skill: 'walk' },
        { sinceMs: 86_400_000 },
        { user: USER },
        { compareMs: 86_400_000 },
        { by: 'outcome' },
        { by: 'category' },
      ] as const)
        expect((await stats(db, { ...view, exact: isExact, limit: 100 })).totals.events).toBeGreaterThanOrEqual(0)
    }
    const seen: string[] = []
    await eventTail({ limit: 100 }).read(db, (rows) => seen.push(...rows.map(({ id }) => id)))
    expect(seen).toHaveLength(BAD_EVENTS.length + ODD_EVENTS.length + 4)
  })

  test('doctor and verify: rows are set aside -> both list them; none -> both pass', async () => {
    const health = async (): Promise<string> =>
      (await verify(db, { cwd: scratch(), drift: 'no' })).checks.find(({ id }) => id === 'health.set-aside')?.status ?? ''
    expect(await health()).toBe('passed')
    await insert()
    await rollUp(db)
    const { checks } = await verify(db, { cwd: scratch(), drift: 'no' })
    const { status, faults = [] } = checks.find(({ id }) => id === 'health.set-aside') ?? {}
    expect(status).toBe('warning')
    expect(faults).toHaveLength(BAD_EVENTS.length + BAD_FEEDBACK.length)
    expect(faults).toContainEqual(
      expect.objectContaining({ object: 'event 1 of table skill_usage_events', actual: 'version has 65536 bytes' }),
    )
    await db.close()
    const [, target = ''] = database.flags
    const { findings } = await doctor({
      ...(database.flags[0] === '--embedded' ? { embedded: target } : { databaseUrl: target }),
      cwd: scratch(),
      env: {},
    })
    expect(findings.find(({ id }) => id === 'rollups.set-aside')).toMatchObject({
      area: 'rollups',
      status: 'warning',
      text: expect.stringContaining('skill_usage_events 1: version has 65536 bytes'),
    })
  })

  test('rebuild: a row was corrected, another one deleted -> the first is counted, neither is listed', async () => {
    const events = await insert()
    await rollUp(db)
    await db.exec(`UPDATE skill_usage_events SET version = '1' WHERE id = 1; DELETE FROM skill_usage_events WHERE id = 2`)
    const { setAside } = await rollUp(db, { rebuild: true })
    expect(setAside.rows).toBe(BAD_EVENTS.length + BAD_FEEDBACK.length - 2)
    expect(await rollupCounts(db)).toEqual({ rolled: events - 1 - (BAD_EVENTS.length - 2), events: events - 1 })
    expect(await everyView(db, false)).toEqual(await everyView(db, true))
  })

  test('prune-events, forget-user: rows are set aside -> kept by the one, deleted by the other, and all sums stay right', async () => {
    await insert()
    await rollUp(db)
    await pruneEvents(db, { olderThanMs: 86_400_000 })
    expect(
      await db.query(
        'SELECT count(*)::int AS n FROM skill_rollup_set_aside s JOIN skill_usage_events e USING (user_id, id) WHERE source = $1',
        ['events'],
      ),
    ).toEqual([{ n: BAD_EVENTS.length }])
    const { tables } = await forgetUser(db, USER)
    const rows = (name: string): number => tables.find(({ table }) => table === name)?.rows ?? -1
    expect(rows('skill_rollup_set_aside')).toBe(Math.ceil(BAD_EVENTS.length / 2) + BAD_FEEDBACK.length)
    expect(rows('skill_feedback')).toBe(BAD_FEEDBACK.length + ODD_FEEDBACK.length + 2)
    expect(await db.query('SELECT count(*)::int AS n FROM skill_rollup_days WHERE n < 0 OR latency_n < 0')).toEqual([{ n: 0 }])
    await forgetUser(db, OTHER)
    expect((await rollUp(db)).setAside.rows).toBe(0)
    expect(await db.query('SELECT count(*)::int AS n FROM skill_usage_events')).toEqual([{ n: 0 }])
  })

  test('rollup, rebuild, forget-user: row level security hides rows -> an error, no partial result', async () => {
    await insert()
    const role = `hidden_${process.pid}_${backend}`
    await db.exec(`CREATE ROLE ${role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ${role};
      ALTER TABLE skill_usage_events ENABLE ROW LEVEL SECURITY; ALTER TABLE skill_feedback ENABLE ROW LEVEL SECURITY;
      SET ROLE ${role}`)
    for (const call of [
      'skill_rollup_events()',
      'skill_rollup_feedback()',
      'skill_rollup_adopt()',
      "skill_rollup_repair('events')",
      `forget_skill_user('${USER}')`,
    ])
      await expect(db.query(`SELECT ${call}`), call).rejects.toMatchObject({
        code: '42501',
        message: expect.stringContaining('row-level security'),
      })
    await db.exec(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })
})
