import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { serverUrl, targetOf } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { until } from '../support/waiting.ts'

const skill = (name: string): string =>
  `---\nname: ${name}\ndescription: The skill ${name} of a test. Use it there.\nmetadata:\n  version: "1.0.0"\n---\nBody.\n`

let admin: Db
beforeAll(async () => {
  admin = await openDb(await targetOf(serverUrl('postgres')))
})
afterAll(() => admin.close())

/** Databases of the tool on the server, apart from those of other tests that run at the same time. */
const leftovers = (): Promise<{ name: string }[]> =>
  admin.query(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'skills_verify_%' AND shobj_description(oid, 'pg_database') IS NULL`,
  )

test('verify --against-server: a correct project -> it passes in a temporary database, which is dropped', async () => {
  const cwd = scratch({
    'skills/one/SKILL.md': skill('one'),
    'db/001.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY);\n',
    'checks/mine.sql': "-- check: mine.notes\n-- title: notes are empty\n-- remedy: no remedy\nSELECT 'notes' AS object FROM notes;\n",
  })
  const args = [
    'verify',
    '--against-server',
    serverUrl('postgres'),
    '--dir',
    'db',
    '--checks',
    'checks',
    '--allow-superuser-checks',
    '--schema',
    'agents',
  ]
  const good = await runSkills(args, { cwd, env: { CI: '1' } })
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(good.stdout).toMatch(/^postgres:\/\/\S*skills_verify_\d+_[0-9a-f]{8}\S* \(PostgreSQL \d+\.\d+, schema agents\)/)
  expect(good.stdout).toMatch(/verified: \d+ checks passed, 1 warning, \d+ with notes\n$/)
  const bad = await runSkills([...args, '--json'], { cwd: scratch({ 'db/001.sql': 'CREATE TABEL x;\n', 'checks/a.sql': '' }) })
  expect(bad.code).toBe(4)
  expect(await leftovers()).toEqual([])
})

test('verify --against-server: Ctrl-C -> the temporary database is dropped', async () => {
  const cwd = scratch({ 'db/001.sql': 'SELECT pg_sleep(30);\n' })
  const result = await runSkills(['verify', '--against-server', serverUrl('postgres'), '--dir', 'db'], {
    cwd,
    onStart: (child) => {
      void until('the migration runs', async () => {
        const running = await admin.query(
          `SELECT FROM pg_stat_activity WHERE datname LIKE 'skills_verify_%' AND query LIKE '%pg_sleep%' AND state = 'active'`,
        )
        return running.length > 0
      }).then(() => child.kill('SIGINT'))
    },
  })
  expect(result.code).toBe(130)
  expect(await leftovers()).toEqual([])
})

test('verify --against-server: a database of a killed run -> dropped; a role without CREATEDB -> an error', async () => {
  const stale = `skills_verify_${Math.floor(Date.now() / 1000) - 7200}_0123abcd`
  await admin.exec(`CREATE DATABASE ${stale} TEMPLATE template0`)
  const role = `poor_${process.pid}`
  await admin.exec(`CREATE ROLE ${role} LOGIN`)
  const url = serverUrl('postgres').replace(/\/\/[^@]*@/, `//${role}@`)
  const refused = await runSkills(['verify', '--against-server', url], { cwd: scratch() })
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain(`error [PERMISSION_DENIED] role ${role} cannot create a database`)
  expect(refused.stderr).toContain(`ALTER ROLE "${role}" CREATEDB`)
  await admin.exec(`DROP ROLE ${role}`)
  expect(await runSkills(['verify', '--against-server', serverUrl('postgres')], { cwd: scratch() })).toMatchObject({ code: 0 })
  expect(await leftovers()).toEqual([])
})

test.each([
  [['--ephemeral', '--against-server', 'postgres://x/y'], '--ephemeral cannot be combined with --against-server'],
  [['--against-server', 'postgres://x/y', '--embedded'], '--against-server cannot be combined with --embedded'],
  [['--ephemeral', '--database-url', 'postgres://x/y'], '--ephemeral cannot be combined with --database-url'],
  [['--ephemeral', '--no-drift', '--exclusive'], '--exclusive cannot be combined with --no-drift'],
  [['--ephemeral', '--check-timeout', 'soon'], '--check-timeout'],
  [['--ephemeral', '--checks', 'nowhere'], 'cannot read the check folder nowhere'],
])('verify: %j -> exit code 2', async (args, message) => {
  const result = await runSkills(['verify', ...args], { cwd: scratch() })
  expect(result).toMatchObject({ code: 2, stdout: '' })
  expect(result.stderr).toContain(message)
})

test('verify: an invalid check file -> an error with its line and a code frame', async () => {
  const cwd = scratch({
    'skills.config.json': '{"checks": "checks"}',
    'checks/a.sql': '-- check: mine.one\n-- title: one\n-- remedi: none\nSELECT 1;\n',
  })
  const result = await runSkills(['verify', '--ephemeral'], { cwd })
  expect(result.code).toBe(2)
  expect(result.stderr).toMatch(/\[CHECK_FILE_INVALID\] checks\/a\.sql:3: unknown header "remedi"; did you mean "remedy"\?/)
  expect(result.stderr).toContain('> 3 | -- remedi: none')
})

test('verify --ephemeral: with a schema and --drift -> it passes', async () => {
  const cwd = scratch({ 'skills/one/SKILL.md': skill('one') })
  const result = await runSkills(['verify', '--ephemeral', '--schema', 'agents', '--drift', '--strict'], { cwd })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(result.stdout).toContain('schema agents')
})
