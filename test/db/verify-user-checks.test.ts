import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { verify } from '../../src/index.ts'
import type { CheckResult, VerifyReport } from '../../src/verify/report.ts'
import { migratedEmbedded, migratedServer, targetOf } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const HEADER = '-- title: a check of a user\n-- remedy: fix it\n'
const NOTHING = 'SELECT 1 WHERE false;\n'
const find = ({ checks }: VerifyReport, id: string): CheckResult | undefined => checks.find((check) => check.id === id)

/** A folder with one file of checks. */
const checksOf = (text: string): { cwd: string; checks: string[] } => {
  const cwd = scratch({ 'checks/own.sql': text })
  return { cwd, checks: [`${cwd}/checks`] }
}

test('your own checks: run by a superuser -> refused with exit 2, unless they are allowed', async () => {
  const database = await migratedServer()
  const { cwd } = checksOf(`-- check: mine.one\n${HEADER}${NOTHING}`)
  const run = (...more: string[]): ReturnType<typeof runSkills> =>
    runSkills(['verify', '--checks', 'checks', '--json', ...database.flags, ...more], { cwd })
  const refused = await run()
  expect(refused.code).toBe(2)
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: {
      code: 'SUPERUSER_CHECKS',
      message: expect.stringContaining('checks/own.sql:1: '),
      hint: expect.stringContaining('--allow-superuser-checks'),
    },
  })
  expect((await run('--allow-superuser-checks')).code).toBe(0)
})

