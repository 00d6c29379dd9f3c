import { expect, test } from 'vitest'
import { migrate } from '../../src/index.ts'
import { ofBackend, onEachBackend } from '../support/databases.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const WITH_ROWS = "create table plans (id int primary key, name text); insert into plans values (1, 'free')"
const CREATE = 'create table plans (id int primary key, name text);'
const CREATE_IF = 'create table if not exists plans (id int primary key, name text);'

/** A statement that changes rows, and the verb that names it. */
const WRITES: readonly (readonly [string, string])[] = [
  ['INSERT', "insert into plans values (2, 'pro')"],
  ['INSERT', 'insert into public.plans (id) select 2 where not exists (select from other)'],
  ['INSERT', "insert into plans values (1, 'x') on conflict (id) do update set name = excluded.name"],
  ['UPDATE', "update only plans set name = 'x'"],
  ['DELETE', 'delete from plans where id = 1'],
  ['TRUNCATE', 'truncate table other, plans'],
  ['DROP TABLE', 'drop table if exists plans'],
  ['INSERT', "with new as (insert into plans values (3, 'x') returning id) select * from new"],
  ['DELETE', 'with old as (select 1) delete from plans using old'],
  ['INSERT', "do $$ begin if true then insert into plans values (4, 'x'); end if; end $$"],
  ['COPY', "copy plans from '/dev/null'"],
]

/** What adds rows and does no harm a second time, or what changes no rows that existed. */
const HARMLESS: readonly (readonly [string, string])[] = [
  ['ON CONFLICT DO NOTHING', "insert into plans values (1, 'other') on conflict do nothing"],
  ['WHERE NOT EXISTS', "insert into plans select 1, 'other' where not exists (select from plans where id = 1)"],
  ['DO with NOT EXISTS', "do $$ begin if not exists (select 1 from plans) then insert into plans values (9, 'x'); end if; end $$"],
  ['a read', 'select id from plans for update'],
  ['another table', 'insert into other values (1)'],
  ['the table is dropped first', 'drop table plans; create table plans (id int); insert into plans values (1)'],
  [
    'the table is renamed first',
    'alter table plans rename to plans_old; create table if not exists plans (id int); insert into plans values (1)',
  ],
]

const seed = (id: number): string => `-- skills: repeatable\n${CREATE_IF}\ninsert into plans values (${id}, 'x');`

