import { spawnSync } from 'node:child_process'
import { appendFileSync, closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { migrate } from '../../src/api/migrate.ts'
import { freshServer } from '../support/databases.ts'
import { PEAK_HOOK } from '../support/peak-memory.ts'
import { BIN, runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const MIB = 1024 * 1024

/** A folder with one file: a table, and rows of about this size. `last` is the end of the file. */
function dataFolder(bytes: number, last = ''): { folder: string; rows: number } {
  const folder = scratch({})
  const lines = ['create table big_data (id int primary key, name text not null);']
  for (let length = 0; length < bytes; length += lines.at(-1)?.length ?? 0)
    lines.push(`insert into big_data (id, name) values (${lines.length}, 'a name with ; and Ünïcödé, number ${lines.length}');`)
  writeFileSync(path.join(folder, '1_data.sql'), `${lines.join('\n')}\n${last}`)
  return { folder, rows: lines.length - 1 }
}

/** A folder with one file: a table, and rows of about this size in one COPY. `first` is the beginning of the file. */
function copyFolder(bytes: number, { first = '', last = '' } = {}): { folder: string; rows: number } {
  const folder = scratch({})
  const file = path.join(folder, '1_data.sql')
  writeFileSync(file, `${first}create table big_data (id int primary key, name text not null);\ncopy big_data (id, name) from stdin;\n`)
  let rows = 0
  for (let length = 0; length < bytes;) {
    const lines = Array.from({ length: 10_000 }, () => `${++rows}\ta name with ; and 'Ünïcödé, number ${rows}\n`).join('')
    appendFileSync(file, lines)
    length += lines.length
  }
  appendFileSync(file, `${last}\\.\nselect 1;\n`)
  return { folder, rows }
}

/** The same in one INSERT. `last` is its end. */
function insertFolder(bytes: number, last = ''): { folder: string; rows: number } {
  const folder = scratch({})
  const lines = ['create table big_data (id int primary key, name text not null);', 'insert into big_data (id, name) values']
  for (let length = 0; length < bytes; length += lines.at(-1)?.length ?? 0)
    lines.push(`  (${lines.length - 1}, 'a name with ; and Ünïcödé €, number ${lines.length - 1}'),`)
  const rows = lines.length - 2
  writeFileSync(path.join(folder, '1_data.sql'), `${lines.join('\n').slice(0, -1)}${last};\nselect 1;\n`)
  return { folder, rows }
}

/** Runs the command line and returns its exit code and its peak memory. Its output goes to a file. */
function peakOf(args: readonly string[]): { code: number | null; output: string; mib: number } {
  const folder = scratch({ 'hook.cjs': PEAK_HOOK })
  const peak = path.join(folder, 'peak')
  const output = path.join(folder, 'output')
  const file = openSync(output, 'w')
  const { status } = spawnSync(process.execPath, ['-r', path.join(folder, 'hook.cjs'), BIN, ...args], {
    env: { PATH: process.env['PATH'], HOME: folder, PEAK: peak },
    cwd: folder,
    stdio: ['ignore', file, file],
  })
  closeSync(file)
  return { code: status, output: readFileSync(output, 'utf8'), mib: Number(readFileSync(peak, 'utf8')) / 1024 }
}

test.each([
  ['50 MB of INSERTs', () => dataFolder(50_000_000), (rows: number) => rows + 1],
  ['50 MB of rows of one COPY', () => copyFolder(50_000_000), () => 3],
  ['one INSERT of 34 MB', () => insertFolder(34_000_000), () => 3],
])(
  'large file: %s -> each command that reads it needs at most 150 MB of memory',
  async (_, files, statementsFor) => {
    const { folder, rows } = files()
    const { flags, open } = await freshServer()
    const own = ['--migrations', folder, ...flags]
    for (const args of [
      ['migrate', '--dry-run', ...own],
      ['migrate', '--dry-run', '--sql', ...own],
      ['migrate', ...own],
      ['migrate', ...own],
      ['migrate', 'status', ...own],
      ['verify', ...own],
      ['migrate', 'lint', folder],
    ]) {
      const { code, output, mib } = peakOf(args)
      expect(code, output.slice(-2000)).toBe(0)
      expect(mib, args.join(' ')).toBeLessThan(150)
      if (args[2] === '--sql') expect(output).toContain(`number ${rows}`)
    }
    const db = await open()
    expect(await db.query('select count(*)::int as count from big_data')).toEqual([{ count: rows }])
    expect(await db.query(`select statements from schema_migrations where version = '1_data'`)).toEqual([
      { statements: statementsFor(rows) },
    ])
  },
  600_000,
)

test('large file: one long INSERT with a syntax error -> its place, and nothing is applied', async () => {
  const { folder, rows } = insertFolder(9 * MIB, ",\n  (-1, 'Ü'), (-2 'two'), (-3, 'three')")
  const { flags, open } = await freshServer()
  const { code, stderr } = await runSkills(['migrate', '--migrations', folder, ...flags])
  expect(code).toBe(4)
  expect(stderr).toContain(`1_data.sql:${rows + 3}:18 error syntax error`)
  const db = await open()
  expect(await db.query(`select to_regclass('big_data') as found`)).toEqual([{ found: null }])
}, 120_000)

test('large file: one long INSERT changes before it is sent -> refused, nothing of it stays, and the next run applies it', async () => {
  const { folder, rows } = insertFolder(9 * MIB)
  const file = path.join(folder, '1_data.sql')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, `do $$ begin raise notice 'now'; end $$;\n${text}`)
  const server = await freshServer()
  const db = await server.open()
  db.onNotice(({ message }) => void (message === 'now' && writeFileSync(file, text)))
  const { error } = await migrate(db, { migrations: [folder] })
  expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', message: expect.stringContaining('changed while it was read') })
  const after = await server.open()
  expect(await after.query(`select to_regclass('big_data') as found`)).toEqual([{ found: null }])
  expect(await migrate(after, { migrations: [folder] })).not.toHaveProperty('error')
  expect(await after.query('select count(*)::int as n from big_data')).toEqual([{ n: rows }])
}, 120_000)

test('large file: 50 MB of rows of one COPY in a no-transaction file -> applied with at most 150 MB of memory', async () => {
  const { folder, rows } = copyFolder(50_000_000, { first: '-- skills: no-transaction\n' })
  const { flags, open } = await freshServer()
  const applied = peakOf(['migrate', '--migrations', folder, ...flags])
  expect(applied).toMatchObject({ code: 0, output: expect.stringContaining('3 statements') })
  expect(applied.mib).toBeLessThan(150)
  const db = await open()
  expect(await db.query(`select count(*)::int as count, min(name) as name from big_data`)).toEqual([
    { count: rows, name: "a name with ; and 'Ünïcödé, number 1" },
  ])
}, 300_000)

test('large file: a row of a COPY fails -> its line, and nothing is applied', async () => {
  const { folder, rows } = copyFolder(9 * MIB, { last: '7\ttwice\n' })
  const { flags, open } = await freshServer()
  const { code, stderr } = await runSkills(['migrate', '--migrations', folder, ...flags])
  expect(code).toBe(4)
  expect(stderr).toContain(`1_data.sql:${rows + 3}:1 error duplicate key`)
  const db = await open()
  expect(await db.query(`select to_regclass('big_data') as found`)).toEqual([{ found: null }])
}, 120_000)

test.each([
  ['', ''],
  ['no-transaction', '-- skills: no-transaction\n'],
])(
  'large file %s: the rows of a COPY change before they are sent -> refused, no row stays, and the next run applies the file',
  async (_, first) => {
    const { folder, rows } = copyFolder(9 * MIB, { first: `${first}do $$ begin raise notice 'now'; end $$;\n` })
    const file = path.join(folder, '1_data.sql')
    const text = readFileSync(file, 'utf8').replace('number 99\n', 'number 00\n')
    const db = await (await freshServer()).open()
    db.onNotice(({ message }) => void (message === 'now' && writeFileSync(file, text)))
    const { error } = await migrate(db, { migrations: [folder] })
    expect(error).toMatchObject({ code: 'MIGRATION_FILE_INVALID', message: expect.stringContaining('changed while it was read') })
    const found = await db.query(`select to_regclass('big_data') is not null as created`)
    expect(found).toEqual([{ created: first !== '' }])
    if (first !== '') expect(await db.query('select count(*)::int as n from big_data')).toEqual([{ n: 0 }])
    expect(await migrate(db, { migrations: [folder] })).not.toHaveProperty('error')
    expect(await db.query('select count(*)::int as n from big_data')).toEqual([{ n: rows }])
  },
  120_000,
)

test('large file: a row in the middle fails -> its place, and nothing is applied', async () => {
  const { folder, rows } = dataFolder(
    9 * MIB,
    "insert into big_data values (0, 'zero'); insert into big_data (id, name) values (7, 'twice');\n",
  )
  const { flags, open } = await freshServer()
  const { code, stderr } = await runSkills(['migrate', '--migrations', folder, ...flags])
  expect(code).toBe(4)
  expect(stderr).toContain(`1_data.sql:${rows + 2}:54 error duplicate key`)
  expect(stderr).toContain('Key (id)=(7) already exists')
  const db = await open()
  expect(await db.query(`select to_regclass('big_data') as found`)).toEqual([{ found: null }])
  await db.close()
}, 120_000)

test('large file: a row with a syntax error -> its place, and nothing is applied', async () => {
  const { folder, rows } = dataFolder(9 * MIB, "insert into big_data values (-1, 'one');\ninsert into big_data values (-2 'two');\n")
  const { flags, open } = await freshServer()
  const { code, stderr } = await runSkills(['migrate', '--migrations', folder, ...flags])
  expect(code).toBe(4)
  expect(stderr).toContain(`1_data.sql:${rows + 3}:33 error syntax error`)
  const db = await open()
  expect(await db.query(`select to_regclass('big_data') as found`)).toEqual([{ found: null }])
}, 120_000)

test('large file: variables in its rows -> their values; one without a value -> its place, and nothing runs', async () => {
  const { folder, rows } = dataFolder(
    9 * MIB,
    "insert into big_data values (-1, :'name');\ninsert into big_data values (:id, '--' || :'name');\n",
  )
  const { flags, open } = await freshServer()
  const args = ['migrate', '--migrations', folder, '--var', "name=it's", ...flags]
  const { code, stderr } = await runSkills(args)
  expect(code).toBe(4)
  expect(stderr).toContain(`1_data.sql:${rows + 3}:30 error the variable "id" has no value`)
  expect(await runSkills([...args, '--var', 'id=-2'])).toMatchObject({ code: 0 })
  const db = await open()
  expect(await db.query('select id, name from big_data where id < 0 order by id')).toEqual([
    { id: -2, name: "--it's" },
    { id: -1, name: "it's" },
  ])
}, 120_000)

test('large file: a fault at its end -> refused with its place before anything runs', async () => {
  const { folder, rows } = dataFolder(9 * MIB, "insert into big_data values (0, 'zero")
  const { flags, open } = await freshServer()
  const { code, stderr } = await runSkills(['migrate', '--migrations', folder, ...flags])
  expect(code).toBe(4)
  expect(stderr).toContain(`1_data.sql:${rows + 2}:33 error unterminated string`)
  const db = await open()
  expect(await db.query(`select to_regclass('schema_migrations') as found`)).toEqual([{ found: null }])
  await db.close()
}, 120_000)

test('file: one of many rows fails, sent in one message with others -> its place, and nothing is applied', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `insert into few (id) values (${i === 250 ? 'null' : i});`)
  const folder = scratch({ '1.sql': `create table few (id int not null);\n${rows.join('\n')}\n` })
  const { flags, open } = await freshServer()
  const { code, stderr } = await runSkills(['migrate', '--migrations', folder, ...flags])
  expect(code).toBe(4)
  expect(stderr).toContain('1.sql:252:')
  const db = await open()
  expect(await db.query(`select to_regclass('few') as found`)).toEqual([{ found: null }])
  await db.close()
})

test('file: one of many rows has a syntax error -> its place, and nothing is applied', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `insert into few values (${i}${i === 30 ? ' ' : ','} 'x');`)
  const folder = scratch({ '1.sql': `create table few (id int, a text);\n${rows.join('\n')}\n` })
  const { flags } = await freshServer()
  const { code, stderr } = await runSkills(['migrate', '--migrations', folder, ...flags])
  expect(code).toBe(4)
  expect(stderr).toContain('1.sql:32:29 error syntax error')
})
