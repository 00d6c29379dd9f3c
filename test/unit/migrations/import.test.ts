import { expect, test } from 'vitest'
import { importMigrations, type ImportableName } from '../../../src/index.ts'
import { ourNames } from '../../../src/migrations/import/our-names.ts'
import { ourText } from '../../../src/migrations/import/our-text.ts'
import type { TheirMigration } from '../../../src/migrations/layouts/import-rules.ts'
import { crc32OfLines } from '../../../src/migrations/layouts/tools/flyway-checksum.ts'
import { foreignIn } from '../../support/layouts.ts'
import { scratch } from '../../support/scratch.ts'
import path from 'node:path'
import { readFileSync } from 'node:fs'

function their(up: string, more: Partial<TheirMigration> = {}): TheirMigration {
  return { key: '1', file: '1_a.sql', name: '1_a', up, down: '', ...more }
}

function namesFor(...names: string[]): string[] {
  return ourNames(names.map((name) => their('', { name })))
}

test('import: names that sort and have room -> kept', () => {
  expect(namesFor('20260101_a', '20260102_b')).toEqual(['20260101_a', '20260102_b'])
  expect(namesFor('001_a', '002_b')).toEqual(['001_a', '002_b'])
})

test('import: numbers of different width, or of few digits -> padded, so that the next one sorts last', () => {
  expect(namesFor('1_a', '2_b', '10_c')).toEqual(['0001_a', '0002_b', '0010_c'])
  expect(namesFor('1.0_a', '1.10_b')).toEqual(['0001.0000_a', '0001.0010_b'])
  expect(namesFor('1_a')).toEqual(['0001_a'])
})

test('import: an order that no padding gives -> a number before the names', () => {
  expect(namesFor('b', 'a')).toEqual(['0001_b', '0002_a'])
  expect(namesFor('1_a', '1_A')).toEqual(['0001_1_a', '0002_1_A'])
})

test('import: names in bytewise order of the tool -> kept, although numbers differ in width', () => {
  expect(namesFor('10_a', '2_b')).toEqual(['10_a', '2_b'])
})

test('import: BEGIN and COMMIT around the text -> removed; others -> named', () => {
  expect(ourText('x', their('-- a\nBEGIN;\nselect 1;\nCOMMIT;\n')).text).toBe('-- x: 1_a.sql\n\n-- a\n\nselect 1;\n')
  const { text, notTranslated } = ourText('x', their('select 1;\nCOMMIT;\nselect 2;'))
  expect([text.includes('COMMIT'), notTranslated.map(({ message }) => message)]).toEqual([
    true,
    ['COMMIT at the top level is not translated'],
  ])
})

test('import: CONCURRENTLY -> a no-transaction file, whatever the tool says', () => {
  expect(ourText('x', their('CREATE INDEX CONCURRENTLY i ON t (a);')).text).toMatch(/^-- skills: no-transaction\n/)
})

test('import: what goes back -> comments, also after a lone CR', () => {
  const { text } = ourText('x', their('select 1;', { down: 'drop table a;\rdrop table b;\r\n-- Down Migration\n' }))
  expect(text.split('\n').slice(-5)).toEqual([
    '-- What goes back, for x. It never runs.',
    '--| drop table a;',
    '--| drop table b;',
    '--| -- Down Migration',
    '',
  ])
})

test('import: no statement -> one that does nothing', () => {
  expect(ourText('x', their('-- nothing\n')).text).toContain('SELECT 1;')
})

const FOLDERS: readonly [ImportableName, string, string, string][] = [
  ['flyway', 'V1__a.sql', "select '${schema}';", '${schema}'],
  ['goose', '1_a.sql', '-- +goose ENVSUB ON\n-- +goose Up\nselect ${REGION};\n-- +goose ENVSUB OFF\n', '${REGION}'],
  ['graphile', '000001.sql', '--! Previous: -\n--! Hash: x\n\ngrant usage on schema a to :DATABASE_VISITOR;', ':DATABASE_VISITOR'],
  ['tern', '001_a.sql', 'create table {{.prefix}}a (id int);', '{{.prefix}}'],
]

test.each(FOLDERS)('import: a placeholder of %s -> named with its place', async (from, name, text, placeholder) => {
  const into = path.join(scratch(), 'new')
  const { diagnostics } = await importMigrations(null, { from, directory: scratch({ [name]: text }), into })
  expect(diagnostics).toMatchObject([{ severity: 'warning', message: `the placeholder ${placeholder} is not translated` }])
  const { file = '', line = 0 } = diagnostics[0] ?? {}
  expect(readFileSync(file, 'utf8').split('\n')[line - 1]).toContain(placeholder)
})