onEachBackend((backend) => {
  for (const [form, create] of [
    ['CREATE TABLE', CREATE],
    ['CREATE TABLE IF NOT EXISTS', CREATE_IF],
  ] as const) {
    test.each(ofBackend(backend, WRITES))(
      `migrate: ${form} of a table with rows, then %s -> ROWS_EXIST, nothing is applied`,
      async (verb, sql) => {
        const db = await (await backend.migrated()).open()
        await db.exec(`${WITH_ROWS}; create table other (id int)`)
        const dir = scratch({ '1.sql': `create table first (id int);\n${create}\n\n${sql};` })
        const { report, error } = await migrate(db, { migrations: [dir] })
        expect(error).toMatchObject({ code: 'ROWS_EXIST', exitCode: 6, message: expect.stringContaining(`${verb} on line 4`) })
        expect(report.diagnostics).toMatchObject([{ file: `${dir}/1.sql`, line: 4, column: 1 }])
        expect(report.applied).toEqual([])
        expect(await db.query("select to_regclass('first') as gone, (select string_agg(name, ',') from plans) as names")).toEqual([
          { gone: null, names: 'free' },
        ])
      },
    )
  }

  test.each(ofBackend(backend, HARMLESS))('migrate: a table with rows and %s -> applied', async (_, sql) => {
    const db = await (await backend.migrated()).open()
    await db.exec(`${WITH_ROWS}; create table other (id int)`)
    const start = sql.startsWith('drop') || sql.startsWith('alter') ? '' : CREATE
    const { error } = await migrate(db, { migrations: [scratch({ '1.sql': `${start}\n${sql};` })] })
    expect(error).toBeUndefined()
  })

  test('dry run: a run would stop with ROWS_EXIST -> the same error, with the plan, and nothing is written', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(WITH_ROWS)
    const files = [
      { '1.sql': 'create table first (id int);', '2.sql': `${CREATE}\ninsert into plans values (2, 'x');` },
      { '1.sql': CREATE, '2.sql': `update plans set name = 'x';` },
      { '1.sql': `-- skills: no-transaction\n${CREATE_IF}\ndelete from plans;` },
    ]
    for (const one of files) {
      const migrations = [scratch(one)]
      const predicted = await migrate(db, { migrations, dryRun: true })
      expect(predicted.report.pending.every(({ plan }) => plan !== undefined)).toBe(true)
      const real = await migrate(db, { migrations })
      expect(real.error).toMatchObject({ code: 'ROWS_EXIST', exitCode: 6 })
      expect(predicted.error).toMatchObject({ code: 'ROWS_EXIST', message: real.error?.message, hint: real.error?.hint })
      expect(predicted.error?.diagnostics).toEqual(real.error?.diagnostics)
      await db.exec(`delete from schema_migrations where version in ('1', '2'); drop table if exists first`)
    }
    const accepted = await migrate(db, { migrations: [scratch(files[0] ?? {})], dryRun: true, acceptExisting: true })
    expect(accepted.error).toBeUndefined()
  })

  test.each(ofBackend(backend, HARMLESS))('dry run: a table with rows and %s -> no error', async (_, sql) => {
    const db = await (await backend.migrated()).open()
    await db.exec(`${WITH_ROWS}; create table other (id int)`)
    const start = sql.startsWith('drop table') || sql.startsWith('alter table') ? '' : CREATE_IF
    expect((await migrate(db, { migrations: [scratch({ '1.sql': `${start}${sql};` })], dryRun: true })).error).toBeUndefined()
  })

  test('dry run: an earlier pending file drops or renames the table -> no error; the table is empty -> no error', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(`${WITH_ROWS}; create table none (id int)`)
    const dir = scratch({
      '1.sql': 'alter table plans rename to plans_old;',
      '2.sql': `${CREATE}\ninsert into plans values (2, 'x');`,
      '3.sql': 'create table none (id int); insert into none values (1);',
    })
    expect((await migrate(db, { migrations: [dir], dryRun: true })).error).toBeUndefined()
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
  })

  test('migrate: the table exists and is empty -> applied, and the statements are named', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(CREATE)
    const { report, error } = await migrate(db, { migrations: [scratch({ '1.sql': `${CREATE}\ninsert into plans values (1, 'free');` })] })
    expect(error).toBeUndefined()
    expect(report.applied[0]?.existing).toMatchObject([{ name: 'plans', writes: [{ line: 2, column: 1, verb: 'INSERT' }] }])
    expect(await db.query('select id from plans')).toEqual([{ id: 1 }])
  })

  test('acceptExisting: the table has rows -> applied, and the statements are named', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(WITH_ROWS)
    const dir = scratch({ '1.sql': `${CREATE_IF}\ninsert into plans values (2, 'pro');` })
    const { report, error } = await migrate(db, { migrations: [dir], acceptExisting: true })
    expect(error).toBeUndefined()
    expect(report.applied[0]?.existing).toMatchObject([{ writes: [{ line: 2, verb: 'INSERT' }] }])
    expect(await db.query('select id from plans order by id')).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('migrate: rebuild by rename, and the new table exists with rows -> ROWS_EXIST, the old table stays', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(
      'create table orders (id int); insert into orders values (1); create table orders_new (id int); insert into orders_new values (7)',
    )
    const sql = `create table orders_new (id bigint);\ninsert into orders_new select id from orders;\ndrop table orders;\nalter table orders_new rename to orders;`
    const { error } = await migrate(db, { migrations: [scratch({ '1.sql': sql })] })
    expect(error).toMatchObject({ code: 'ROWS_EXIST' })
    expect(await db.query('select (select sum(id)::int from orders) as old, (select sum(id)::int from orders_new) as new')).toEqual([
      { old: 1, new: 7 },
    ])
  })

  test('migrate: a seed is applied again because its ledger row is gone -> ROWS_EXIST; small files before it are applied', async () => {
    const db = await (await backend.migrated()).open()
    const dir = scratch({
      '1.sql': 'create table a (id int)',
      '2_seed.sql': `${CREATE}\ninsert into plans values (1, 'free')`,
      '3.sql': 'create table c (id int)',
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
    await db.exec("delete from schema_migrations where version in ('1', '2_seed', '3'); drop table c")
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'ROWS_EXIST' })
    expect(report.applied.map(({ version }) => version)).toEqual(['1'])
    expect(report.pending.map(({ version }) => version)).toEqual(['2_seed', '3'])
  })

  test('migrate: the seed is in a later file than the skipped CREATE -> ROWS_EXIST before the first of the two, in every run', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(WITH_ROWS)
    const dir = scratch({ '1.sql': CREATE, '2.sql': 'create table other (id int)', '3_seed.sql': "\ninsert into plans values (2, 'pro')" })
    for (const run of [1, 2]) {
      const { report, error } = await migrate(db, { migrations: [dir] })
      expect({ run, error }).toMatchObject({
        error: { code: 'ROWS_EXIST', message: expect.stringContaining(`a file after it changes its rows: INSERT in ${dir}/3_seed.sql:2`) },
      })
      expect(report.diagnostics).toMatchObject([{ file: `${dir}/3_seed.sql`, line: 2, column: 1 }])
      expect(report.applied).toEqual([])
    }
    const { report, error } = await migrate(db, { migrations: [dir], acceptExisting: true })
    expect(error).toBeUndefined()
    expect(report.applied[0]?.existing).toMatchObject([{ writes: [{ file: `${dir}/3_seed.sql`, line: 2, verb: 'INSERT' }] }])
    // the table is in use from here on, and a new file changes it
    writeFiles(dir, { '4.sql': "update plans set name = 'x' where id = 1" })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
  })

  test('migrate: a later file renames the table that exists, or is repeatable -> its statements do not count', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(WITH_ROWS)
    const dir = scratch({
      '1.sql': CREATE,
      '2.sql': `alter table plans rename to old_plans; ${CREATE}`,
      '3.sql': "insert into plans values (1, 'x')",
      'seed.sql': seed(9),
    })
    expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
  })

  test('migrate: a repeatable file with a seed -> it runs again', async () => {
    const db = await (await backend.migrated()).open()
    await migrate(db, { migrations: [scratch({ 'seed.sql': seed(1) })] })
    expect((await migrate(db, { migrations: [scratch({ 'seed.sql': seed(2) })] })).error).toBeUndefined()
  })

  test('no-transaction file: its table exists with rows -> ROWS_EXIST before its first statement', async () => {
    const db = await (await backend.migrated()).open()
    await db.exec(WITH_ROWS)
    const dir = scratch({
      '1.sql': `-- skills: no-transaction\ncreate table first (id int);\n${CREATE}\ninsert into plans values (2, 'pro');`,
    })
    const { error } = await migrate(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'ROWS_EXIST' })
    expect(await db.query("select to_regclass('first') as gone, to_regclass('schema_migrations_progress') as progress")).toEqual([
      { gone: null, progress: null },
    ])
    expect((await migrate(db, { migrations: [dir], acceptExisting: true })).error).toBeUndefined()
  })
})
