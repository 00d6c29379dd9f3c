import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { quoteIdent } from '../../src/db/quote.ts'
import { migrate } from '../../src/index.ts'
import { freshServer, onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

const rows = (db: Db, sql: string): Promise<unknown[]> => db.query(sql)

const withRow = (row: string): string =>
  `create table t (id int primary key, name text);\r\n\r\ncopy t from stdin;\r\n1\ta\r\n2\tb\r\n${row}\r\n4\td\r\n\\.\r\ncreate table u (id int);\r\n`

const resumable = (last: string): string => `-- skills: no-transaction\ncreate table t (id int);\ncopy t from stdin;\n1\n2\n\\.\n${last};\n`

const create = (name: string): string => `create table ${name} as select 'C:\\'::text as path, 'a\\nb' as name;`

onEachBackend((backend) => {
  test('COPY FROM STDIN: text and CSV rows between other statements -> in their order, and counted', async () => {
    const db = await (await backend.fresh()).open()
    const big = Array.from({ length: 30_000 }, (_, i) => `${i}\tétoile 😀 ${i}\n`).join('')
    const dir = scratch({
      '1.sql': [
        'create table t (id int, name text);',
        "insert into t values (0, 'first');",
        "COPY t (id, name) FROM stdin;\n1\tit's; (\n2\t\\N\n\\.\n",
        'update t set name = upper(name);',
        "COPY public.t FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';'); -- a comment",
        'id;name\r\n3;"a;b"\r\n4;"two\r\nlines"\r\n\\.',
        'copy t from stdin;\n\\.',
        'create table big (id int, name text);',
        `copy "big" (id, name) /* x */ from stdin;\n${big}\\.`,
        'select 1;',
      ].join('\n'),
      '2.sql': 'create table small (id int);',
      '3.sql': 'copy small from stdin;\r\n7\r\n\\.\r\n',
      '4.sql': 'insert into small select id + 1 from small;',
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.slice(-4).map(({ version, statements }) => [version, statements])).toEqual([
      ['1', 9],
      ['2', 1],
      ['3', 1],
      ['4', 1],
    ])
    expect(await rows(db, 'select * from t order by id')).toEqual([
      { id: 0, name: 'FIRST' },
      { id: 1, name: "IT'S; (" },
      { id: 2, name: null },
      { id: 3, name: 'a;b' },
      { id: 4, name: 'two\r\nlines' },
    ])
    expect(await rows(db, 'select count(*)::int as n, sum(length(name))::int as length, max(name) from big')).toEqual([
      { n: 30_000, length: 30_000 * 9 + 138_890, max: 'étoile 😀 9999' },
    ])
    expect(await rows(db, 'select id from small order by id')).toEqual([{ id: 7 }, { id: 8 }])
  })

  test('COPY FROM STDIN: a row fails -> its line in the file; nothing of the file stays; the next run applies it', async () => {
    const db = await (await backend.fresh()).open()
    const bad = scratch({ '1.sql': withRow('zwei\tc') })
    const first = await migrate(db, { migrations: [bad] })
    expect(first.error?.code).toBe('MIGRATION_FAILED')
    expect(first.report.diagnostics).toMatchObject([
      { line: 6, column: 1, code: '22P02', message: expect.stringContaining('COPY t, line 3') },
    ])
    expect((await migrate(db, { migrations: [scratch({ '1.sql': withRow('2\tc') })] })).report.diagnostics).toMatchObject([
      { line: 6, code: '23505' },
    ])
    expect((await migrate(db, { migrations: [scratch({ '1.sql': withRow('3') })] })).report.diagnostics).toMatchObject([
      { line: 6, code: '22P04' },
    ])
    const absent = scratch({ '1.sql': 'select 1;\ncopy nowhere from stdin;\n1\n\\.\n' })
    expect((await migrate(db, { migrations: [absent] })).report.diagnostics).toMatchObject([{ line: 2, column: 6, code: '42P01' }])
    expect(await rows(db, "select to_regclass('t') as t")).toEqual([{ t: null }])
    expect((await migrate(db, { migrations: [scratch({ '1.sql': withRow('3\tc') })] })).error).toBeUndefined()
    expect(await rows(db, 'select count(*)::int as n from t')).toEqual([{ n: 4 }])
  })

  test('COPY FROM STDIN in a no-transaction file: a later statement fails -> the rows stay, and are not copied again', async () => {
    const db = await (await backend.fresh()).open()
    expect((await migrate(db, { migrations: [scratch({ '1.sql': resumable('select 1/0') })] })).report.diagnostics).toMatchObject([
      { line: 7 },
    ])
    const { error } = await migrate(db, { migrations: [scratch({ '1.sql': resumable('select 1') })] })
    expect(error).toBeUndefined()
    expect(await rows(db, 'select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('BEGIN and COMMIT around a file: applied as one transaction, with the modes of the file', async () => {
    const db = await (await backend.fresh()).open()
    const level = "create table %s as select current_setting('transaction_isolation') as level, pg_current_xact_id()::text as id"
    const dir = scratch({
      '1.sql': `begin; ${level.replace('%s', 'a')}; create table a2 as select pg_current_xact_id()::text as id; commit;`,
      '2.sql': `set a.b = 1;\nBEGIN ISOLATION LEVEL SERIALIZABLE, READ WRITE;\n${level.replace('%s', 'b')};\nEND;\n`,
      '3.sql': `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n${level.replace('%s', 'c')};\n`,
      '4.sql': `set local transaction_isolation = 'serializable';\n${level.replace('%s', 'd')};\n`,
      '5.sql': `-- skills: isolation=repeatable-read\n${level.replace('%s', 'e')};\n`,
      '6.sql': `${level.replace('%s', 'f')};\n`,
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error).toBeUndefined()
    expect(report.applied.slice(-6).map(({ statements }) => statements)).toEqual([2, 2, 1, 1, 1, 1])
    const levels = await rows(
      db,
      ['a', 'b', 'c', 'd', 'e', 'f'].map((table) => `select '${table}' as t, level from ${table}`).join(' union all ') + ' order by t',
    )
    expect(levels).toEqual(
      ['read committed', 'serializable', 'repeatable read', 'serializable', 'repeatable read', 'read committed'].map((wanted, i) => ({
        t: 'abcdef'[i],
        level: wanted,
      })),
    )
    expect(await rows(db, 'select count(*)::int as n from a join a2 using (id)')).toEqual([{ n: 1 }])
  })

  test.each([
    [
      'a DO block that commits',
      'do $$ begin commit; end $$;',
      '2D000',
      'a file of its own that begins with the line `-- skills: no-transaction`',
    ],
    ['a new value of an enum that is used', "alter type mood add value 'b'; select 'b'::mood;", '55P04', 'before FILE, and run'],
    ['SET TRANSACTION too late', 'select 1; set transaction isolation level serializable;', '25001', 'make it the first statement of FILE'],
  ])('one transaction for a file: %s -> what to do is said', async (_, sql, code, remedy) => {
    const db = await (await backend.migrated()).open()
    await db.exec("create type mood as enum ('a')")
    const dir = scratch({ '1.sql': sql })
    const { error } = await migrate(db, { migrations: [dir] })
    expect(error?.diagnostics).toMatchObject([{ code }])
    expect(error?.hint).toContain(remedy.replace('FILE', `${dir}/1.sql`))
  })

  test('BEGIN and COMMIT around a file: a statement fails -> nothing of it stays', async () => {
    const db = await (await backend.fresh()).open()
    const { report } = await migrate(db, { migrations: [scratch({ '1.sql': 'begin;\ncreate table a (id int);\nselect 1/0;\ncommit;\n' })] })
    expect(report.diagnostics).toMatchObject([{ line: 3, code: '22012' }])
    expect(await rows(db, "select to_regclass('a') as a")).toEqual([{ a: null }])
  })
})

test('COPY FROM STDIN: a file of 9 MB with BEGIN and COMMIT -> applied; a row fails -> its line in the file', async () => {
  const db = await (await freshServer()).open()
  const many = Array.from({ length: 200_000 }, (_, i) => `${i}\t${'x'.repeat(40)}\n`).join('')
  const file = (row: string): string =>
    `begin;\ncreate table t (id int, name text);\ncopy t from stdin;\n${many}${row}\n\\.\ninsert into t values (-1);\ncommit;\n`
  const failed = await migrate(db, { migrations: [scratch({ '1.sql': file('zwei\tx') })] })
  expect(failed.report.diagnostics).toMatchObject([{ line: 200_004, column: 1, code: '22P02' }])
  const { error, report } = await migrate(db, { migrations: [scratch({ '1.sql': file('2\tx') })] })
  expect(error).toBeUndefined()
  expect(report.applied.at(-1)).toMatchObject({ statements: 3 })
  expect(await rows(db, 'select count(*)::int as n from t')).toEqual([{ n: 200_002 }])
})

// the embedded engine has no settings of databases
test('standard_conforming_strings is off by default -> files are read with it on', async () => {
  const database = await freshServer()
  const setting = await database.open()
  await setting.exec(`alter database ${quoteIdent(setting.info.database)} set standard_conforming_strings = off`)
  await setting.close()
  const db = await database.open()
  expect(await rows(db, 'show standard_conforming_strings')).toEqual([{ standard_conforming_strings: 'off' }])
  const { error } = await migrate(db, {
    migrations: [scratch({ '1.sql': create('t'), '2.sql': `-- skills: no-transaction\n${create('u')}` })],
  })
  expect(error).toBeUndefined()
  await db.exec('set standard_conforming_strings = on')
  expect(await rows(db, 'select * from t union all select * from u')).toEqual([
    { path: 'C:\\', name: 'a\\nb' },
    { path: 'C:\\', name: 'a\\nb' },
  ])
})
