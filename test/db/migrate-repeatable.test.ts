import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { baseline, migrate, migrationStatus, repair, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const VIEW = (number: number): string =>
  `-- skills: repeatable\nCREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT ${number}';\n`

const STEPS = (number: number, last: string): string => VIEW(number).replace('repeatable', 'repeatable, no-transaction') + last

const TIMES = `-- skills: repeatable
CREATE TABLE IF NOT EXISTS times (at timestamptz DEFAULT clock_timestamp());
INSERT INTO times DEFAULT VALUES;
`

const REFRESH = (comment: string): string =>
  `-- skills: repeatable, no-transaction\n-- ${comment}\nCREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1 AS id;\nCREATE UNIQUE INDEX IF NOT EXISTS m_id ON m (id);\nREFRESH MATERIALIZED VIEW CONCURRENTLY m;`

async function answer(db: Db): Promise<unknown> {
  return (await db.query('SELECT answer() AS answer'))[0]?.['answer']
}

async function rowOf(db: Db, version: string): Promise<unknown> {
  return (await db.query('SELECT * FROM schema_migrations WHERE version = $1', [version]))[0]
}

onEachBackend((backend) => {
  test('repeatable: files that sort first -> run after all versioned files, bytewise among themselves', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '0_views.sql': '-- skills: repeatable\nCREATE OR REPLACE VIEW v AS SELECT * FROM t, u;',
      '0_Base.sql': '-- skills: repeatable\nCREATE OR REPLACE VIEW u AS SELECT 1 AS one;',
      '1.sql': 'CREATE TABLE t (id int);',
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.slice(-3)).toMatchObject([
      { version: '1', repeatable: false },
      { version: '0_Base', repeatable: true },
      { version: '0_views', repeatable: true },
    ])
    expect((await migrationStatus(db, { migrations: [dir] })).migrations.slice(-3).map(({ version }) => version)).toEqual([
      '1',
      '0_Base',
      '0_views',
    ])
  })

  test('repeatable: a no-transaction file is interrupted, changed, and changed back -> its objects are those of the file', async () => {
    const db = await (await backend.migrated()).open()
    for (const [number, last, code] of [
      [1, 'SELECT 1/0;', 'MIGRATION_FAILED'],
      [2, 'SELECT 1/0;', 'MIGRATION_FAILED'],
      [1, 'SELECT 1;', undefined],
    ] as const)
      expect((await migrate(db, { migrations: [scratch({ 'R_answer.sql': STEPS(number, last) })] })).error?.code).toBe(code)
    expect(await answer(db)).toBe(1)
  })

  test('repeatable: unchanged -> does not run again; changed -> runs again, and its row has the new digest and time', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ 'R_answer.sql': VIEW(1) })
    await migrate(db, { migrations: [dir] })
    const first = await rowOf(db, 'R_answer')
    expect((await migrate(db, { migrations: [dir] })).report.applied).toEqual([])
    expect(await rowOf(db, 'R_answer')).toEqual(first)

    writeFiles(dir, { 'R_answer.sql': VIEW(2) })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied).toMatchObject([{ version: 'R_answer', repeatable: true }])
    expect(await answer(db)).toBe(2)
    const second = (await rowOf(db, 'R_answer')) as { checksum: string; applied_at: Date }
    expect(second.checksum).not.toBe((first as { checksum: string }).checksum)
    expect(second.applied_at.getTime()).toBeGreaterThan((first as { applied_at: Date }).applied_at.getTime())
    expect(await db.query(`SELECT count(*)::int AS rows FROM schema_migrations WHERE version = 'R_answer'`)).toEqual([{ rows: 1 }])
  })

  test('repeatable: changed -> status and verify say pending and not changed; the next run ends that', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ 'R_answer.sql': VIEW(1), '1.sql': 'CREATE TABLE t (id int);' })
    await migrate(db, { migrations: [dir] })
    const of = async (): Promise<object | undefined> => (await migrationStatus(db, { migrations: [dir] })).migrations.at(-1)
    const failed = async (): Promise<string[]> => {
      const { checks } = await verify(db, { migrations: [dir] })
      return checks
        .filter(({ id, faults }) => (id.startsWith('ledger.') || id.startsWith('drift.')) && faults.length > 0)
        .map(({ id }) => id)
    }
    expect(await of()).toMatchObject({ version: 'R_answer', state: 'applied', repeatable: true })
    expect(await failed()).toEqual([])
    writeFiles(dir, { 'R_answer.sql': VIEW(2) })
    expect(await of()).toMatchObject({ state: 'pending', repeatable: true, outOfOrder: false, appliedAt: expect.any(String) })
    expect(await failed()).toEqual(['ledger.pending'])
    expect((await migrate(db, { migrations: [dir], dryRun: true })).report.pending).toMatchObject([
      { version: 'R_answer', repeatable: true },
    ])
    expect((await migrate(db, { migrations: [dir], strictOrder: true })).error).toBeUndefined()
    expect(await failed()).toEqual([])
  })

  test('repeatable: fails when it runs again -> the row and the objects are those of the last application', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ 'R_answer.sql': VIEW(1) })
    await migrate(db, { migrations: [dir] })
    const before = await rowOf(db, 'R_answer')
    writeFiles(dir, { 'R_answer.sql': `${VIEW(2)}SELECT 1/0;` })
    const { error, report } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', exitCode: 4 })
    expect(report.diagnostics[0]).toMatchObject({ line: 3, code: '22012' })
    expect(await rowOf(db, 'R_answer')).toEqual(before)
    expect(await answer(db)).toBe(1)
  })

  test('repeatable: an object exists that the file cannot replace -> a failure that names CREATE OR REPLACE, never skipped', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(`CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 0'`)
    const dir = scratch({ 'R_answer.sql': VIEW(1).replace('OR REPLACE ', '') })
    const { error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', hint: expect.stringContaining('CREATE OR REPLACE') })
    expect(await answer(db)).toBe(0)
    expect(await rowOf(db, 'R_answer')).toBeUndefined()
  })

  test('repeatable: a new versioned file -> is not out of order, and runs before a changed repeatable file', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '9_views.sql': '-- skills: repeatable\nCREATE OR REPLACE VIEW v AS SELECT 1 AS a;' })
    await migrate(db, { migrations: [dir] })
    writeFiles(dir, {
      '1.sql': 'CREATE TABLE t (id int);',
      '9_views.sql': '-- skills: repeatable\nCREATE OR REPLACE VIEW v AS SELECT 1 AS a, (SELECT max(id) FROM t) AS b;',
    })
    const { report, error } = await migrate(db, { migrations: [dir], strictOrder: true })
    expect(error).toBeUndefined()
    expect(report).toMatchObject({ outOfOrder: [], applied: [{ version: '1' }, { version: '9_views' }] })
  })

  test('--to: a versioned file -> repeatable files stay pending', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ 'R_answer.sql': VIEW(1), '1.sql': 'SELECT 1;', '2.sql': 'SELECT 1;' })
    const { report } = await migrate(db, { migrations: [dir], to: '1' })
    expect(report.applied.at(-1)).toMatchObject({ version: '1' })
    expect((await migrate(db, { migrations: [dir] })).report.applied.map(({ version }) => version)).toEqual(['2', 'R_answer'])
  })

  test('directive added to an applied file -> it runs again; removed from one -> HISTORY_CHANGED until repair', async () => {
    const db = await (await backend.fresh()).open()
    const plain = VIEW(1).replace(/^.*\n/, '')
    const dir = scratch({ 'answer.sql': plain })
    await migrate(db, { migrations: [dir] })
    writeFiles(dir, { 'answer.sql': VIEW(2) })
    expect((await migrate(db, { migrations: [dir] })).report.applied).toMatchObject([{ version: 'answer', repeatable: true }])
    writeFiles(dir, { 'answer.sql': plain })
    expect((await migrate(db, { migrations: [dir] })).error).toMatchObject({ code: 'HISTORY_CHANGED', exitCode: 6 })
    await repair(db, { version: 'answer', migrations: [dir] })
    expect(await migrate(db, { migrations: [dir] })).toMatchObject({ report: { applied: [] } })
  })

  test('repair and baseline: a changed repeatable file -> recorded, and it does not run', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ 'R_answer.sql': VIEW(1) })
    await migrate(db, { migrations: [dir] })
    writeFiles(dir, { 'R_answer.sql': VIEW(2) })
    expect(await repair(db, { version: 'R_answer', migrations: [dir] })).toMatchObject({ action: 'record', done: true })
    expect((await migrate(db, { migrations: [dir] })).report.applied).toEqual([])
    writeFiles(dir, { 'R_answer.sql': VIEW(3) })
    expect((await baseline(db, { migrations: [dir], acceptDrift: true })).report).toMatchObject({ versions: ['R_answer'], done: true })
    expect((await migrate(db, { migrations: [dir] })).report.applied).toEqual([])
    expect(await answer(db)).toBe(1)
  })

  test('repeatable: a row of an older tool, without a digest -> runs, and the row gets one', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(`CREATE TABLE schema_migrations (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
      INSERT INTO schema_migrations (version) VALUES ('R_answer')`)
    const dir = scratch({ 'R_answer.sql': VIEW(1) })
    const { report } = await migrate(db, { migrations: [dir] })
    expect(report.applied.at(-1)).toMatchObject({ version: 'R_answer' })
    expect(await rowOf(db, 'R_answer')).toMatchObject({ checksum: expect.stringContaining('sha256:') })
  })

  test('repeatable, no-transaction: changed -> runs again statement by statement', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ 'R_m.sql': REFRESH('one') })
    for (const [comment, count] of [
      ['one', 1],
      ['two', 1],
      ['two', 0],
    ] as const) {
      writeFiles(dir, { 'R_m.sql': REFRESH(comment) })
      const { report, error } = await migrate(db, { migrations: [dir] })
      expect(error).toBeUndefined()
      expect(report.applied.filter(({ version }) => version === 'R_m')).toHaveLength(count)
    }
  })

  test('repeatable: twenty runs at the same time -> each version of the file runs once', async (context) => {
    context.skip(backend.name === 'embedded', 'one connection')
    const database = await backend.fresh()
    const db = await database.open()
    await migrate(db, {})
    const dir = scratch({ 'R_times.sql': TIMES, 'R_a.sql': '-- skills: repeatable\nSELECT 1;' })
    for (const count of [1, 2]) {
      if (count === 2) writeFiles(dir, { 'R_times.sql': `${TIMES}-- changed` })
      const sessions = await Promise.all(Array.from({ length: 20 }, () => database.open()))
      const results = await Promise.all(sessions.map((session) => migrate(session, { migrations: [dir] })))
      expect(results.filter(({ error }) => error !== undefined)).toEqual([])
      expect(results.flatMap(({ report }) => report.applied.filter(({ version }) => version === 'R_times'))).toHaveLength(1)
      expect(await db.query('SELECT count(*)::int AS count FROM times')).toEqual([{ count }])
      await Promise.all(sessions.map((session) => session.close()))
    }
  })
})
