import { expect, test } from 'vitest'
import { baseline, migrate } from '../../src/index.ts'
import { freshServer, onEachBackend } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

onEachBackend((backend) => {
  test('baseline: a statement that cannot run in a scratch schema -> DRIFT with its place, never equal', async () => {
    const db = await (await backend.fresh()).open()
    await db.exec('create table measures (n int, unit text)')
    const dir = scratch({
      '1.sql': "create table measures (n int);\ncreate table measures (n int);\ncomment on table nothing_here is 'not compared';",
      '2.sql': '-- a type that does not exist here\nalter table measures add column unit unit_of_measure;',
    })
    const { report, error } = await baseline(db, { migrations: [dir] })
    expect(error).toMatchObject({ code: 'DRIFT', exitCode: 6, message: expect.stringContaining('1 statement cannot be compared') })
    expect(report).toMatchObject({ done: false, notCompared: [expect.stringMatching(/2\.sql:2: type "unit_of_measure" does not exist$/)] })
    expect((await baseline(db, { migrations: [dir], acceptDrift: true })).report).toMatchObject({
      done: true,
      notCompared: [expect.anything()],
    })
  })
})

const EXTENSION_FILES = {
  '1.sql': 'create extension citext;\ncreate extension pg_trgm;\ncreate extension pgcrypto;',
  '2.sql':
    'create table accounts (id uuid default gen_random_uuid(), mail citext not null, salt text default gen_salt($$bf$$));\ncreate index accounts_mail on accounts using gin ((mail::text) gin_trgm_ops);',
}

test('baseline: types, functions and operator classes of extensions in the schema -> compared', async () => {
  const database = await freshServer()
  const db = await database.open()
  const dir = scratch(EXTENSION_FILES)
  expect((await migrate(db, { migrations: [dir] })).error).toBeUndefined()
  await db.exec('drop table schema_migrations')
  expect(await baseline(db, { migrations: [dir], dryRun: true })).toMatchObject({ report: { differences: [], notCompared: [] } })
  await db.exec('alter table accounts alter column mail type text; drop index accounts_mail')
  const { report, error } = await baseline(db, { migrations: [dir] })
  expect(error?.code).toBe('DRIFT')
  expect(report.differences).toEqual([
    'column accounts.mail: the migrations create "citext not null", the database has "text not null"',
    expect.stringContaining('index accounts_mail'),
  ])
  expect(await db.query(`select to_regclass('schema_migrations') as ledger`)).toEqual([{ ledger: null }])
})

test('skills migrate baseline: what was not compared -> listed, exit code 6', async () => {
  const { flags, open } = await freshServer()
  const db = await open()
  const cwd = scratch({ 'db/1.sql': 'create table t (a int);', 'db/2.sql': 'alter table t add column b missing_type;' })
  await migrate(db, { migrations: [`${cwd}/db`], to: '1' })
  expect(await runSkills(['migrate', 'baseline', '--dir', 'db', ...flags], { cwd })).toMatchObject({
    code: 6,
    stdout: expect.stringContaining('not compared db/2.sql:1: type "missing_type" does not exist'),
  })
})