test('import: variables and commands of psql in a script of Sqitch -> named; quotes, casts and slices -> not', async () => {
  const directory = scratch({
    'sqitch.plan': '%project=x\n\na 2026-01-01T00:00:00Z a <a@b>\n',
    'deploy/a.sql': "\\set x 1\nselect :x, 'a :b c', 1::int, (array[1])[1:2];\n",
  })
  const { diagnostics } = await importMigrations(null, { from: 'sqitch', directory, into: path.join(scratch(), 'new') })
  expect(diagnostics.map(({ message }) => message).toSorted()).toEqual([
    expect.stringContaining('\\set'),
    'the placeholder :x is not translated',
  ])
})

test('import: Sqitch, from the folder of the plan, of the settings or of the scripts -> the same files', async () => {
  const plan =
    '%project=x\n\nschema/a 2026-01-01T00:00:00Z a <a@b>\n-gone 2026-01-01T00:00:00Z a <a@b>\n# comment\n+b [schema/a !c] 2026-01-02T00:00:00Z a <a@b>\n'
  const top = scratch({
    'sqitch.conf': '[core]\n\ttop_dir = sql\n',
    'sql/sqitch.plan': plan,
    'sql/deploy/schema/a.sql': 'BEGIN;\nselect 1;\nCOMMIT;',
    'sql/deploy/b.sql': 'select 2;',
  })
  for (const folder of ['', 'sql', 'sql/deploy']) {
    const { migrations } = await importMigrations(null, {
      from: 'sqitch',
      directory: path.join(top, folder),
      into: path.join(scratch(), 'new'),
    })
    expect(
      migrations.map(({ version, from }) => [version, from]),
      folder,
    ).toEqual([
      ['0001_schema_a', 'deploy/schema/a.sql'],
      ['0002_b', 'deploy/b.sql'],
    ])
  }
})

test('import: a change of Sqitch without its script -> named', async () => {
  const directory = scratch({
    'sqitch.plan': 'a 2026-01-01T00:00:00Z a <a@b>\nb 2026-01-01T00:00:00Z a <a@b>\n',
    'deploy/b.sql': 'select 1',
  })
  const { diagnostics } = await importMigrations(null, { from: 'sqitch', directory, into: path.join(scratch(), 'new') })
  expect(diagnostics).toMatchObject([{ severity: 'warning', file: expect.stringMatching(/deploy\/a\.sql$/) }])
})

test('import: without a database -> the folder, and no state', async () => {
  const into = path.join(scratch(), 'new')
  const report = await importMigrations(null, { from: 'dbmate', directory: scratch({ '1_a.sql': '-- migrate:up\nselect 1;\n' }), into })
  expect(report).toMatchObject({
    ledger: null,
    fromLedger: null,
    migrations: [{ version: '0001_a', state: null, written: true, recorded: false }],
  })
})

test('import: the folder of the tool as the new folder -> USAGE; no folder, no migration -> refused', async () => {
  const directory = scratch({ 'README.md': '' })
  await expect(importMigrations(null, { from: 'dbmate', directory, into: directory })).rejects.toMatchObject({ code: 'USAGE' })
  await expect(importMigrations(null, { from: 'dbmate', directory: path.join(directory, 'no') })).rejects.toMatchObject({
    code: 'MIGRATIONS_DIR_MISSING',
  })
  await expect(importMigrations(null, { from: 'dbmate', directory })).rejects.toMatchObject({ code: 'NOT_IMPORTED' })
})

test('import: a written folder -> has no layout of another tool', async () => {
  const texts: readonly [ImportableName, Record<string, string>][] = [
    ['dbmate', { '1_a.sql': '-- migrate:up\nselect 1;\n-- migrate:down\ndrop table a;\n' }],
    ['goose', { '1_a.sql': '-- +goose Up\nselect 1;\n-- +goose Down\ndrop table a;\n' }],
    ['node-pg-migrate', { '1_a.sql': '-- Up Migration\nselect 1;\n-- Down Migration\ndrop table a;\n' }],
    ['flyway', { 'V1__a.sql': 'select 1;', 'U1__a.sql': 'drop table a;', 'R__b.sql': 'select 2;' }],
    ['golang-migrate', { '1_a.up.sql': 'select 1;', '1_a.down.sql': 'drop table a;' }],
    ['tern', { '001_a.sql': 'select 1;\n---- create above / drop below ----\ndrop table a;' }],
    ['graphile', { '000001.sql': '--! Previous: -\n--! Hash: x\n\nselect 1;' }],
  ]
  for (const [from, files] of texts) {
    const report = await importMigrations(null, { from, directory: scratch(files), into: path.join(scratch(), 'new') })
    const written = Object.fromEntries(report.migrations.map(({ file }) => [path.basename(file), readFileSync(file, 'utf8')]))
    expect(foreignIn(written), from).toEqual([])
  }
})

test('import: the checksum of Flyway -> CRC-32 of the lines, without their ends', () => {
  // `printf '123456789' | crc32` is cbf43926
  expect(crc32OfLines('123456789')).toBe(0xcbf43926 | 0)
  expect(crc32OfLines('\ufeff1234\r\n56789\n')).toBe(0xcbf43926 | 0)
})
