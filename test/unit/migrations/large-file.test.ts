import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../../../src/core/digests.ts'
import { LARGE_BYTES, LargeFile, PIECE, PieceDigest } from '../../../src/migrations/files/large-file.ts'
import {
  fileOffset,
  parseMigration,
  positionIn,
  statementsOf,
  type ParsedStatement,
} from '../../../src/migrations/files/parse-migration.ts'
import { normaliseSql, readMigrations, type MigrationFile } from '../../../src/migrations/files/read-migrations.ts'
import { lintFiles } from '../../../src/migrations/run/lint-files.ts'
import { locateCopyRow } from '../../../src/migrations/run/copy-row.ts'
import { withDigests } from '../../../src/migrations/run/progress.ts'
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
  '-- skills-ignore: UPDATE_ALL_ROWS\nupdate t set a = 3;\n-- skills-ignore: DROP_COLUMN, DROP_TABLE\nalter table t drop column b;\n',
  'copy t (a) from stdin;\n1;\n2\n\\.\n',
  "copy t (a) from stdin /* c */ ; -- d\r\nit's; $$ /*\r\n \\.\r\n\\.x\r\n\\\\.\r\n\\.\r\n",
  'copy t from stdin csv;\n\\.\n',
  'delete from t where a = 1; insert into "u;v" values (1);insert into "u;v"\nvalues (2);\n',
]

