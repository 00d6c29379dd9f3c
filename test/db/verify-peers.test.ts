import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { migrate, verify } from '../../src/index.ts'
import type { CheckResult } from '../../src/verify/report.ts'
import { migratedServer, onEachBackend, type TestBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

/** The functions that Supabase has for the user of a request. */
const AUTH = `CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT current_setting(''request.user'', true)::uuid';
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT current_setting(''request.jwt'', true)::jsonb';
`

/** The checks after a migration of the user with these statements, in a database where `before` ran. */
async function checksAfter({ migrated }: Pick<TestBackend, 'migrated'>, sql: string, before = AUTH): Promise<Map<string, CheckResult>> {
  const db = await (await migrated()).open()
  await db.exec(before)
  const cwd = scratch({ 'db/001.sql': sql })
  const options = { cwd, migrations: [`${cwd}/db`] }
  expect((await migrate(db, options)).error).toBeUndefined()
  const { checks } = await verify(db, options)
  return new Map(checks.map((check) => [check.id, check]))
}

const faultsOf = (check: CheckResult | undefined): string[] => check?.faults.map(({ object, actual }) => `${object}: ${actual}`) ?? []

onEachBackend((backend) => {
  test('policies: in force, with one call for each query -> passed', async () => {
    const checks = await checksAfter(
      backend,
      `ALTER TABLE skill_feedback ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON skill_feedback USING (user_id = (SELECT auth.uid()) OR session_user = 'postgres');
CREATE POLICY of_tenant ON skill_feedback AS RESTRICTIVE USING (notes <> (SELECT current_setting('app.tenant', true)));
CREATE POLICY of_user ON skill_feedback AS RESTRICTIVE USING (user_id = (SELECT nullif(current_setting('app.user', true), '')::uuid));
CREATE POLICY written ON skill_feedback AS RESTRICTIVE FOR INSERT WITH CHECK (user_id = (SELECT (auth.jwt() ->> 'sub')::uuid));
`,
    )
    expect(['ineffective', 'calls', 'several'].map((name) => checks.get(`policies.${name}`)?.status)).toEqual([
      'passed',
      'passed',
      'passed',
    ])
  })

  test('policies: without row level security, with user_metadata, with a call for each row, several, none -> each is named', async () => {
    const checks = await checksAfter(
      backend,
      `CREATE POLICY idle ON skill_unlocks USING (true);
ALTER TABLE skill_feedback ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON skill_feedback FOR SELECT USING (user_id = auth.uid());
CREATE POLICY settings ON skill_feedback FOR SELECT USING (notes = current_setting('app.tenant', true) OR user_id = (SELECT auth.uid()));
CREATE POLICY admins ON skill_feedback FOR DELETE USING ((SELECT auth.jwt() -> 'user_metadata' ->> 'admin') = 'true');
ALTER TABLE agent_emergence_candidates ENABLE ROW LEVEL SECURITY;
`,
    )
    expect(checks.get('policies.ineffective')).toMatchObject({ status: 'failed' })
    expect(faultsOf(checks.get('policies.ineffective'))).toEqual([
      'policy skill_feedback.admins: it reads user_metadata, which users edit',
      'policy skill_unlocks.idle: not enabled: the policy has no effect',
    ])
    expect(checks.get('policies.calls')).toMatchObject({ status: 'warning' })
    expect(faultsOf(checks.get('policies.calls'))).toEqual([
      'policy skill_feedback.own_rows: a call of auth.uid() for each row',
      'policy skill_feedback.settings: a call of current_setting() for each row',
    ])
    expect(checks.get('policies.several')).toMatchObject({ status: 'note' })
    expect(faultsOf(checks.get('policies.several'))).toEqual([
      'table agent_emergence_candidates: row level security without a policy: only the owner sees rows',
      'table skill_feedback: 2: own_rows, settings',
    ])
  })

  test('policies: a policy by hand -> drift.extra reports it, and no other check', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec("CREATE POLICY theirs ON skill_unlocks USING (skill_id = current_setting('user_metadata', true))")
    const { checks } = await verify(db)
    expect(
      checks.filter(({ faults }) => faults.some(({ object }) => object === 'policy skill_unlocks.theirs')).map(({ id }) => id),
    ).toEqual(['drift.extra'])
  })

  test('constraints: a migration of the user leaves one NOT VALID -> a warning, with its statement', async () => {
    const checks = await checksAfter(backend, 'ALTER TABLE skill_feedback ADD CONSTRAINT of_ours CHECK (notes <> $$-$$) NOT VALID;\n')
    expect(checks.get('health.constraints')).toMatchObject({
      status: 'warning',
      faults: [
        {
          object: 'constraint skill_feedback.of_ours',
          sql: expect.stringMatching(/^ALTER TABLE \w+\.skill_feedback VALIDATE CONSTRAINT of_ours$/),
        },
      ],
    })
  })
})

test('extensions: an older version that the schema uses -> a warning, one that it does not use -> none; its remedy updates it', async ({
  skip,
}) => {
  const server = await migratedServer()
  const db = await server.open()
  const [found] = await db.query<{ versions: number }>(
    "SELECT count(*)::int AS versions FROM pg_available_extension_versions WHERE name = 'citext' AND version = '1.4'",
  )
  skip(found?.versions !== 1, 'the server has no extension with two versions')
  await db.exec("CREATE SCHEMA others; CREATE EXTENSION citext VERSION '1.4' SCHEMA others; CREATE TABLE others.t (c others.citext)")
  const statusOf = async (): Promise<CheckResult | undefined> => (await verify(db)).checks.find(({ id }) => id === 'settings.extensions')
  expect(await statusOf()).toMatchObject({ status: 'passed' })
  await db.exec('CREATE TABLE theirs (c others.citext)')
  const old = await statusOf()
  expect(old).toMatchObject({
    status: 'warning',
    faults: [{ object: 'extension citext', actual: '1.4', sql: 'ALTER EXTENSION citext UPDATE' }],
  })
  await db.exec(old?.faults[0]?.sql ?? '')
  expect(await statusOf()).toMatchObject({ status: 'passed' })
})

test('transactions: a session is idle in one -> a warning after an hour; its remedy ends the session', async () => {
  const server = await migratedServer()
  const db = await server.open()
  const other = await server.open()
  // the same query, with another time limit
  const file = readFileSync(path.resolve(import.meta.dirname, '../../sql/verify/80-settings.sql'), 'utf8')
  const check = /-- check: settings\.transactions\n[^]*?;\n/.exec(file)?.[0] ?? ''
  expect(check).toContain("interval '1 hour'")
  const cwd = scratch({ 'checks/t.sql': check.replace('settings.', 'mine.').replace("interval '1 hour'", "interval '0 s'") })
  const options = { cwd, checks: [`${cwd}/checks`], allowSuperuserChecks: true }
  const find = async (id: string): Promise<CheckResult | undefined> => (await verify(db, options)).checks.find((result) => result.id === id)
  expect(await find('mine.transactions')).toMatchObject({ status: 'passed' })
  await other.exec('BEGIN; SELECT 1')
  const old = await find('mine.transactions')
  expect(old).toMatchObject({
    status: 'warning',
    faults: [
      { object: expect.stringMatching(/^process \d+ of /), destructive: true, actual: expect.stringContaining('idle in a transaction') },
    ],
  })
  expect(await find('settings.transactions')).toMatchObject({ status: 'passed' })
  await db.exec(old?.faults[0]?.sql ?? '')
  await expect(other.query('SELECT 1')).rejects.toThrow()
  expect(await find('mine.transactions')).toMatchObject({ status: 'passed' })
})