test.each(['SUPERUSER', 'IN ROLE postgres', 'IN ROLE pg_execute_server_program', 'IN ROLE pg_write_server_files', ''])(
  'your own checks: run by a role made with "%s" -> refused if it has the privileges of a superuser',
  async (attributes) => {
    const database = await migratedServer()
    const admin = await database.open()
    const role = `runner_${process.pid}_${attributes.length}`
    await admin.exec(
      `CREATE ROLE ${role} LOGIN ${attributes}; GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    )
    const url = (database.flags[1] ?? '').replace('postgres@', `${role}@`)
    const db = await openDb(await targetOf(url))
    try {
      const report = verify(db, checksOf(`-- check: mine.one\n${HEADER}${NOTHING}`))
      if (attributes === '') expect(find(await report, 'mine.one')?.status).toBe('passed')
      else await expect(report).rejects.toMatchObject({ code: 'SUPERUSER_CHECKS' })
    } finally {
      await db.close()
      await admin.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  },
)

test('your own checks: an embedded database -> they run, as it has one role and no server', async () => {
  const db = await (await migratedEmbedded()).open()
  expect(find(await verify(db, checksOf(`-- check: mine.one\n${HEADER}${NOTHING}`)), 'mine.one')?.status).toBe('passed')
})

const SETTINGS = [
  'search_path',
  'statement_timeout',
  'lock_timeout',
  'row_security',
  'role',
  'session_authorization',
  'standard_conforming_strings',
  'work_mem',
]

/** Rows for what differs between two checks. */
const STATE = `SELECT name AS object, '' AS expected, pg_catalog.current_setting(name) AS actual FROM (VALUES ${SETTINGS.map((name) => `('${name}')`).join(', ')}) AS setting (name)
UNION ALL SELECT 'advisory lock', '', pg_catalog.count(*)::text FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()
UNION ALL SELECT 'prepared statement', '', name FROM pg_catalog.pg_prepared_statements WHERE name <> ''
UNION ALL SELECT 'cursor', '', name FROM pg_catalog.pg_cursors WHERE name <> ''
UNION ALL SELECT 'channel', '', channel FROM pg_catalog.pg_listening_channels() AS channel
UNION ALL SELECT 'temporary table', '', relname::text FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema()
ORDER BY 1, 3;\n`

const DISTURBS = `SET statement_timeout = 0; SET lock_timeout = '7s'; SET search_path TO pg_temp; SET row_security = on; SET work_mem = '3MB';
SET standard_conforming_strings = off; SET SESSION AUTHORIZATION pg_monitor_of_test; RESET SESSION AUTHORIZATION; SET ROLE pg_monitor_of_test; RESET ROLE;
SELECT pg_advisory_lock(42); SELECT pg_advisory_lock_shared(43); PREPARE mine AS SELECT 1; LISTEN mine; CREATE TEMP TABLE skills_registry (id int);
DECLARE c CURSOR WITH HOLD FOR SELECT 1; SELECT set_config('work_mem', '4MB', false);\n`

test.each(['rows', 'no'])(
  'your own checks: one with writes %s changes settings and takes locks -> the next one finds everything as before',
  async (writes) => {
    const db = await (await migratedServer()).open()
    const role = 'pg_monitor_of_test'.replace('pg_', 'skills_')
    const disturbs = (writes === 'no' ? DISTURBS.replace(/CREATE TEMP [^;]*;/, '') : DISTURBS).replaceAll('pg_monitor_of_test', role)
    await db.exec(`DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role}`)
    const report = await verify(db, {
      ...checksOf(
        `-- check: mine.before\n${HEADER}${STATE}-- check: mine.disturbs\n-- writes: ${writes}\n${HEADER}${disturbs}${NOTHING}-- check: mine.fails\n-- writes: ${writes}\n${HEADER}${disturbs}SELECT 1/0;\n` +
          `-- check: mine.after\n${HEADER}${STATE}-- check: mine.writes-after\n-- writes: rows\n${HEADER}${STATE}`,
      ),
      allowSuperuserChecks: true,
    })
    expect(find(report, 'mine.disturbs')).toMatchObject({ status: 'passed', faults: [] })
    expect(find(report, 'mine.fails')?.faults[0]?.actual).toContain('division by zero')
    const before = find(report, 'mine.before')?.faults
    expect(before?.length).toBe(SETTINGS.length + 1)
    expect(find(report, 'mine.after')?.faults).toEqual(before)
    expect(find(report, 'mine.writes-after')?.faults.filter(({ object }) => object !== 'search_path')).toEqual(
      before?.filter(({ object }) => object !== 'search_path'),
    )
    const left = async (sql: string): Promise<unknown> => db.query(sql)
    expect(await left("SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")).toEqual([])
    expect(await left("SELECT FROM pg_prepared_statements WHERE name <> ''")).toEqual([])
    expect(await left('SELECT FROM pg_listening_channels()')).toEqual([])
    await db.exec(`DROP ROLE ${role}`)
  },
)

test('your own checks: a statement sets its own time limit -> the limit of the option holds', async () => {
  const db = await (await migratedServer()).open()
  const report = await verify(db, {
    ...checksOf(`-- check: mine.slow\n${HEADER}SET statement_timeout = 0;\nSELECT pg_sleep(30);\n`),
    allowSuperuserChecks: true,
    timeoutMs: 1_500,
  })
  expect(find(report, 'mine.slow')).toMatchObject({ status: 'skipped', reason: 'it took longer than 1.5 s' })
})

test.each([
  ['COMMIT;', 'COMMIT in a check'],
  ['rollback work;', 'ROLLBACK in a check'],
  ['savepoint mine;', 'SAVEPOINT in a check'],
  ["PREPARE TRANSACTION 'x';", 'PREPARE'],
])('your own checks: %s -> refused with file and line before anything runs', async (statement, message) => {
  const db = await (await migratedServer()).open()
  await expect(
    verify(db, { ...checksOf(`-- check: mine.ends\n-- writes: rows\n${HEADER}${statement}\n${NOTHING}`), allowSuperuserChecks: true }),
  ).rejects.toMatchObject({ code: 'CHECK_FILE_INVALID', message: expect.stringMatching(new RegExp(`own\\.sql:5: .*${message}`, 'i')) })
})

const HIDDEN: readonly (readonly [string, string])[] = [
  ['in a block', 'DO $$ BEGIN COMMIT; END $$;'],
  ['in a string that is none', String.raw`SET standard_conforming_strings = off; SELECT '\''; COMMIT; --';` + '\n'],
  ['in a string of the query', String.raw`SET standard_conforming_strings = off; SELECT 1 WHERE '\''; COMMIT; --' = ''` + ';\n'],
]

test.each(HIDDEN)('your own checks: COMMIT %s -> nothing is committed', async (_, statements) => {
  const db: Db = await (await migratedServer()).open()
  const report = await verify(db, {
    ...checksOf(
      `-- check: mine.ends\n-- writes: rows\n${HEADER}INSERT INTO public.skills_registry (skill_id, version) VALUES ('mine', '1');\n${statements}\n${statements.includes('WHERE') ? '' : NOTHING}-- check: mine.next\n${HEADER}${NOTHING}`,
    ),
    allowSuperuserChecks: true,
  })
  if (statements.startsWith('DO'))
    expect(find(report, 'mine.ends')).toMatchObject({
      status: 'failed',
      faults: [{ actual: expect.stringMatching(/own\.sql:6:\d+: invalid transaction termination/) }],
    })
  expect(find(report, 'mine.next')?.status).toBe('passed')
  expect(await db.query("SELECT FROM public.skills_registry WHERE skill_id = 'mine'")).toEqual([])
  expect(await db.query("SELECT FROM pg_namespace WHERE nspname LIKE 'skills\\_scratch%'")).toEqual([])
})

test('your own checks: a row with the columns sql and destructive -> they are in the report, and sql is the remedy', async () => {
  const db = await (await migratedEmbedded()).open()
  const query = `SELECT 'a' AS object, '' AS expected, '' AS actual, 'DROP TABLE public.a' AS sql, true AS destructive
    UNION ALL SELECT 'b', '', '', '', false;\n`
  const report = await verify(db, checksOf(`-- check: mine.one\n${HEADER}${query}`))
  expect(find(report, 'mine.one')?.faults).toEqual([
    { object: 'a', expected: '', actual: '', remedy: 'DROP TABLE public.a', sql: 'DROP TABLE public.a', destructive: true },
    { object: 'b', expected: '', actual: '', remedy: 'fix it' },
  ])
})
