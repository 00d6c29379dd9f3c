import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { sync, verify } from '../../src/index.ts'
import type { CheckResult } from '../../src/verify/report.ts'
import { BACKENDS, onEachBackend } from '../support/databases.ts'
import { ownServer } from '../support/own-server.ts'
import { scratch } from '../support/scratch.ts'

const SKILL = '---\nname: one\ndescription: The one skill of this folder. Use it in tests.\n---\nBody.\n'

onEachBackend((backend) => {
  test('--lint-pending: a pending file that cannot run, a hazard, an accepted hazard, an applied file -> the first fails, the second warns', async () => {
    const db = await (await backend.migrated()).open()
    const cwd = scratch({
      'skills/one/SKILL.md': SKILL,
      'mine/20260101_index.sql': 'CREATE INDEX mine ON skill_usage_events (tier);\n',
      'mine/20260102_accepted.sql': '-- skills-ignore: INDEX_NOT_CONCURRENT\nCREATE INDEX mine_too ON skill_usage_events (latency_ms);\n',
      'mine/20260103_vacuum.sql': 'SELECT 1;\nVACUUM skill_usage_events;\n',
    })
    await sync(db, { cwd })
    await db.exec(
      "INSERT INTO skill_usage_events (user_id, skill_id, version, outcome) SELECT gen_random_uuid(), 'one', '1', 'success' FROM generate_series(1, 20000); ANALYZE skill_usage_events",
    )
    const options = { cwd, migrations: [`${cwd}/mine`], drift: 'no' as const }
    const report = await verify(db, { ...options, lintPending: true })
    const found = (id: string): CheckResult | undefined => report.checks.find((check) => check.id === id)
    expect(found('pending.files')).toMatchObject({
      status: 'failed',
      faults: [{ object: expect.stringMatching(/20260103_vacuum\.sql:2:1$/) }],
    })
    expect(found('pending.hazards')).toMatchObject({ status: 'warning' })
    expect(found('pending.hazards')?.faults.map(({ object }) => object)).toEqual([expect.stringMatching(/20260101_index\.sql:1:1$/)])
    expect(report.ok).toBe(false)
    // without the option the files are not read: they are pending, and the ledger says so
    expect((await verify(db, options)).checks.some(({ id }) => id.startsWith('pending.'))).toBe(false)
  })
})

test('--amcheck: a healthy database passes; an index whose order is wrong -> a failure with the error of the server', async ({ skip }) => {
  const database = await BACKENDS.server.migrated()
  const db = await database.open()
  const cwd = scratch({ 'skills/one/SKILL.md': SKILL })
  await sync(db, { cwd })
  const options = { cwd, drift: 'no' as const, amcheck: true }
  const statuses = async (on: Db): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await verify(on, options)).checks
        .filter(({ id }) => id.startsWith('amcheck.'))
        .map(({ id, status, faults }) => [id, `${status} ${faults[0]?.actual ?? ''}`]),
    )
  expect(await statuses(db)).toMatchObject({ 'amcheck.indexes': 'skipped ' })
  const installed = await db.exec('CREATE SCHEMA tools; CREATE EXTENSION amcheck SCHEMA tools').then(
    () => true,
    () => false,
  )
  skip(!installed, 'this server has no amcheck')
  expect(await statuses(db)).toEqual({ 'amcheck.indexes': 'passed ', 'amcheck.tables': 'passed ' })
  await db.exec(`INSERT INTO skill_feedback (user_id, skill_id, version, rating) SELECT gen_random_uuid(), 'one', '1', 1 + i % 5 FROM generate_series(1, 500) AS i;
    CREATE FUNCTION up(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($1, $2)';
    CREATE FUNCTION down(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT -btint4cmp($1, $2)';
    CREATE OPERATOR CLASS fickle FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 up(integer, integer);
    CREATE INDEX fickle ON skill_feedback (rating fickle);
    UPDATE pg_amproc SET amproc = 'down'::regproc WHERE amproc = 'up'::regproc`)
  // a session keeps what it has read about an index
  const other = await statuses(await database.open())
  expect(other['amcheck.indexes']).toMatch(/^failed .*invariant violated for index "fickle"/)
})

test('settings: the server has serializable transactions and writes nothing -> a warning and a failure, whose statements correct them', async () => {
  const database = await ownServer().migrated()
  const setUp = await database.open()
  await setUp.exec("ALTER SYSTEM SET default_transaction_isolation = 'serializable'")
  await setUp.exec('ALTER SYSTEM SET default_transaction_read_only = on')
  await setUp.exec('SELECT pg_reload_conf()')
  const found = async (): Promise<{ id: string; object: string; sql: string }[]> => {
    // a connection of its own has the settings of the server
    const db = await database.open()
    const { checks } = await verify(db, { cwd: scratch({}), drift: 'no' })
    await db.close()
    return checks
      .filter(({ id }) => id === 'settings.stops' || id === 'settings.changes')
      .flatMap(({ id, faults }) => faults.map(({ object, sql = '' }) => ({ id, object, sql })))
  }
  await expect.poll(found, { timeout: 60_000 }).toEqual([
    {
      id: 'settings.stops',
      object: 'the server',
      sql: "ALTER SYSTEM SET default_transaction_read_only = 'off'; SELECT pg_reload_conf()",
    },
    {
      id: 'settings.changes',
      object: 'the server',
      sql: "ALTER SYSTEM SET default_transaction_isolation = 'read committed'; SELECT pg_reload_conf()",
    },
  ])
  for (const { sql } of await found()) for (const statement of sql.split('; ')) await setUp.exec(statement)
  await expect.poll(found, { timeout: 60_000 }).toEqual([])
})
