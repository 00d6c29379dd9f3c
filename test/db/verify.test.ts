import { describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate, sync, verify } from '../../src/index.ts'
import type { Fault, VerifyReport } from '../../src/verify/report.ts'
import { parseChecks } from '../../src/verify/parse-checks.ts'
import { ofBackend, onEachBackend } from '../support/databases.ts'
import { faultTests } from '../support/fault-tests.ts'
import { scratch } from '../support/scratch.ts'
import { sharedSession } from '../support/shared-session.ts'

const SKILL = '---\nname: one\ndescription: The one skill of this folder. Use it in tests.\n---\nBody.\n'

const faultsOf = (report: VerifyReport): Fault[] =>
  report.checks.filter(({ status }) => status === 'failed').flatMap(({ faults }) => faults)

onEachBackend((backend) => {
  const ready = async (): Promise<{ db: Db; cwd: string }> => {
    const db = await (await backend.migrated()).open()
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL })
    await sync(db, { cwd })
    return { db, cwd }
  }

  test('verify: a healthy database -> every check passes, nothing is written', async () => {
    const { db, cwd } = await ready()
    const before = await db.query(
      'select (select count(*) from skill_usage_events) as events, (select count(*) from skill_unlocks) as unlocks, (select count(*) from skills_registry) as skills',
    )
    const report = await verify(db, { cwd })
    const remarks = report.checks
      .filter(({ status, applies }) => status !== 'passed' && applies !== false)
      .map(({ id, status }) => `${id} ${status}`)
    // of a server whose only role is a superuser, and which is made for tests
    const ofServer = ['safety.definer-superuser warning', 'settings.durability note']
    expect(remarks).toEqual(['health.redundant-indexes note', ...(db.info.kind === 'server' && db.info.superuser ? ofServer : [])])
    expect(report).toMatchObject({ ok: true, failed: 0, skipped: 0 })
    expect(
      await db.query(
        'select (select count(*) from skill_usage_events) as events, (select count(*) from skill_unlocks) as unlocks, (select count(*) from skills_registry) as skills',
      ),
    ).toEqual(before)
  })

  test('verify: the role quotes all identifiers, and has formats of its own -> every check passes', async () => {
    const { db, cwd } = await ready()
    await db.exec("SET quote_all_identifiers TO on; SET datestyle TO 'SQL, DMY'; SET extra_float_digits TO '-10'")
    expect(faultsOf(await verify(db, { cwd }))).toEqual([])
  })

  test('verify: 400 statements of migrations, three of which fail in the scratch schema -> at most 60 subtransactions at any time', async () => {
    if (backend.name === 'embedded') return // it has one session
    const database = await backend.migrated()
    const [db, watcher] = [await database.open(), await database.open()]
    const numbers = Array.from({ length: 400 }, (_, i) => i)
    // three statements fail where verify repeats them: the rows of the real tables are not there
    const statements = numbers.map((i) =>
      i % 150 === 60 ? 'DO $$ BEGIN PERFORM 1 / (SELECT count(*)::int FROM skills_registry); END $$;' : `CREATE TABLE mine_${i} (id int);`,
    )
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL, 'mine/1_many.sql': statements.join('\n') })
    await sync(db, { cwd })
    expect((await migrate(db, { migrations: [`${cwd}/mine`] })).error).toBeUndefined()
    const counts: number[] = []
    const overflows: boolean[] = []
    const watch = async (): Promise<void> => {
      if (watcher.info.version < 160_000) return
      const rows = await watcher.query<{ n: number; over: boolean }>(
        'SELECT x.subxact_count AS n, x.subxact_overflowed AS over FROM pg_stat_get_backend_idset() AS id, pg_stat_get_backend_subxact(id) AS x',
      )
      counts.push(...rows.map(({ n }) => n))
      overflows.push(...rows.map(({ over }) => over))
    }
    const watches: Promise<void>[] = []
    const report = await verify(db, { cwd, migrations: [`${cwd}/mine`], onProgress: () => watches.push(watch()) })
    await Promise.all(watches)
    expect(report.checks.find(({ id }) => id === 'drift.build')?.faults).toHaveLength(3)
    expect(overflows).not.toContain(true)
    expect(Math.max(0, ...counts)).toBeLessThanOrEqual(60)
    if (watcher.info.version >= 160_000) expect(Math.max(...counts)).toBeGreaterThan(0)
  })

  describe('one change', () => {
    let cwd = ''
    const session = sharedSession(backend.migrated, (db) => {
      cwd = scratch({ 'skills/one/SKILL.md': SKILL })
      return sync(db, { cwd })
    })

    test.each(
      ofBackend(backend, [
        ['DROP INDEX idx_skill_usage_user_time', 'index idx_skill_usage_user_time'],
        [
          'DROP INDEX idx_skill_usage_user_time; CREATE INDEX idx_skill_usage_user_time ON skill_usage_events (user_id, created_at)',
          'index idx_skill_usage_user_time',
        ],
        ['ALTER TABLE skill_usage_events DROP COLUMN input_hash', 'column skill_usage_events.input_hash'],
        [
          'ALTER TABLE skill_usage_events ALTER COLUMN latency_ms TYPE bigint USING latency_ms; ',
          'column skill_usage_events.latency_ms',
          'DROP VIEW v_skill_effectiveness',
        ],
        [
          "CREATE OR REPLACE FUNCTION is_skill_unlocked(p_user_id uuid, p_skill_id text) RETURNS boolean LANGUAGE sql AS 'select true'",
          'is_skill_unlocked',
        ],
        [
          "CREATE OR REPLACE FUNCTION is_skill_unlocked(p_user_id uuid, p_skill_id text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS 'begin return true; end'",
          'is_skill_unlocked',
        ],
        [
          "CREATE OR REPLACE FUNCTION unlock_skill(p_user_id uuid, p_skill_id text, p_unlock_reason text DEFAULT 'manual') RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS 'begin return true; end'",
          'unlock_skill',
        ],
        ['DROP VIEW v_skill_cooccurrence', 'view v_skill_cooccurrence'],
        ['DROP TABLE skill_feedback CASCADE', 'table skill_feedback'],
        ["DELETE FROM schema_migrations WHERE version LIKE '%rls_indexes'", '20251220_skill_system_rls_indexes'],
        ["UPDATE schema_migrations SET checksum = 'sha256:0' WHERE version LIKE '%rls_indexes'", '20251220_skill_system_rls_indexes'],
        ["UPDATE skills_registry SET sha256 = 'x'", 'skill one'],
        ['DELETE FROM skills_registry', 'skill one'],
      ]),
    )('verify: %s -> the fault is named', async (sql, name, before = '') => {
      const report = await session.inside(async (db) => {
        await db.exec(before)
        await db.exec(sql)
        return verify(db, { cwd })
      })
      expect(report.ok).toBe(false)
      const faults = faultsOf(report)
      expect(faults.map(({ object, actual }) => `${object}: ${actual}`).join('\n')).toContain(name)
      for (const fault of faults) {
        expect(fault.remedy).not.toBe('')
        expect(fault.expected).not.toBe('')
      }
    })
  })

  test('verify: an empty database -> every table is named', async () => {
    const db = await (await backend.fresh()).open()
    const report = await verify(db, { cwd: scratch() })
    expect(faultsOf(report).map(({ object }) => object)).toEqual(
      expect.arrayContaining(['table skills_registry', 'table skill_usage_events']),
    )
  })

  test('verify: a skill cannot be read -> one fault, no skill counts as removed', async () => {
    const { db } = await ready()
    const report = await verify(db, { cwd: scratch({ 'skills/two/SKILL.md': '---\nname: two\n---\n' }) })
    expect(faultsOf(report).map(({ object }) => object)).toEqual(['skill folder skills/two'])
  })

  test('verify: no skills folder -> registry checks skipped; with strict a failure', async () => {
    const { db } = await ready()
    const cwd = scratch()
    const report = await verify(db, { cwd })
    expect(report).toMatchObject({ ok: true, skipped: 8 })
    expect(report.checks.find(({ status }) => status === 'skipped')?.reason).toBe('there is no folder skills')
    expect((await verify(db, { cwd, strict: true })).ok).toBe(false)
  })

  test('verify: a role that can only read -> writing checks skipped with the reason', async () => {
    const { db, cwd } = await ready()
    const role = `reader_${process.pid}_${Math.random().toString(36).slice(2, 8)}`
    await db.exec(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`)
    await db.exec(`SET ROLE ${role}`)
    const report = await verify(db, { cwd })
    await db.exec(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`)
    expect(report.ok).toBe(true)
    expect(report.checks.find(({ id }) => id === 'tables.columns')?.status).toBe('passed')
    expect(report.checks.find(({ status }) => status === 'skipped')?.reason).toMatch(/permission denied/)
  })

  // every fault is tried in test/storms
  describe('a sample of the faults', () => faultTests(backend, { every: backend.name === 'server' ? 40 : 100, from: 0 }))
})

test.each([
  ['-- check: a\n-- remedy: r\nselect 1', /no "title"/],
  ['-- check: a\n-- title: t\n-- remedy: r\n-- severity: fatal\nselect 1', /invalid severity "fatal"/],
  ['\n\n-- check: a\n-- title: t\n-- remedy: r\n', /:3: the check has no query/],
])('checks: %j -> refused with its line', (text, message) => {
  expect(() => parseChecks(text, 'x.sql')).toThrow(message)
})
