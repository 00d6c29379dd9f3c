import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate, migrationStatus, verify } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const OURS = OWN_MIGRATIONS

/** The existing tables of the skill system, without the ledger and the rollups. */
const tables = (db: Db): Promise<unknown[]> =>
  db.query(
    `select count(*)::int as n from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'
       and relname <> 'schema_migrations' and relname not like 'skill\\_rollup\\_%'`,
  )
const ledger = async (db: Db): Promise<string[]> =>
  (await db.query<{ version: string }>('select version from schema_migrations order by version')).map(({ version }) => version)

onEachBackend((backend) => {
  test('migrate: an empty database -> the whole schema; a second run writes nothing', async () => {
    const db = await (await backend.fresh()).open()
    const first = await migrate(db)
    expect(first.error).toBeUndefined()
    expect(first.report.applied.map(({ version }) => version)).toEqual(OURS)
    expect(await tables(db)).toEqual([{ n: 6 }])
    expect(
      await db.query('select count(*)::int as n from pg_proc where pronamespace = current_schema()::regnamespace and prosecdef'),
    ).toEqual([{ n: 4 }])
    expect(
      await db.query("select count(*)::int as n from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'v'"),
    ).toEqual([{ n: 2 }])

    const before = await db.query('select pg_current_wal_insert_lsn() as lsn, to_jsonb(array_agg(m)) as rows from schema_migrations m')
    const second = await migrate(db)
    expect(second).toMatchObject({ report: { applied: [], pending: [], alreadyApplied: OURS.length } })
    const after = await db.query('select pg_current_wal_insert_lsn() as lsn, to_jsonb(array_agg(m)) as rows from schema_migrations m')
    expect(after[0]?.['rows']).toEqual(before[0]?.['rows'])
  })

  test('ledger row: a file is applied -> digest, count, duration, role and tool', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db)
    const [row] = await db.query('select * from schema_migrations order by version')
    expect(row).toMatchObject({
      version: OURS[0],
      applied_by: db.info.user,
      tool: expect.stringMatching(/^skills \d/),
      checksum: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    })
    expect(row?.['statements']).toBeGreaterThan(20)
  })

  test('migrate: some tables exist -> they stay, the rest is created, and they are listed', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(`create table skills_registry (skill_id text primary key, version text not null, sha256 text, enabled boolean not null default true,
        trust_level int not null default 1, meta jsonb not null default '{}', updated_at timestamptz not null default now());
      insert into skills_registry (skill_id, version, trust_level) values ('old', '1', 9);
      create index idx_skills_registry_enabled on skills_registry (enabled) where enabled = true`)
    const { report, error } = await migrate(db)
    expect(error).toBeUndefined()
    expect(report.applied[0]?.existing.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'table skills_registry',
      'index idx_skills_registry_enabled',
    ])
    expect(await tables(db)).toEqual([{ n: 6 }])
    expect(await db.query('select trust_level from skills_registry')).toEqual([{ trust_level: 9 }])
  })

  test('migrate: an object exists -> its statement is skipped and recorded, the rest of the file runs', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1_base.sql': 'create table a (id int);\ncreate index a_id on a (id);',
      '2_again.sql':
        'create table a (id int);\n\n  create index a_id on a (id);\nalter table a add column id int;\ncreate schema public;\ncreate table b (id int);',
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    const existing = report.applied.find(({ version }) => version === '2_again')?.existing
    expect(existing?.map(({ line, column, kind, name, sqlstate }) => [line, column, kind, name, sqlstate])).toEqual([
      [1, 1, 'table', 'a', '42P07'],
      [3, 3, 'index', 'a_id', '42P07'],
      [4, 1, 'column', 'id', '42701'],
      [5, 1, 'schema', 'public', '42P06'],
    ])
    expect(await db.query("select to_regclass('b') is not null as there")).toEqual([{ there: true }])
    const [row] = await db.query("select tolerated from schema_migrations where version = '2_again'")
    expect(row?.['tolerated']).toEqual(existing)
  })

  test('migrate: an object of another kind has the name -> MIGRATION_FAILED', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1_view.sql': 'create view a as select 1 as id;',
      '2_table.sql': 'create table first (id int);\ncreate table a (id int);',
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', exitCode: 4 })
    expect(report.diagnostics).toMatchObject([{ line: 2, column: 14, code: '42P07' }])
    expect(report.applied.map(({ version }) => version)).toEqual([...OURS, '1_view'])
    expect(await db.query("select to_regclass('first') as gone")).toEqual([{ gone: null }])
  })

  test('strict: an object exists -> MIGRATION_FAILED', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '1.sql': 'create table a (id int);', '2.sql': 'create table a (id int);' })
    const { error } = await migrate(db, { migrations: [dir], strict: true })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect(await ledger(db)).toEqual(['1', ...OURS])
  })

  test('migrate: a fault after CRLF, BOM, tabs, é and emoji -> its line and column, and a rollback', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1.sql':
        "\uFEFF-- é 😀\r\ncreate table good (a text default 'é😀');\r\n\tselect '😀', nope from good;\r\ncreate table after (id int);\r\n",
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect(report.diagnostics).toMatchObject([{ file: `${dir}/1.sql`, line: 3, column: 14, code: '42703' }])
    expect(report.pending.map(({ version }) => version)).toEqual(['1'])
    expect(await db.query("select to_regclass('good') as good")).toEqual([{ good: null }])
    expect(await ledger(db)).toEqual(OURS)
  })

  test('migrate: the failed file is fixed -> the next run resumes there', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '1.sql': 'create table a (id int)', '2.sql': 'create table b (id nonsense)', '3.sql': 'create table c (id int)' })
    const broken = await migrate(db, { migrations: [dir] })
    expect(broken.report.applied.map(({ version }) => version)).toEqual([...OURS, '1'])
    expect(broken.report.pending.map(({ version }) => version)).toEqual(['2', '3'])
    writeFiles(dir, { '2.sql': 'create table b (id int)' })
    expect((await migrate(db, { migrations: [dir] })).report.applied.map(({ version }) => version)).toEqual(['2', '3'])
  })

  test('migrate: two files with the same date -> both run, also in two deploys', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '20250101_a.sql': 'create table a (id int)' })
    await migrate(db, { migrations: [dir] })
    writeFiles(dir, { '20250101_b.sql': 'create table b (id int)', '20240101_early.sql': 'create table early (id int)' })
    const { report } = await migrate(db, { migrations: [dir] })
    expect(report.applied.map(({ version }) => version)).toEqual(['20240101_early', '20250101_b'])
    expect(report.outOfOrder).toEqual(['20240101_early'])
  })

  test('migrate: an applied file changed -> HISTORY_CHANGED, nothing runs; only line ends, BOM or a final newline changed -> no error', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '1.sql': 'create table a (\n  id int\n);\n' })
    await migrate(db, { migrations: [dir] })
    writeFiles(dir, { '1.sql': '\uFEFFcreate table a (\r\n  id int\r\n);' })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    writeFiles(dir, { '1.sql': 'create table a (\n  id bigint\n);\n', '2.sql': 'create table b (id int)' })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'HISTORY_CHANGED', exitCode: 6 })
    expect(report.diagnostics[0]?.message).toMatch(/applied sha256:[0-9a-f]{64}, now sha256:[0-9a-f]{64}/)
    expect(await db.query("select to_regclass('b') as b")).toEqual([{ b: null }])
  })

  test('ledger: two columns from an older tool -> columns are added, other rows stay', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db)
    await db.exec(`drop table schema_migrations; create table schema_migrations (version text primary key, applied_at timestamptz not null default now());
      insert into schema_migrations values ('20251220_create_skill_system', '2025-12-20'), ('001_somebody_else', '2025-01-01')`)
    const { report, error } = await migrate(db)
    expect(error).toBeUndefined()
    expect(report.adopted).toEqual([])
    expect(report.applied.map(({ version }) => version)).toEqual(OURS)
    const status = await migrationStatus(db)
    expect(status.migrations.map(({ state }) => state)).toEqual(OURS.map(() => 'applied'))
    expect(status.foreign).toBe(1)
    expect(await ledger(db)).toContain('001_somebody_else')
  })

  test.each([
    [
      'golang-migrate',
      'create table schema_migrations (version bigint not null primary key, dirty boolean not null); insert into schema_migrations values (3, false)',
    ],
    ['golang-migrate, empty', 'create table schema_migrations (version bigint not null primary key, dirty boolean not null)'],
    ['dbmate', "create table schema_migrations (version varchar(128) primary key); insert into schema_migrations values ('20250101')"],
  ])('ledger: created by %s -> LEDGER_FOREIGN before anything is written, with the way to move', async (name, sql) => {
    const db = await (await backend.fresh()).open()
    await db.exec(sql)
    const { error } = await migrate(db)
    const tool = name.split(',')[0] ?? ''
    expect(error).toMatchObject({ code: 'LEDGER_FOREIGN', exitCode: 6, message: expect.stringContaining(tool) })
    expect(error?.hint).toContain(`skills migrate import --from ${tool} --dir DIR --ledger skills_migrations`)
    expect(await tables(db)).toEqual([{ n: 0 }])
    expect((await migrate(db, { ledger: 'skills_migrations' })).error).toBeUndefined()
  })

  test('ledger: a view in its place -> LEDGER_FOREIGN, for verify too', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec('ALTER TABLE schema_migrations RENAME TO kept; CREATE VIEW schema_migrations AS SELECT * FROM kept')
    const expected = { code: 'LEDGER_FOREIGN', exitCode: 6, message: expect.stringContaining('is a view') }
    expect((await migrate(db)).error).toMatchObject(expected)
    await expect(verify(db)).rejects.toMatchObject(expected)
  })

  test('dryRun: an empty database -> nothing is written, not even the ledger', async () => {
    const db = await (await backend.fresh()).open()
    const { report } = await migrate(db, { dryRun: true })
    expect(report.pending.map(({ version }) => version)).toEqual(OURS)
    expect(await db.query("select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace")).toEqual([{ n: 0 }])
    expect((await migrationStatus(db)).migrations.map(({ state }) => state)).toEqual(OURS.map(() => 'pending'))
    expect(await db.query("select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace")).toEqual([{ n: 0 }])
  })

  test.each([
    ['create table x (id int);\nBEGIN;\nselect 1;\nCOMMIT;', [2, 1], /BEGIN at the top level/],
    ['create table x (id int);\nvacuum x;', [2, 1], /cannot run inside a transaction/],
    ['create table x (id int);\n\\connect other\n', [2, 1], /psql/],
    ["select 'never closed;\n", [1, 8], /unterminated string/],
    ['copy x from stdin;\n1\n', [1, 1], /COPY/],
  ])('migrate: %j -> refused before anything runs', async (sql, [line, column], message) => {
    const db = await (await backend.fresh()).open()
    const { report, error } = await migrate(db, { migrations: [scratch({ '1.sql': sql })] })
    expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', exitCode: 4 })
    expect(report.diagnostics[0]).toMatchObject({ line, column, message: expect.stringMatching(message) })
    expect(await tables(db)).toEqual([{ n: 0 }])
  })

  test('--schema: a new schema -> created and used; functions keep their search_path', async () => {
    const database = await backend.fresh()
    const db = await database.open({ schema: 'my app' })
    expect((await migrate(db)).error).toBeUndefined()
    expect(
      await db.query("select count(*)::int as n from pg_tables where schemaname = 'my app' and tablename not like 'skill\\_rollup\\_%'"),
    ).toEqual([{ n: 7 }])
    const config = await db.query(
      'select distinct proconfig[1] as config from pg_proc where prosecdef and pronamespace = \'"my app"\'::regnamespace',
    )
    expect(config).toEqual([{ config: expect.stringMatching(/search_path=.*my app.*pg_temp/) }])
    expect(await db.query("select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace")).toEqual([{ n: 0 }])
  })

  test('migrate: a file changes session settings -> the next file does not see them', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1_dump.sql':
        "select pg_catalog.set_config('search_path', '', false); set statement_timeout = 5; set role postgres; create table public.a (id int);",
      '2.sql': 'create table b (id int);',
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await db.query("select to_regclass('public.b') is not null as there, current_setting('statement_timeout') as timeout")).toEqual([
      { there: true, timeout: '0' },
    ])
  })

  test('no-transaction file: fails and runs again -> resumes after the completed statements', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1.sql': 'create table a (id int); insert into a values (1), (1);',
      '2.sql':
        '-- skills: no-transaction\ncreate index concurrently a_id on a (id);\ncreate unique index concurrently a_unique on a (id);\ncreate table done (id int);',
    })
    const broken = await migrate(db, { migrations: [dir] })
    expect(broken.error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect(broken.report.diagnostics).toMatchObject([{ line: 3, code: '23505' }])
    await db.exec('delete from a')
    const again = await migrate(db, { migrations: [dir] })
    expect(again.error).toBeUndefined()
    expect(
      await db.query("select relname, indisvalid from pg_index join pg_class on oid = indexrelid where relname like 'a\\_%' order by 1"),
    ).toEqual([
      { relname: 'a_id', indisvalid: true },
      { relname: 'a_unique', indisvalid: true },
    ])
    expect(await db.query("select to_regclass('schema_migrations_progress') as progress")).toEqual([{ progress: null }])
  })

  test('migrate: the existing index is INVALID -> MIGRATION_FAILED', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec('create table a (id int); insert into a values (1), (1)')
    await db.exec('create unique index concurrently a_id on a (id)').catch(() => undefined)
    const { report, error } = await migrate(db, {
      migrations: [scratch({ '1.sql': 'select 1;\ncreate unique index if not exists a_id on a (id);' })],
    })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('a_id') })
    expect(report.diagnostics[0]).toMatchObject({ line: 2 })
    expect(await ledger(db)).toEqual(OURS)
  })

  test('readMigrations: two files with the same name -> MIGRATION_FILE_INVALID', async () => {
    const db = await (await backend.fresh()).open()
    const { error } = await migrate(db, { migrations: [scratch({ 'a.sql': 'select 1' }), scratch({ 'a.sql': 'select 2' })] })
    expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', message: expect.stringContaining('a.sql') })
  })

  test('migrate: COMMIT fails -> MIGRATION_FAILED, the file is not applied', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1.sql': 'create table p (id int primary key); create table c (id int references p deferrable initially deferred);',
      '2.sql': 'insert into c values (1);',
      '3.sql': 'create table never (id int);',
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('2.sql') })
    expect(report.pending.map(({ version }) => version)).toEqual(['2', '3'])
    expect(await ledger(db)).toEqual(['1', ...OURS])
    expect(await db.query("select to_regclass('never') as never")).toEqual([{ never: null }])
  })
})