/** A text of more than one piece, from a fixed sequence. */
function longText(bytes: number): string {
  const parts: string[] = []
  for (let i = 0, length = 0; length < bytes; i++) {
    const part = PARTS[(i * 7 + Math.floor(i / 10)) % PARTS.length] ?? ''
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
  const facts = ({ text: own, start, line, column, kind, rows, accepts }: (typeof opened)[number]): object => ({
    accepts,
    own,
    start,
    line,
    column,
    verb: kind.verb,
    rows: rows && [...rows.parts].join(''),
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

/** Longer than several pieces, with rows that look like SQL and like an end mark. */
const ROWS = Array.from({ length: 90_000 }, (_, i) => `${i}\tÜ😀 '; $$ \\.${i % 3 === 0 ? '\r\n' : '\n'}`).join('')

test('large file: rows of a COPY that are longer than a piece -> the rows, their digest and places are those of the whole text', () => {
  const text = `select 1;\ncopy t from stdin;\r\n${ROWS}\\.\nselect 2; copy u from stdin;\n${ROWS}\\.`
  const { large, whole } = bothOf(text)
  const [inPieces, expected] = [parseMigration(large), parseMigration(whole)]
  expect(inPieces.faults).toEqual([])
  expect(inPieces.statements.map(({ text: own, line, column }) => [own, line, column])).toEqual(
    expected.statements.map(({ text: own, line, column }) => [own, line, column]),
  )
  expect(withDigests(inPieces).map(([, digest]) => digest)).toEqual(withDigests(expected).map(([, digest]) => digest))
  for (const [i, statement] of expected.statements.entries()) {
    const own = inPieces.statements[i]
    if (statement.rows === undefined || own?.rows === undefined) continue
    expect([...own.rows.parts].join('') === [...statement.rows.parts].join('')).toBe(true)
    expect([...own.rows.parts].length).toBeGreaterThan(5)
    for (const line of [1, 2, 45_000, 90_000, 90_001, 99_999]) {
      const error = { where: `COPY t, line ${line}, column a: "x"` }
      const found = locateCopyRow(statement, error)
      expect(locateCopyRow(own, error)).toEqual(found)
      const offset = fileOffset(statement, found?.offset ?? 0)
      expect(positionIn(inPieces, own, offset)).toEqual(positionIn(expected, statement, offset))
    }
  }
})

test.each([
  ['no end mark', `select 1;\n copy t from stdin;\n${ROWS}\\.x`],
  ['text before the rows', `copy t from stdin; select 1;\n${ROWS}\\.\nselect 2;`],
  ['a NUL character in the rows', `copy t from stdin;\n${ROWS}\0\n${ROWS}\0\n\\.\nselect 2;`],
  ['a psql command after the rows', `copy t from stdin;\n${ROWS}\\.\n\\echo x`],
  ['binary rows', `copy t from stdin (format binary);\n${ROWS}\\.\n`],
])('large file, rows of a COPY: %s -> the same faults at the same places', (_, text) => {
  const { large, whole } = bothOf(text)
  const { faults } = parseMigration(large)
  expect(faults).not.toEqual([])
  expect(faults).toEqual(parseMigration(whole).faults)
})

test('large file, rows of a COPY: they change after they were read -> refused before the last of them is sent', () => {
  const { large, name } = bothOf(`copy t from stdin;\n${ROWS}\\.\n`)
  const [statement] = parseMigration(large).statements
  writeFileSync(name, `copy t from stdin;\n${ROWS.replace('5\t', '6\t')}\\.\n`)
  expect(() => [...(statement?.rows?.parts ?? [])]).toThrow('changed while it was read')
})

const placesOf = ({ start, end, line, column, index, accepts }: ParsedStatement): object => ({ start, end, line, column, index, accepts })

/** One INSERT, longer than several pieces. */
const VALUES = Array.from({ length: 30_000 }, (_, i) => `(${i}, 'Ü😀; ''${i}', $$;$$, E'\\';')${i % 3 === 0 ? '\r\n' : '\n'}`).join(', ')

test.each([
  ['of many rows', `insert into t (a) values ${VALUES}`],
  ['of one long literal', `insert into t values ('${"it''s; 😀\r\n".repeat(90_000)}')`],
  ['of one long literal with escapes', `insert into t values (E'${"it\\'s; \\\\".repeat(90_000)}')`],
  ['of one long literal in dollar quotes', `insert into t values ($x$${"it's; $$ $x\r\n".repeat(90_000)}$x$)`],
  ['with a long comment', `insert into t /* ${'; \n'.repeat(300_000)} */ values (1)`],
])('large file: a long INSERT %s -> stays in the file, with the text and place of the whole', (_, insert) => {
  const text = `select 1;\n-- skills-ignore: A_CODE\n  ${insert} ;\nselect 2;\n${insert}`
  const { large, whole } = bothOf(text)
  const [inPieces, expected] = [parseMigration(large), parseMigration(whole)]
  expect(inPieces.faults).toEqual([])
  expect(inPieces.statements.map(placesOf)).toEqual(expected.statements.map(placesOf))
  for (const [i, statement] of inPieces.statements.entries()) {
    expect(statement.text.length).toBeLessThan(10_000)
    const [opened, ...others] = statementsOf(statement)
    expect(others).toEqual([])
    expect(opened?.text === expected.statements[i]?.text).toBe(true)
  }
})

test.each([
  ['a string without an end', `insert into t values ${VALUES}, ('x\n`],
  ['a psql command', `insert into t values ${VALUES}\n\\echo\n, (1);\nselect '2`],
  ['a NUL character', `insert into t values ${VALUES}, ('\0');\nselect 2;`],
])('large file: a long INSERT with %s -> the same faults at the same places', (_, text) => {
  const { large, whole } = bothOf(text)
  const { faults } = parseMigration(large)
  expect(faults).not.toEqual([])
  expect(faults).toEqual(parseMigration(whole).faults)
})

test('large file: a long INSERT with a variable far from its beginning -> its value', () => {
  const { large } = bothOf(`insert into t values ${VALUES}, (:'name', ':name');\nselect 2;`)
  const { statements, variables } = parseMigration({ ...large, source: { ...large.source, variables: { name: "it's" } } })
  expect(variables).toEqual(['name'])
  expect(statements[0]?.text).toMatch(/^insert into t values \(0, [^]*, \('it''s', ':name'\)$/)
  expect(statements[1]?.text).toBe('select 2')
})

/** The beginning, filled with x so that a piece ends after `end`. */
function upToPiece(begin: string, end: string): string {
  return begin + 'x'.repeat(PIECE - begin.length - end.length) + end
}

test('large file: a piece ends in a line break of a literal, or between an end mark and the rest of its line -> as the whole text', () => {
  const rest = 'select 1;\n'.repeat(30_000)
  for (const text of [
    `${upToPiece("insert into t values ('", '\r')}\n');\nselect 2;${rest}`,
    `copy t from stdin;\n${'x'.repeat(PIECE - 20)}\n${upToPiece('', '\n\\.')}x\n\\.\n${rest}`,
  ]) {
    const { large, whole } = bothOf(text)
    const [inPieces, expected] = [parseMigration(large), parseMigration(whole)]
    expect(inPieces.faults).toEqual(expected.faults)
    expect(inPieces.statements.map(placesOf)).toEqual(expected.statements.map(placesOf))
  }
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

test('large file: changes of all rows between others -> each is a hazard, unless a comment above it accepts that', () => {
  const some = "update t set a = 1 where b = 'where';\n".repeat(200)
  const part = `${some}update t set a = (select 1 where true);\n${some}-- skills-ignore: UPDATE_ALL_ROWS\nupdate t set a = 2;\n`
  const { large, whole } = bothOf(part.repeat(60))
  const [inPieces, expected] = [lintFiles([large]), lintFiles([whole])]
  expect(expected).toMatchObject({ warnings: 60, ignored: 60 })
  expect(inPieces).toEqual(expected)
})

test('large file: it changes after it was read -> refused', () => {
  const { large, name } = bothOf('insert into t values (1);\n'.repeat(30_000))
  const { statements } = parseMigration(large)
  const block = statements.find((statement) => statement.block !== undefined)?.block
  expect(block?.content.text()).toContain('insert into t values (1);\ninsert')
  writeFileSync(name, 'insert into t values (2);\n'.repeat(30_000))
  expect(() => block?.content.text()).toThrow('changed while it was read')
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

test('folder: a file is larger than 8 MiB -> its beginning is held, with all directives, and the digest of the whole', () => {
  const directory = scratch({ '1.sql': '-- skills: repeatable\n' })
  const file = path.join(directory, '1.sql')
  appendFileSync(file, 'select 1;\n'.repeat(LARGE_BYTES / 10 + 1))
  const [read] = readMigrations([{ directory, label: directory, own: false }])
  expect(read).toMatchObject({ repeatable: true, large: expect.any(LargeFile) })
  expect(read?.text.length).toBeLessThan(300_000)
  writeFileSync(
    file,
    `-- a licence\n/*${'x\n'.repeat(400_000)}*/\n-- skills: repeatable, role=a\n${'select 1;\n'.repeat(LARGE_BYTES / 10)}`,
  )
  const [late] = readMigrations([{ directory, label: directory, own: false }])
  expect(late).toMatchObject({ repeatable: true, text: expect.stringContaining('role=a') })
  appendFileSync(file, '\uFFFF\n')
  writeFileSync(file, Buffer.from([0xff]), { flag: 'a' })
  expect(() => readMigrations([{ directory, label: directory, own: false }])).toThrow('is not UTF-8')
})
