import { describe, expect, test } from 'vitest'
import { parseMigration, type ParsedMigration } from '../../../src/migrations/files/parse-migration.ts'

const SOURCE = { directory: '/db', label: 'db', own: false }

function parse(text: string): ParsedMigration {
  return parseMigration({ version: '1', file: 'db/1.sql', source: SOURCE, text, checksum: 'sha256:0', repeatable: false, replaces: [] })
}

const texts = (text: string): string[] => parse(text).statements.map((statement) => statement.text)

describe('a transaction of its own', () => {
  test.each([
    'BEGIN;select 1;COMMIT;',
    'begin work;\nselect 1;\ncommit work',
    'Begin Transaction; select 1; end;',
    'START TRANSACTION; select 1; END TRANSACTION;',
    '\uFEFF-- head\n/* block */ begin;\r\nselect 1;\r\ncommit;\r\n-- tail\r\n',
    'begin; select 1; commit and no chain;',
    'begin not deferrable; select 1; commit',
  ])('%j: around the whole file -> not sent', (text) => {
    expect(parse(text)).toMatchObject({ faults: [], modes: [] })
    expect(texts(text)).toEqual(['select 1'])
  })

  test('settings before BEGIN and after COMMIT -> sent in order, with new indexes', () => {
    const text = "set a.b = 1; select pg_catalog.set_config('search_path', '', false); begin; select 1; commit; reset a.b; set c.d to 2;"
    expect(parse(text).faults).toEqual([])
    expect(parse(text).statements.map((statement) => `${statement.index} ${statement.text}`)).toEqual([
      '0 set a.b = 1',
      "1 select pg_catalog.set_config('search_path', '', false)",
      '2 select 1',
      '3 reset a.b',
      '4 set c.d to 2',
    ])
  })

  test.each([
    ['begin; select 1; commit; begin; select 2; commit;', [1, 18, 26, 43]],
    ['begin; select 1;', [1]],
    ['select 1; commit;', [11]],
    ['begin; select 1; rollback;', [1, 18]],
    ['begin; select 1; abort;', [1, 18]],
    ['begin; savepoint s; release s; commit;', [1, 8, 21, 32]],
    ['begin; select 1; commit; select 2;', [1, 18]],
    ['select 1; begin; select 1; commit;', [11, 28]],
    ['begin; begin; select 1; commit;', [1, 8, 25]],
    ['begin; select 1; commit and chain;', [1, 18]],
    ["begin; select 1; commit prepared 'x';", [1, 18]],
    ["begin; select 1; prepare transaction 'x';", [1, 18]],
    ['commit; select 1; begin;', [1, 19]],
  ])('%j -> refused at its places, with a hint that is true', (text, columns) => {
    const { faults } = parse(text)
    expect(faults.map(({ column }) => column)).toEqual(columns)
    for (const { hint } of faults) expect(hint).not.toMatch(/no-transaction/)
    expect(faults[0]?.hint).toMatch(/move|remove/)
  })

  test('in a no-transaction file -> refused, with what to do', () => {
    const { faults } = parse('-- skills: no-transaction\nbegin;\nselect 1;\ncommit;')
    expect(faults.map(({ line, message }) => [line, message])).toEqual([
      [2, 'BEGIN in a no-transaction file'],
      [4, 'COMMIT in a no-transaction file'],
    ])
    expect(faults[0]?.hint).toMatch(/move statements that belong together to a file without the directive/)
  })

  test.each([
    ['begin isolation level serializable; select 1; commit', ['ISOLATION LEVEL SERIALIZABLE']],
    [
      'start transaction isolation level repeatable read, read write, deferrable; select 1; end',
      ['ISOLATION LEVEL REPEATABLE READ', 'READ WRITE'],
    ],
    ['begin read write; select 1; commit', ['READ WRITE']],
    ['set transaction isolation level serializable; select 1', ['ISOLATION LEVEL SERIALIZABLE']],
    ['set local transaction isolation level serializable; select 1', ['ISOLATION LEVEL SERIALIZABLE']],
    ["set local transaction_isolation = 'repeatable read'; select 1", ['ISOLATION LEVEL REPEATABLE READ']],
    ['set transaction_isolation to serializable; select 1', ['ISOLATION LEVEL SERIALIZABLE']],
    ['set transaction_read_only = off; select 1', ['READ WRITE']],
    [
      "set lock_timeout = '1s'; begin; set statement_timeout = 0; set transaction isolation level serializable; select 1; commit",
      ['ISOLATION LEVEL SERIALIZABLE'],
    ],
    ['begin; set transaction isolation level read committed; select 1; commit', ['ISOLATION LEVEL READ COMMITTED']],
    ['-- skills: isolation=serializable\nbegin isolation level serializable; select 1; commit', ['ISOLATION LEVEL SERIALIZABLE']],
    ['-- skills: isolation=serializable\nselect 1', ['ISOLATION LEVEL SERIALIZABLE']],
  ])('%j: modes -> those of the transaction', (text, modes) => {
    expect(parse(text)).toMatchObject({ faults: [], modes })
    expect(texts(text).at(-1)).toBe('select 1')
    expect(texts(text).join(';')).not.toMatch(/isolation|read/i)
  })

  test.each([
    ['begin read only; select 1; commit', /READ ONLY: the transaction of a migration writes its ledger row/],
    ['set transaction read only; select 1', /READ ONLY/],
    ['set transaction_read_only = on; select 1', /READ ONLY/],
    ["set transaction snapshot '00000003-0000001B-1'; select 1", /SNAPSHOT/],
    ['begin isolation level chaos; select 1; commit', /CHAOS/],
    [
      '-- skills: isolation=serializable\nbegin isolation level repeatable read; select 1; commit',
      /contradicts the directive isolation=serializable/,
    ],
  ])('%j -> refused', (text, message) => {
    expect(parse(text).faults).toMatchObject([{ message: expect.stringMatching(message), hint: expect.stringMatching(/./) }])
  })

  test('SET TRANSACTION after another statement -> sent as it is', () => {
    expect(texts('select 1; set transaction isolation level serializable')).toHaveLength(2)
  })
})

