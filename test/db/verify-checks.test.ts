import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { VerifyCallOptions } from '../../src/index.ts'
import { migrate, sync, verify } from '../../src/index.ts'
import type { CheckResult, VerifyReport } from '../../src/verify/report.ts'
import { migratedServer, onEachBackend, targetOf } from '../support/databases.ts'
import { openDb } from '../../src/db/open.ts'
import { NO_POOLER, startPooler } from '../support/pgbouncer.ts'
import { scratch } from '../support/scratch.ts'
import { skillsOn } from '../support/telemetry.ts'

const SKILL = '---\nname: one\ndescription: The one skill of this folder. Use it in tests.\nmetadata:\n  version: "1.0.0"\n---\nBody.\n'

const find = ({ checks }: VerifyReport, id: string): CheckResult | undefined => checks.find((check) => check.id === id)

const HEADER = '-- title: a check of a user\n-- remedy: fix it\n'

const checkThat = (id: string, requires: string): string =>
  `-- check: mine.${id}\n-- requires: ${requires}\n${HEADER}SELECT 1 WHERE false;\n`

onEachBackend((backend) => {
  const ready = async (checks: Record<string, string> = {}): Promise<{ db: Db; options: VerifyCallOptions }> => {
    const db = await (await backend.migrated()).open()
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL, ...checks })
    await sync(db, { cwd })
    return { db, options: { cwd, allowSuperuserChecks: true, checks: Object.keys(checks).length === 0 ? [] : [`${cwd}/checks`] } }
  }

  test('your own checks: a query returns rows -> faults, whatever the columns', async () => {
    const { db, options } = await ready({
      'checks/a.sql': `-- about: is no header, as no check has begun\n\n-- check: mine.rows\n${HEADER}SELECT 'skill one' AS object, 'x' AS expected, version AS actual, 'do it' AS remedy FROM skills_registry;

-- check: mine.other-columns\n-- severity: warning\n${HEADER}SELECT skill_id, version FROM skills_registry;
-- check: mine.green\n${HEADER}SELECT 1 WHERE false;
-- check: mine.own-rows\n-- writes: rows\n${HEADER}INSERT INTO skills_registry (skill_id, version) VALUES ('mine', '1');
SELECT skill_id AS object, '' AS expected, '' AS actual FROM skills_registry WHERE skill_id <> 'mine';
`,
    })
    const report = await verify(db, options)
    expect(find(report, 'mine.rows')).toMatchObject({
      status: 'failed',
      line: 3,
      faults: [{ object: 'skill one', expected: 'x', actual: '1.0.0', remedy: 'do it' }],
    })
    expect(find(report, 'mine.other-columns')).toMatchObject({
      status: 'warning',
      faults: [
        { object: 'check mine.other-columns', expected: 'no row', actual: '{"skill_id":"one","version":"1.0.0"}', remedy: 'fix it' },
      ],
    })
    expect(find(report, 'mine.green')?.status).toBe('passed')
    // in a copy that has no rows but its own
    expect(find(report, 'mine.own-rows')).toMatchObject({ status: 'passed' })
    expect(await db.query("SELECT FROM skills_registry WHERE skill_id = 'mine'")).toEqual([])
  })

  test('your own checks: the server refuses a statement -> a failure with its place; the others run', async () => {
    const { db, options } = await ready({
      'checks/b.sql': `-- check: mine.broken\n-- severity: info\n${HEADER}SELECT skill_id,\n  é, nonsense FROM skills_registry;
-- check: mine.writes\n${HEADER}DELETE FROM skills_registry;\nSELECT 1 WHERE false;
-- check: mine.data\n${HEADER}WITH gone AS (DELETE FROM skills_registry RETURNING 1) SELECT 1 FROM gone WHERE false;
-- check: mine.commits\n-- writes: rows\n${HEADER}DO $$ BEGIN COMMIT; END $$;\nSELECT 1 WHERE false;
-- check: mine.last\n${HEADER}SELECT 1 WHERE false;
`,
    })
    const report = await verify(db, options)
    expect(find(report, 'mine.broken')).toMatchObject({
      status: 'failed',
      severity: 'error',
      faults: [{ object: 'check mine.broken', actual: expect.stringMatching(/checks\/b\.sql:6:3: column "é" does not exist/) }],
    })
    for (const id of ['mine.writes', 'mine.data']) {
      expect(find(report, id)?.faults[0]).toMatchObject({
        actual: expect.stringContaining('read-only transaction'),
        remedy: expect.stringContaining('writes: rows'),
      })
    }
    expect(find(report, 'mine.commits')?.faults[0]?.actual).toMatch(/invalid transaction termination/)
    expect(find(report, 'mine.last')?.status).toBe('passed')
    expect(await db.query('SELECT count(*)::int AS n FROM skills_registry')).toEqual([{ n: 1 }])
  })

  test('requires: not met -> skipped with the reason; a failure with strict if the check applies', async () => {
    const { db, options } = await ready({
      'checks/a.sql': [
        checkThat('pack', 'pack lean-indexes'),
        checkThat('later', 'server-version 99'),
        checkThat('now', 'server-version 13, migration 20251220_create_skill_system'),
        checkThat('migration', 'migration 20990101_x'),
      ].join(''),
    })
    const report = await verify(db, { ...options, strict: true })
    expect(['pack', 'later', 'now', 'migration'].map((id) => find(report, `mine.${id}`)?.reason)).toEqual([
      'the pack lean-indexes is not installed',
      expect.stringMatching(/^needs PostgreSQL 99; this is \d+$/),
      undefined,
      'the migration 20990101_x is not applied',
    ])
    expect(report.ok).toBe(true)
    const { db: other, options: more } = await ready({
      'checks/a.sql': checkThat('extension', 'extension pgcrypto') + checkThat('role', 'role nobody_here'),
    })
    const skips = await verify(other, more)
    expect(find(skips, 'mine.extension')).toMatchObject({ status: 'skipped', reason: 'the extension pgcrypto is missing' })
    expect(find(skips, 'mine.role')).toMatchObject({ status: 'skipped', reason: 'this role is not a member of nobody_here' })
    expect(skips.ok).toBe(true)
    expect((await verify(other, { ...more, strict: true })).ok).toBe(false)
  })

  test('app role: with the printed grants -> it can do what the library does, and nothing else', async () => {
    const { db, options } = await ready()
    const role = `app_${process.pid}_${backend.name}`
    const { grantStatements } = await import('../../src/index.ts')
    await db.exec(`CREATE ROLE ${role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
    const judge = async (): Promise<string[]> =>
      find(await verify(db, { ...options, appRole: role }), 'safety.app-role')?.faults.map(
        ({ expected, actual }) => `${expected}: ${actual}`,
      ) ?? []
    expect(await judge()).toContain('SELECT on table skills_registry: not granted')
    await db.exec(grantStatements(role, 'public').join('\n'))
    expect(await judge()).toEqual([])
    await db.exec(`SET ROLE ${role}`)
    const user = '5c111e00-0000-4000-8000-0000000000a1'
    const event = { userId: user, skillId: 'one', version: '1.0.0', outcome: 'success' } as const
    const { skills, warnings } = skillsOn(db)
    expect(await skills.listSkills({ userId: user })).toMatchObject([{ id: 'one' }])
    expect(await skills.isUnlocked(user, 'one')).toBe(false)
    expect(await skills.unlock(user, 'one', 'earned')).toBe(true)
    expect(await skills.listUnlocks(user)).toMatchObject([{ skillId: 'one', reason: 'earned' }])
    expect(await skills.lock(user, 'one', 'taken back')).toBe(true)
    expect(await skills.isUnlocked(user, 'one')).toBe(false)
    expect(await skills.logUsageNow(event)).toMatch(/^\d+$/)
    expect(await skills.feedback({ userId: user, skillId: 'one', version: '1.0.0', rating: 5, tags: ['x'], notes: 'good' })).toMatch(
      /^\d+$/,
    )
    skills.logUsage(event)
    expect(await skills.flush()).toMatchObject({ complete: true, written: 1 })
    await skills.close()
    expect(warnings).toEqual([])
    const refused: string[] = []
    const forbidden = [
      ...['skills_registry', 'skill_unlocks', 'skill_usage_events', 'agent_emergence_candidates', 'schema_migrations'].flatMap((table) => [
        `INSERT INTO ${table} DEFAULT VALUES`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
        `DROP TABLE ${table}`,
        `ALTER TABLE ${table} ADD COLUMN x int`,
      ]),
      'UPDATE skills_registry SET enabled = true',
      "UPDATE skill_unlocks SET skill_id = 'two'",
      'UPDATE skill_unlocks SET user_id = gen_random_uuid()',
      'UPDATE skill_unlocks SET unlocked_at = now()',
      'UPDATE skill_feedback SET rating = 1',
      `INSERT INTO skill_feedback (user_id, skill_id, version, txid) VALUES ('${user}', 'one', '1', 1)`,
      `INSERT INTO skill_feedback (user_id, skill_id, version, created_at) VALUES ('${user}', 'one', '1', now())`,
      'SELECT notes FROM skill_feedback',
      // of the rollups it may run nothing that reads or writes, though the functions have no rights of their own
      `SELECT forget_skill_user('${user}')`,
      'SELECT skill_rollup_events()',
      'SELECT skill_rollup_feedback()',
      'SELECT skill_rollup_reset()',
      'SELECT skill_rollup_adopt()',
      "SELECT skill_rollup_repair('events')",
      "SELECT skill_rollup_recount_sets('{00000000-0000-0000-0000-000000000000}')",
      'SELECT * FROM skill_rollup_users',
      'DELETE FROM skill_rollup_sessions',
      'UPDATE skill_rollup_state SET rolled = 0',
      ...[
        'skill_usage_events',
        'skill_feedback',
        'agent_emergence_candidates',
        'schema_migrations',
        'v_skill_effectiveness',
        'v_skill_cooccurrence',
      ].map((table) => `SELECT * FROM ${table}`),
      'CREATE TABLE x (id int)',
      "SELECT nextval('skill_usage_events_id_seq')",
      "SELECT setval('skill_feedback_id_seq', 1)",
      'ALTER FUNCTION unlock_skill(uuid, text, text) SECURITY INVOKER',
      'DROP VIEW v_skill_effectiveness',
    ]
    for (const sql of forbidden)
      await db.exec(sql).catch((error: unknown) => refused.push(`${sql}: ${(error as { code?: string }).code ?? ''}`))
    await db.exec('RESET ROLE')
    expect(refused).toEqual(forbidden.map((sql) => `${sql}: 42501`))
    await db.exec(`GRANT DELETE ON skill_feedback TO ${role}; GRANT UPDATE ON SEQUENCE skill_feedback_id_seq TO ${role}`)
    expect(await judge()).toEqual([
      expect.stringMatching(/^no DELETE on table skill_feedback: granted/),
      expect.stringMatching(/^no UPDATE on sequence skill_feedback_id_seq: granted/),
    ])
    await db.exec(`GRANT UPDATE (rating, notes) ON skill_feedback TO ${role}; REVOKE UPDATE (unlock_reason) ON skill_unlocks FROM ${role}`)
    expect(await judge()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^no UPDATE \(notes, rating\) on table skill_feedback: granted/),
        'UPDATE (unlock_reason) on table skill_unlocks: not granted',
      ]),
    )
    await db.exec(`ALTER ROLE ${role} BYPASSRLS`)
    expect(await judge()).toContain('no BYPASSRLS: BYPASSRLS')
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    expect(await judge()).toEqual(['a role: no such role'])
    // without the option
    expect(find(await verify(db, options), 'safety.app-role')).toBeUndefined()
  })

  test('health, safety: faults in data and settings -> each is named', async () => {
    const { db, options } = await ready()
    await db.exec(`
      ALTER TABLE skill_usage_events DROP CONSTRAINT skill_usage_events_outcome_known;
      INSERT INTO skill_usage_events (user_id, skill_id, version, outcome) SELECT gen_random_uuid(), 'stray', '1.0.0', 'ok' FROM generate_series(1, 3);
      SELECT unlock_skill(gen_random_uuid(), 'later');
      INSERT INTO agent_emergence_candidates (signature_hash, status) VALUES ('x', 'maybe');
      INSERT INTO skill_feedback (user_id, skill_id, version, created_at) VALUES (gen_random_uuid(), 'one', '1', now() + interval '1 day');
      ALTER TABLE skills_registry DROP CONSTRAINT skills_registry_trust_level_check; UPDATE skills_registry SET trust_level = 7;
      SELECT setval('skill_feedback_id_seq', 9000000000000000000);
      UPDATE schema_migrations SET checksum = NULL, tool = NULL`)
    const report = await verify(db, options)
    const named = (id: string): string | undefined => {
      const check = find(report, id)
      return check === undefined
        ? undefined
        : `${check.status}: ${check.faults.map(({ object, actual }) => `${object}: ${actual}`).join(' | ')}`
    }
    expect(named('health.unregistered-events')).toMatch(/^warning: skill stray: missing; events 3, the last at \d{4}/)
    expect(named('health.unregistered-unlocks')).toBe('note: skill later: missing; unlocked for 1 users')
    expect(named('health.outcomes')).toBe("warning: column skill_usage_events.outcome: 'ok', events 3")
    expect(named('health.statuses')).toBe("warning: column agent_emergence_candidates.status: 'maybe', rows 1")
    expect(named('health.clock-skew')).toMatch(/^warning: column skill_feedback\.created_at: /)
    expect(named('health.trust-levels')).toBe('warning: skill one: 7')
    expect(named('health.sequences')).toMatch(
      /^failed: sequence skill_feedback_id_seq: 9000000000000000000 used \(97\.6 %\), for column skill_feedback\.id/,
    )
    expect(named('health.redundant-indexes')).toMatch(
      /^note: .*index idx_skill_unlocks_user_skill: equal to skill_unlocks_pkey; (?:16 kB|8192 bytes), \d+ scans/,
    )
    expect(named('ledger.pending')).toMatch(/^failed: migration 20251220_create_skill_system: pending/)
    await db.exec('UPDATE skills_registry SET enabled = false')
    expect(find(await verify(db, options), 'registry.disabled-by-hand')).toMatchObject({
      status: 'warning',
      faults: [{ object: 'skill one' }],
    })
  })

  test('safety.schema-writable: a role besides the owners can create objects -> an error with its REVOKE', async () => {
    const { db, options } = await ready()
    const role = `creator_${process.pid}_${backend.name}`
    await db.exec(`CREATE ROLE ${role}; GRANT CREATE ON SCHEMA public TO ${role}, PUBLIC`)
    const check = async (): Promise<CheckResult | undefined> =>
      find(await verify(db, { ...options, drift: 'no' }), 'safety.schema-writable')
    const faults = (await check())?.faults ?? []
    expect(faults.map(({ actual, remedy }) => `${actual}: ${remedy}`)).toEqual([
      'CREATE is granted to PUBLIC: REVOKE CREATE ON SCHEMA public FROM PUBLIC',
      `CREATE is granted to ${role}: REVOKE CREATE ON SCHEMA public FROM ${role}`,
    ])
    expect((await check())?.status).toBe('failed')
    await db.exec(faults.map(({ remedy }) => remedy).join('; '))
    expect((await check())?.status).toBe('passed')
    await db.exec(`DROP ROLE ${role}`)
  })

  test('health.rollups-behind: more than 100,000 events wait, or another server -> a warning', async () => {
    const { db, options } = await ready()
    const actual = async (): Promise<(string | undefined)[]> =>
      find(await verify(db, { ...options, drift: 'no' }), 'health.rollups-behind')?.faults.map((fault) => fault.actual) ?? ['not run']
    const log = (events: number): Promise<unknown> =>
      db.exec(`INSERT INTO skill_usage_events (user_id, skill_id, version, outcome)
        SELECT gen_random_uuid(), 'one', '1.0.0', 'success' FROM generate_series(1, ${events})`)
    await log(100_000)
    expect(await actual()).toEqual([])
    await log(1)
    expect(await actual()).toEqual(['more waiting; the last step: never'])
    await db.exec('SELECT skill_rollup_events(1)')
    expect(await actual()).toEqual([])
    await db.exec('UPDATE skill_rollup_state SET system_identifier = 1')
    expect(await actual()).toEqual(['rollups of another server'])
  })

  test('health.partitions: no partition for the next month -> a fault, whose statement creates it', async () => {
    const { db, options } = await ready({
      'db/001.sql': `CREATE TABLE logs (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM (MINVALUE) TO ('2026-01-01');\nCREATE TABLE logs_rest PARTITION OF logs DEFAULT;\n`,
    })
    const dirs = [`${options.cwd ?? ''}/db`]
    const own = { ...options, migrations: dirs, checks: [] }
    await migrate(db, { migrations: dirs })
    const faults = find(await verify(db, own), 'health.partitions')?.faults
    expect(faults).toMatchObject([{ object: 'table logs', actual: expect.stringContaining('the last one ends at 2026-01-01') }])
    await db.exec(faults?.[0]?.sql ?? '')
    expect(await verify(db, own)).toMatchObject({ ok: true })
  })

  test('health.partitioned-indexes: the index of a partitioned table is not on each partition -> a note, and no fault; its statements create and attach the others', async () => {
    const { db, options } = await ready({
      'db/001.sql': `CREATE TABLE logs (at timestamptz NOT NULL, id int) PARTITION BY RANGE (at);
CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM (MINVALUE) TO ('2026-01-01');\nCREATE TABLE logs_next PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
CREATE INDEX logs_id ON ONLY logs (id);\nCREATE INDEX logs_old_id ON logs_old (id);\nALTER INDEX logs_id ATTACH PARTITION logs_old_id;\n`,
    })
    const dirs = [`${options.cwd ?? ''}/db`]
    const own = { ...options, migrations: dirs, checks: [] }
    await migrate(db, { migrations: dirs })
    const report = await verify(db, own)
    expect(report).toMatchObject({ ok: true })
    expect(find(report, 'health.partitioned-indexes')).toMatchObject({
      status: 'note',
      faults: [{ object: 'index logs_id', expected: 'an index on each of 2 partitions', actual: '1 of 2 partitions have it' }],
    })
    const sql = find(report, 'health.partitioned-indexes')?.faults[0]?.sql ?? ''
    for (const statement of sql.split('; ')) await db.exec(statement)
    expect(find(await verify(db, own), 'health.partitioned-indexes')?.faults).toEqual([])
    await db.exec("UPDATE pg_index SET indisvalid = false WHERE indrelid = 'logs_next'::regclass")
    expect(find(await verify(db, own), 'health.invalid-indexes')?.faults).toMatchObject([
      { object: expect.stringMatching(/^index logs_id_\d+$/) },
    ])
  })
})

test('verify: a check exceeds its time limit -> skipped with the limit', async () => {
  const db = await (await migratedServer()).open()
  const cwd = scratch({
    'checks/a.sql': `-- check: mine.slow\n${HEADER}SELECT pg_sleep(20);\n-- check: mine.next\n${HEADER}SELECT 1 WHERE false;\n`,
  })
  const report = await verify(db, { cwd, checks: [`${cwd}/checks`], allowSuperuserChecks: true, timeoutMs: 1_500 })
  expect(find(report, 'mine.slow')).toMatchObject({ status: 'skipped', reason: 'it took longer than 1.5 s' })
  expect(find(report, 'mine.next')?.status).toBe('passed')
})

test.skipIf(NO_POOLER !== undefined)('verify: PgBouncer in transaction mode -> it passes', async () => {
  const database = await migratedServer()
  const direct = await database.open()
  const pooler = await startPooler()
  try {
    const db = await openDb(await targetOf(pooler.url(database.name)))
    expect(await verify(db, { cwd: scratch() })).toMatchObject({ ok: true, failed: 0 })
    await db.close()
  } finally {
    await direct.close()
    await pooler.stop()
  }
})
