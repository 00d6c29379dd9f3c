import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../../../src/core/digests.ts'
import { LARGE_BYTES, LargeFile, PieceDigest } from '../../../src/migrations/files/large-file.ts'
import { parseMigration, statementsOf } from '../../../src/migrations/files/parse-migration.ts'
import { normaliseSql, readMigrations, type MigrationFile } from '../../../src/migrations/files/read-migrations.ts'
import { scratch } from '../../support/scratch.ts'

/** Each breaks when it is cut, or when what is in it counts as SQL. */
const PARTS = [
  "insert into t (a) values ('x;y -- no''comment');\r\n",
  'insert into t (a) values (1);',
  "insert into t values ('Ünïcödé 😀', $$;$$);\n",
  'update t set a = 2 /* ; */ ;\n',
  'create function f() returns int language sql begin atomic select 1; select 2; end;\n',
  "create function g() returns void language plpgsql as $f$ begin perform ';'; end $f$;\n",
  '-- a comment; of one line\n',
  '/* of several\n lines; */ select 1;\n\n',
  'copy t (a) from stdin;\n1;\n2\n\\.\n',
  'delete from t where a = 1; insert into "u;v" values (1);insert into "u;v"\nvalues (2);\n',
]

/** A text of more than one piece, from a fixed sequence. */
function longText(bytes: number): string {
  const parts: string[] = []
  for (let i = 0, length = 0; length < bytes; i++) {
    const part = PARTS[(i * 7 + Math.floor(i / 11)) % PARTS.length] ?? ''
    parts.push(part)
    length += part.length
  }
  return parts.join('')
}

/** The file as a large one, and as one that is read whole. */
function bothOf(text: string): { large: MigrationFile; whole: MigrationFile; name: string } {
  const directory = scratch({ '1.sql': text })
  const whole: MigrationFile = {
    version: '1',
    file: '1.sql',
    source: { directory, label: directory, own: false },
    text,
    checksum: `sha256:${sha256(normaliseSql(text))}`,
    repeatable: false,
    replaces: [],
  }
  return {
    large: { ...whole, text: text.slice(0, 1000), large: new LargeFile(directory, '1.sql', '1.sql') },
    whole,
    name: path.join(directory, '1.sql'),
  }
}

test('large file: read in pieces -> the statements, places and faults of the whole text', () => {
  const text = longText(900_000)
  const { large, whole } = bothOf(text)
  const [inPieces, expected] = [parseMigration(large), parseMigration(whole)]
  const opened = inPieces.statements.flatMap(statementsOf)
  const facts = ({ text: own, start, line, column, kind, rows }: (typeof opened)[number]): object => ({
    own,
    start,
    line,
    column,
    verb: kind.verb,
    rows: rows?.text,
  })
  expect(opened.map(facts)).toEqual(expected.statements.map(facts))
  expect(inPieces.faults).toEqual(expected.faults)
  expect(inPieces.statements.length).toBeLessThan(expected.statements.length)
})

test.each([
  ['an unterminated string at the end', `${longText(600_000)}insert into t values ('x`],
  ['a psql command in the middle', `${longText(300_000)}\n\\i other.sql\n${longText(300_000)}`],
  ['a statement that is longer than a piece', `select 1;\ninsert into t values ('${'x'.repeat(1_200_000)}');\nselect '2`],
  ['a NUL character', `${longText(300_000)}select '\0';${longText(300_000)}select '\0';`],
])('large file: %s -> the same faults at the same places', (_, text) => {
  const { large, whole } = bothOf(text)
  const { faults } = parseMigration(large)
  expect(faults).not.toEqual([])
  expect(faults).toEqual(parseMigration(whole).faults)
})

test('large file: the layout of another tool, far from its beginning -> refused with its place', () => {
  const rows = 'insert into t values (1);\n'.repeat(30_000)
  const { large } = bothOf(`${rows}-- migrate:down\n${rows}`)
  try {
    parseMigration(large)
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code: 'FOREIGN_LAYOUT', diagnostics: [{ line: 30_001, column: 1 }] })
  }
})

test('large file: it changes after it was read -> refused', () => {
  const { large, name } = bothOf('insert into t values (1);\n'.repeat(30_000))
  const { statements } = parseMigration(large)
  const block = statements.find((statement) => statement.block !== undefined)?.block
  expect(block?.text()).toContain('insert into t values (1);\ninsert')
  writeFileSync(name, 'insert into t values (2);\n'.repeat(30_000))
  expect(() => block?.text()).toThrow('changed while it was read')
  expect(() => parseMigration(large)).toThrow('changed while it was read')
})

test('digest: a text in pieces -> that of the whole text', () => {
  const piece = array(constantFrom('a', '\r', '\n', ' ', '\ufeff', '\t', 'é'), { maxLength: 5 }).map((all) => all.join(''))
  const pieces = array(piece, { maxLength: 8 })
  assert(
    property(pieces, (all) => {
      const digest = new PieceDigest()
      for (const one of all) digest.add(one)
      expect(digest.end()).toBe(`sha256:${sha256(normaliseSql(all.join('')))}`)
    }),
    { numRuns: 2_000 },
  )
})

test('folder: a file is larger than 8 MiB -> only its beginning is held, with the digest of the whole', () => {
  const directory = scratch({ '1.sql': '-- skills: repeatable\n' })
  const file = path.join(directory, '1.sql')
  appendFileSync(file, 'select 1;\n'.repeat(LARGE_BYTES / 10 + 1))
  const [read] = readMigrations([{ directory, label: directory, own: false }])
  expect(read).toMatchObject({ repeatable: true, large: expect.any(LargeFile) })
  expect(read?.text.length).toBeLessThan(300_000)
  appendFileSync(file, '\uFFFF\n')
  writeFileSync(file, Buffer.from([0xff]), { flag: 'a' })
  expect(() => readMigrations([{ directory, label: directory, own: false }])).toThrow('is not UTF-8')
})