describe('psql commands', () => {
  test('\\restrict and \\unrestrict of pg_dump -> accepted', () => {
    expect(parse('\\restrict aB3x\n\nselect 1;\n\n\\unrestrict aB3x\n')).toMatchObject({ faults: [], statements: [{ text: 'select 1' }] })
  })

  test.each([
    ['\\connect other', /the database that skills is connected to/],
    ['\\c other', /the database that skills is connected to/],
    ['\\i other.sql', /copy the text of that file/],
    ['\\ir other.sql', /copy the text of that file/],
    ['\\echo done', /RAISE NOTICE/],
    ['\\if :x', /DO block/],
    ['\\set ON_ERROR_STOP on', /stops at the first error/],
    ['\\copy t from x.csv', /COPY \.\.\. FROM STDIN/],
    ['\\timing', /duration of each file/],
    ['\\q', /remove it/],
    ['\\! rm x', /deploy script/],
    ['\\d t', /write the same in SQL/],
  ])('%s -> refused at its place, with what to write', (command, hint) => {
    expect(parse(`select 1;\n  ${command}\nselect 2;`).faults).toMatchObject([{ line: 2, column: 3, hint: expect.stringMatching(hint) }])
  })
})

describe('settings that change how the file is read', () => {
  test.each([
    ['set standard_conforming_strings = off', 5],
    ['SET SESSION Standard_Conforming_Strings TO OFF', 13],
    ["set local standard_conforming_strings to 'false'", 11],
    ['set standard_conforming_strings = 0', 5],
    ['set standard_conforming_strings = no', 5],
    ["select set_config('standard_conforming_strings', 'off', false)", 19],
    ["select 1, pg_catalog.set_config('a.b', '1', true), pg_catalog.set_config('standard_conforming_strings', 'OFF', true)", 74],
    ['do $$ begin perform 1; set standard_conforming_strings = off; end $$', 28],
    ["do $x$ begin perform set_config('standard_conforming_strings', 'off', false); end $x$", 33],
    ['do $$ begin if true then set local standard_conforming_strings = off; end if; end $$', 36],
  ])('%s -> refused at its place', (sql, column) => {
    expect(parse(`select 1;\n${sql};\nselect 2;`).faults).toMatchObject([
      { line: 2, column, message: expect.stringMatching(/standard_conforming_strings/), hint: expect.stringMatching(/E'/) },
    ])
  })

  test.each([
    'set standard_conforming_strings = on',
    'set standard_conforming_strings to default',
    'reset standard_conforming_strings',
    'alter role x set standard_conforming_strings = off',
    'alter database x set standard_conforming_strings = off',
    'create function f() returns int language sql set standard_conforming_strings = off as $$ select 1 $$',
    'set escape_string_warning = off',
    "set backslash_quote = 'off'",
    "set client_encoding = 'UTF8'",
    'set client_encoding to utf8',
    "set names 'utf-8'",
    "select 'set standard_conforming_strings = off'",
    'do $$ begin update t set standard_conforming_strings = false; end $$',
  ])('%s -> accepted', (sql) => {
    expect(parse(sql).faults).toEqual([])
  })

  test.each([
    "set client_encoding = 'LATIN1'",
    'set client_encoding to win1252',
    "set names 'latin1'",
    "select set_config('client_encoding', 'sql_ascii', false)",
  ])('%s -> refused: the file is UTF-8', (sql) => {
    expect(parse(sql).faults).toMatchObject([{ message: expect.stringMatching(/UTF-8/) }])
  })
})

describe('COPY FROM STDIN', () => {
  test('rows -> of the statement, with their place; the statements after them are found', () => {
    const { statements, faults } = parse('select 1;\r\ncopy t from stdin;\r\n1\r\n2\r\n\\.\r\nselect 2;')
    expect(faults).toEqual([])
    expect(statements.map(({ text, rows, line }) => [line, text, rows && [...rows.parts].join('')])).toEqual([
      [1, 'select 1', undefined],
      [2, 'copy t from stdin', '1\r\n2\r\n'],
      [6, 'select 2', undefined],
    ])
  })

  test.each([
    ['copy t from stdin;\n\\.', ''],
    ['copy t from stdin; -- note\n1\n\\.\n', '1\n'],
    ['copy t from stdin /* a\nb */ ; /* c\nd */\n1\n\\.\n', '1\n'],
    ['copy t from stdin with (format csv);\n"\\."\n a\\.\n\\.\n', '"\\."\n a\\.\n'],
    ['copy t from stdin csv header;\na;b\n\\\\.\n\\. \n\\.\n', 'a;b\n\\\\.\n\\. \n'],
  ])('%j -> the rows are %j', (text, rows) => {
    expect(parse(text)).toMatchObject({ faults: [], statements: [{ rows: { parts: [rows] } }] })
  })

  test.each([
    ["copy t from stdin;\n1\tit's\n\\connect x\nselect 2;", 1, 1, /no end of its rows/],
    ['select 1;\ncopy t from stdin', 2, 1, /no end of its rows/],
    ['copy t from stdin;\n\\. x\n', 1, 1, /no end of its rows/],
    ['copy t from stdin; select 1;\n1\n\\.\n', 1, 20, /text between COPY/],
    ['copy t from stdin binary;\n\\.\n', 1, 1, /binary/],
    ['copy binary t from stdin;\n\\.\n', 1, 1, /binary/],
    ['copy t (a) from stdin with (freeze, format binary);\n\\.\n', 1, 1, /binary/],
    ["copy t (a) from stdin (format 'BINARY');\n\\.\n", 1, 1, /binary/],
    ['copy t to stdout;', 1, 1, /TO STDOUT/],
  ])('%j -> one fault at %i:%i', (text, line, column, message) => {
    expect(parse(text).faults).toMatchObject([{ line, column, message: expect.stringMatching(message), hint: expect.stringMatching(/./) }])
  })
})

describe('a file without statements', () => {
  test.each([
    '',
    ' \r\n\t',
    '\uFEFF',
    '-- only a comment\n',
    '/* a /* b */ */',
    ';;\n;',
    '-- skills: no-transaction\n',
    '\\restrict x\n',
    'begin; commit;',
  ])('%j -> refused', (text) => {
    expect(parse(text).faults).toMatchObject([
      { line: 1, column: 1, message: 'the file contains no statement', hint: expect.stringMatching(/delete the file/) },
    ])
  })
})
