import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lintMigrations, migrate } from '../../src/index.ts'
import { onEachBackend } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

/** `file:line CODE`, one for each diagnostic. */
async function found(options: Parameters<typeof lintMigrations>[0]): Promise<string[]> {
  const { diagnostics } = await lintMigrations(options)
  return diagnostics.map(({ file = '', line, code }) => `${path.basename(file)}:${line} ${code}`)
}

const TWO = {
  'db/1.sql': 'create table a (id int);\ncreate index a_1 on a (id);\n',
  'db/2.sql': '-- later\ncreate index a_2 on a (id);\n',
}

test('migrate lint: a table of an earlier file -> it counts as used; a table of the same file does not', async () => {
  expect(await found({ paths: [path.join(scratch(TWO), 'db')] })).toEqual(['2.sql:2 INDEX_NOT_CONCURRENT'])
})

test('migrate lint: a file that cannot run -> an error at its place, hazards of the other files too', async () => {
  const dir = scratch({ ...TWO, 'db/3.sql': "select 1;\nselect 'open" })
  const report = await lintMigrations({ paths: [path.join(dir, 'db')] })
  expect(report).toMatchObject({ files: 3, errors: 1, warnings: 1 })
  expect(report.diagnostics.find(({ severity }) => severity === 'error')).toMatchObject({
    code: 'MIGRATION_FILE_INVALID',
    line: 2,
    column: 8,
  })
})

test('migrate lint: a comment -- skills-ignore: CODE above the statement -> counted as ignored; another code, or another statement -> not', async () => {
  const dir = scratch({
    '1.sql': '-- skills-ignore: DROP_COLUMN, INDEX_NOT_CONCURRENT\ncreate index i on t (a);\ncreate index j on t (a);\n',
    '2.sql': '-- skills-ignore: DROP_COLUMN\ncreate index i on t (a);\n',
  })
  expect(await found({ paths: [dir] })).toEqual(['1.sql:3 INDEX_NOT_CONCURRENT', '2.sql:2 INDEX_NOT_CONCURRENT'])
  expect(await lintMigrations({ paths: [dir] })).toMatchObject({ warnings: 2, ignored: 1 })
})

test('migrate lint: a file as path -> only this file; a folder without migrations -> MIGRATIONS_DIR_MISSING', async () => {
  const dir = scratch({ ...TWO, 'empty/readme.md': '' })
  expect(await lintMigrations({ paths: [path.join(dir, 'db/1.sql')] })).toMatchObject({ files: 1, warnings: 0 })
  expect(await lintMigrations({ paths: [path.join(dir, 'db/2.sql'), path.join(dir, 'db')] })).toMatchObject({ files: 2, warnings: 1 })
  await expect(lintMigrations({ paths: [path.join(dir, 'empty')] })).rejects.toMatchObject({ code: 'MIGRATIONS_DIR_MISSING' })
  await expect(lintMigrations({ paths: [path.join(dir, 'none')] })).rejects.toMatchObject({ code: 'MIGRATIONS_DIR_MISSING' })
})

test('migrate lint: files of another tool -> FOREIGN_LAYOUT', async () => {
  const dir = scratch({ '1_a.sql': '-- migrate:up\ncreate table a (id int);\n-- migrate:down\ndrop table a;\n' })
  await expect(lintMigrations({ paths: [dir] })).rejects.toMatchObject({
    code: 'FOREIGN_LAYOUT',
    exitCode: 6,
    diagnostics: [{ severity: 'error', code: 'FOREIGN_LAYOUT', file: path.join(dir, '1_a.sql'), line: 3 }],
  })
})

onEachBackend((backend) => {
  test('migrate lint: pendingIn a database -> the pending files, with the tables that exist', async () => {
    const db = await (await backend.fresh()).open()
    const dir = scratch({ '1.sql': 'create table a (id int);\n' })
    await migrate(db, { migrations: [dir] })
    const more = scratch({
      '1.sql': 'create table a (id int);\n',
      '2.sql': 'create index a_1 on a (id);\ncreate table b (id int);\n',
      '3.sql': 'create index b_1 on b (id);\n',
    })
    // file 2 of the same run creates the table of file 3
    expect(await found({ paths: [more], pendingIn: db })).toEqual(['2.sql:1 INDEX_NOT_CONCURRENT'])
    expect(await lintMigrations({ paths: [more], pendingIn: db })).toMatchObject({ files: 2 })
    expect(await found({ paths: [more] })).toEqual(['2.sql:1 INDEX_NOT_CONCURRENT', '3.sql:1 INDEX_NOT_CONCURRENT'])
  })

  test('migrate lint: pendingIn a database whose search_path has changed -> LEDGER_ELSEWHERE, as skills migrate', async () => {
    const database = await backend.fresh()
    const dir = scratch({ '1.sql': 'create table a (id int);\n' })
    const db = await database.open({ schema: 'app' })
    await migrate(db, { migrations: [dir] })
    await db.close()
    const moved = await database.open()
    await expect(lintMigrations({ paths: [dir], pendingIn: moved })).rejects.toMatchObject({ code: 'LEDGER_ELSEWHERE' })
  })
})

test('skills migrate lint: hazards -> exit code 0; more than --max-warnings, or an error -> 1; no database is created', async () => {
  const cwd = scratch({ ...TWO, 'bad/1.sql': "select 'open" })
  const lint = (...args: string[]): ReturnType<typeof runSkills> => runSkills(['migrate', 'lint', ...args], { cwd })
  expect(await lint('db')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^db\/2\.sql:2:1 warning .*\[INDEX_NOT_CONCURRENT\]\n[^]*2 migrations: 1 warning\n$/),
  })
  expect(await lint('db', '--max-warnings', '0')).toMatchObject({ code: 1 })
  expect(await lint('bad')).toMatchObject({ code: 1, stdout: expect.stringContaining('1 migration: 1 error') })
  expect(await lint()).toMatchObject({ code: 2, stderr: expect.stringContaining('no folder of migrations is configured') })
  expect(await lint('db', '--reporter', 'junit')).toMatchObject({ code: 0, stdout: expect.stringContaining('INDEX_NOT_CONCURRENT') })
  expect(readdirSync(cwd).toSorted()).toEqual(['bad', 'db'])
  const pending = await lint('db', '--pending')
  expect(pending).toMatchObject({ code: 0, stdout: expect.stringContaining('2 pending migrations: no problems') })
})
