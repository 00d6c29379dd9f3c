import { expect, test } from 'vitest'
import { SkillsError } from '../../src/core/errors.ts'
import type { Db } from '../../src/db/db.ts'
import { baseline, migrate, migrationStatus, repair, verify } from '../../src/index.ts'
import { newMigration } from '../../src/migrations/files/new-migration.ts'
import { onEachBackend } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const OURS = OWN_MIGRATIONS

async function exists(db: Db, name: string): Promise<boolean> {
  const [row] = await db.query(`select to_regclass('${name}') is not null as there`)
  return row?.['there'] === true
}

onEachBackend((backend) => {
  test('--strict-order: a file sorts before an applied file -> OUT_OF_ORDER, nothing runs', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '2.sql': 'create table two (id int)' })
    await migrate(db, { migrations: [dir] })
    writeFiles(dir, { '1.sql': 'create table one (id int)', '3.sql': 'create table three (id int)' })
    const { error } = await migrate(db, { migrations: [dir], strictOrder: true })
    expect(error).toMatchObject({ code: 'OUT_OF_ORDER', exitCode: 6, message: expect.stringContaining(': 1') })
    expect(await exists(db, 'three')).toBe(false)
    expect((await migrate(db, { migrations: [dir] })).report.outOfOrder).toEqual(['1'])
  })

  test('--to: a version -> later files stay pending; unknown version -> VERSION_UNKNOWN with the nearest name', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '1_a.sql': 'create table a (id int)', '2_b.sql': 'create table b (id int)' })
    expect((await migrate(db, { migrations: [dir], to: '1_a' })).report.applied.map(({ version }) => version)).toEqual([...OURS, '1_a'])
    expect((await migrate(db, { migrations: [dir], to: '2_c' })).error).toMatchObject({
      code: 'VERSION_UNKNOWN',
      exitCode: 2,
      hint: 'did you mean 2_b?',
    })
    expect(await exists(db, 'b')).toBe(false)
  })

  test('--keep-going: a file fails -> later files run, the error lists all failures', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1.sql': 'select 1/0',
      '2.sql': 'create table b (id int)',
      '3.sql': 'create table c (id nope)',
      '4.sql': 'create table d (id int)',
    })
    const { report, error } = await migrate(db, { migrations: [dir], keepGoing: true })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', exitCode: 4 })
    expect(report.applied.map(({ version }) => version)).toEqual([...OURS, '2', '4'])
    expect(report.pending.map(({ version }) => version)).toEqual(['1', '3'])
    expect(report.diagnostics.map(({ file, code }) => [file?.slice(-5), code])).toEqual([
      ['1.sql', '22012'],
      ['3.sql', '42704'],
    ])
    expect([await exists(db, 'b'), await exists(db, 'd')]).toEqual([true, true])
  })

  test('statementTimeoutMs: a slow statement -> MIGRATION_FAILED', async (context) => {
    context.skip(backend.name === 'embedded', 'PGlite does not obey statement_timeout')
    const db = await (await backend.fresh()).open()
    const { error } = await migrate(db, { migrations: [scratch({ '1.sql': 'select pg_sleep(30)' })], statementTimeoutMs: 200 })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('57014') })
  })

  test('migrate: an object exists -> reported as the same or with its differences', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec(`create table same (id int primary key, name text not null default 'x', check (id > 0));
      create index same_name on same (name);
      create table other (id bigint);
      create index other_id on other (id desc);
      create function f(a int) returns int language sql as 'select 1';
      create type mood as enum ('sad')`)
    const dir = scratch({
      '1.sql': `create table if not exists same (id int primary key, name text not null default 'x', check (id > 0));
create index if not exists same_name on same (name);
create table other (id int, extra text);
create index if not exists other_id on other (id);
create function f(a int) returns int language sql as 'select 2';
create type mood as enum ('sad', 'glad');
alter table same add column name text`,
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    const existing = report.applied.at(-1)?.existing ?? []
    expect(existing.map(({ kind, name, same }) => [kind, name, same])).toEqual([
      ['table', 'same', true],
      ['index', 'same_name', true],
      ['table', 'other', false],
      ['index', 'other_id', false],
      ['function', 'f', false],
      ['type', 'mood', false],
      ['column', 'name', true],
    ])
    expect(existing[2]?.differences).toEqual([
      'column other.extra: the migrations create "text", the database has nothing',
      'column other.id: the migrations create "integer", the database has "bigint"',
    ])
    expect(existing[4]?.differences?.[0]).toMatch(/select 2.*select 1/)
    const [row] = await db.query("select tolerated from schema_migrations where version = '1'")
    expect(row?.['tolerated']).toEqual(existing)
    expect(await db.query("select count(*)::int as n from pg_namespace where nspname like 'skills%'")).toEqual([{ n: 0 }])
  })

  test.each([
    ['unique_violation', 'create table u (id int primary key); insert into u values (1); insert into u values (1);', '23505'],
    ['a view with other columns', 'create view w as select 1 as a; create or replace view w as select 1 as b;', '42P16'],
    [
      'another return type',
      "create function g() returns int language sql as 'select 1'; create or replace function g() returns text language sql as 'select 1::text';",
      '42P13',
    ],
    ['a generated column out of itself', 'create table o (a int, b int generated always as (b + 1) stored);', '42P17'],
    ['one column twice', 'create table d (a int, a int);', '42701'],
    ['a rename onto an existing table', 'create table r1 (a int); create table r2 (a int); alter table r1 rename to r2;', '42P07'],
    ['a rename onto an existing column', 'create table r3 (a int, b int); alter table r3 rename a to b;', '42701'],
    ['a table over a view', 'create view v as select 1 as a; create table v (a int);', '42P07'],
    [
      'an index of another table',
      'create table x (a int); create table y (a int); create index i on x (a); create index i on y (a);',
      '42P07',
    ],
  ])('%s: looks like an existing object -> MIGRATION_FAILED', async (_, sql, code) => {
    const db = await (await backend.fresh()).open()
    const { report, error } = await migrate(db, { migrations: [scratch({ '1.sql': sql })] })
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED' })
    expect(report.diagnostics).toMatchObject([{ code }])
  })

  test('repair: a changed file -> its digest is recorded; forget -> the row is deleted', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '1.sql': 'create table a (id int)' })
    await migrate(db, { migrations: [dir] })
    writeFiles(dir, { '1.sql': 'create table a (id int); -- more' })
    expect((await migrate(db, { migrations: [dir] })).error).toMatchObject({
      code: 'HISTORY_CHANGED',
      hint: expect.stringContaining('skills migrate repair'),
    })
    const plan = await repair(db, { migrations: [dir], version: '1', dryRun: true })
    expect(plan).toMatchObject({ action: 'record', done: false })
    expect((await migrate(db, { migrations: [dir] })).error?.code).toBe('HISTORY_CHANGED')
    expect(await repair(db, { migrations: [dir], version: '1' })).toMatchObject({
      action: 'record',
      done: true,
      from: plan.from,
      to: plan.to,
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    expect(await repair(db, { migrations: [dir], version: '1' })).toMatchObject({ action: 'none' })
    expect(await repair(db, { migrations: [dir], version: '1', forget: true })).toMatchObject({ action: 'forget', done: true })
    expect((await migrationStatus(db, { migrations: [dir] })).migrations.at(-1)).toMatchObject({ version: '1', state: 'pending' })
    await expect(repair(db, { migrations: [dir], version: '9' })).rejects.toBeInstanceOf(SkillsError)
  })

  test('repair: an interrupted no-transaction file, forget -> its record is deleted, and it runs from its first statement', async () => {
    const db = await (await backend.fresh()).open()
    const file = '-- skills: no-transaction\ncreate table a (id int);\n'
    const migrations = [scratch({ '1.sql': `${file}select 1 / 0;` })]
    expect((await migrate(db, { migrations })).error).toMatchObject({ code: 'MIGRATION_FAILED' })
    const remedyOf = async (folders: string[]): Promise<string | undefined> =>
      (await verify(db, { migrations: folders })).checks.find(({ id }) => id === 'ledger.interrupted')?.faults[0]?.remedy
    expect(await remedyOf(migrations)).toMatch(/^run `skills migrate`/)
    // without the file nothing can be resumed
    expect(await remedyOf([])).toContain('`skills migrate repair 1 --forget`')
    await expect(repair(db, { migrations, version: '1' })).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' })
    expect(await repair(db, { migrations, version: '1', forget: true, dryRun: true })).toMatchObject({
      action: 'forget-unfinished',
      done: false,
    })
    expect(await repair(db, { version: '1', forget: true })).toMatchObject({ action: 'forget-unfinished', done: true })
    expect(await remedyOf([])).toBeUndefined()
    writeFiles(migrations[0] ?? '', { '1.sql': `drop table a;\n` })
    expect((await migrate(db, { migrations })).error).toBeUndefined()
  })

  test('migrate: an applied file does not exist -> reported as missing', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db, { migrations: [scratch({ '1.sql': 'select 1' })] })
    expect((await migrate(db)).report.missing).toEqual(['1'])
    expect((await migrationStatus(db)).missing).toEqual(['1'])
  })

  test('baseline: the objects exist -> recorded; they differ -> DRIFT, nothing recorded', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '1.sql': 'create table a (id int);', '2.sql': 'alter table a add column b text; create index a_b on a (b);' })
    await migrate(db, { migrations: [dir] })
    await db.exec('drop table schema_migrations; alter table a alter column b set not null')
    const refused = await baseline(db, { migrations: [dir] })
    expect(refused.error).toMatchObject({ code: 'DRIFT', exitCode: 6 })
    expect(refused.report.differences).toEqual(['column a.b: the migrations create "text", the database has "text not null"'])
    expect(await exists(db, 'schema_migrations')).toBe(false)
    await db.exec('alter table a alter column b drop not null; create table users_own (id int)')
    expect((await baseline(db, { migrations: [dir], dryRun: true })).report).toMatchObject({ done: false, differences: [] })
    expect(await exists(db, 'schema_migrations')).toBe(false)
    expect((await baseline(db, { migrations: [dir], to: '1' })).report.versions).toEqual([...OURS, '1'])
    expect((await baseline(db, { migrations: [dir] })).report).toMatchObject({ versions: ['2'], done: true })
    expect((await migrate(db, { migrations: [dir] })).report).toMatchObject({ applied: [], alreadyApplied: OURS.length + 2 })
    await db.exec('drop table schema_migrations; drop index a_b')
    expect((await baseline(db, { migrations: [dir], acceptDrift: true })).report).toMatchObject({
      done: true,
      differences: [expect.stringContaining('index a_b')],
    })
  })

  test('no-transaction file: a statement fails -> the next run resumes by digest, also after statements were added before', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({
      '1.sql': 'create table a (id int, b int); insert into a values (1, 1), (1, 2);',
      '2.sql':
        '-- skills: no-transaction\ncreate index concurrently a_1 on a (id);\ncreate index concurrently a_2 on a (b);\ncreate unique index concurrently a_3 on a (id);\ncreate index concurrently a_4 on a (id, b);',
    })
    expect((await migrate(db, { migrations: [dir] })).report.diagnostics).toMatchObject([{ line: 4, code: '23505' }])
    const before = await db.query("select oid::text from pg_class where relname in ('a_1', 'a_2') order by 1")
    writeFiles(dir, {
      '2.sql':
        '-- skills: no-transaction\ncreate index concurrently a_0 on a (b, id);\ncreate index concurrently a_1 on a (id);\ncreate index concurrently a_2 on a (b);\ncreate index concurrently a_3 on a (id);\ncreate index concurrently a_4 on a (id, b);',
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.map(({ version }) => version)).toEqual(['2'])
    expect(await db.query("select oid::text from pg_class where relname in ('a_1', 'a_2') order by 1")).toEqual(before)
    expect(
      await db.query(
        "select count(*)::int as n from pg_index join pg_class c on c.oid = indexrelid where relname like 'a\\__' and indisvalid",
      ),
    ).toEqual([{ n: 5 }])
  })
})

test('newMigration: any clock -> the file sorts last', () => {
  const directory = scratch({ '20991231235959_far.sql': '', 'readme.md': '' })
  const now = new Date('2026-01-02T03:04:05Z')
  expect(newMigration({ directory, name: 'Add ratings!', now }).version).toBe('20991231235960_add_ratings')
  expect(newMigration({ directory: scratch(), name: 'é x', now }).version).toBe('20260102030405_é_x')
  expect(() => newMigration({ directory, name: '///', now })).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
