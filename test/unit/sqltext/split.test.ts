import { describe, expect, test } from 'vitest'
import { splitStatements } from '../../../src/sqltext/statements/split.ts'

function texts(sql: string): string[] {
  return splitStatements(sql).statements.map(({ text }) => text)
}

function faults(sql: string): [kind: string, offset: number, found: string][] {
  return splitStatements(sql).faults.map(({ kind, offset, found }) => [kind, offset, found])
}

describe('splitStatements: statements', () => {
  test('a statement -> from its first to its last token', () => {
    const sql = '-- first\n SELECT 1 /* c */ ;\n\n-- 😀\nSELECT 2 -- two\n'
    expect(splitStatements(sql)).toEqual({
      statements: [
        { text: 'SELECT 1', start: 10, end: 18, index: 0 },
        { text: 'SELECT 2', start: 36, end: 44, index: 1 },
      ],
      faults: [],
    })
  })

  test.each([
    ['nothing', '', []],
    ['white space', ' \t\r\n\f\v', []],
    ['comments only', '-- a\n/* b */ ; -- c', []],
    ['semicolons only', ';;;', []],
    ['no last semicolon', 'SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['a byte order mark', '\ufeffSELECT 1;', ['SELECT 1']],
    ['a byte order mark and a comment', '\ufeff-- c\nSELECT 1;', ['SELECT 1']],
    ['no white space', "SELECT'a';SELECT(1);", ["SELECT'a'", 'SELECT(1)']],
    ['a dollar inside of a word', 'SELECT$$; SELECT a$x$; SELECT 2', ['SELECT$$', 'SELECT a$x$', 'SELECT 2']],
    ['a stray closing parenthesis', 'SELECT 1); SELECT 2', ['SELECT 1)', 'SELECT 2']],
    ['an open parenthesis, which the server has to refuse', 'SELECT (1; SELECT 2', ['SELECT (1; SELECT 2']],
    ['a semicolon in brackets', 'SELECT a[1; SELECT 2', ['SELECT a[1', 'SELECT 2']],
    ['a psql variable', "SELECT :'a;b', :x;", ["SELECT :'a;b', :x"]],
    ['a dollar that is no quote', 'SELECT $; SELECT $ $; SELECT $a b$; SELECT 2', ['SELECT $', 'SELECT $ $', 'SELECT $a b$', 'SELECT 2']],
    ['syntax newer than any parser', 'FROB WIDGET a BEGIN ATOMIC b; END;', ['FROB WIDGET a BEGIN ATOMIC b', 'END']],
    // PostgreSQL and psql support this; the library of the other tests does not
    [
      'an escape string that continues after a comment',
      "SELECT E'a' -- c\n -- d\n '\\';'; SELECT 2",
      ["SELECT E'a' -- c\n -- d\n '\\';'", 'SELECT 2'],
    ],
    [
      'a literal that does not go on after a block comment',
      "SELECT E'a' /* c */\n '\\'; SELECT '2'",
      ["SELECT E'a' /* c */\n '\\'", "SELECT '2'"],
    ],
    [
      'a body that is never closed',
      'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2',
      ['CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2'],
    ],
    ['BEGIN without ATOMIC', 'CREATE FUNCTION f() BEGIN SELECT 1; END', ['CREATE FUNCTION f() BEGIN SELECT 1', 'END']],
    [
      'BEGIN ATOMIC in parentheses',
      'CREATE FUNCTION f(begin atomic) RETURN 1; SELECT 2',
      ['CREATE FUNCTION f(begin atomic) RETURN 1', 'SELECT 2'],
    ],
    [
      'mixed case',
      'Create Function f() Begin Atomic Select 1; End; SELECT 2',
      ['Create Function f() Begin Atomic Select 1; End', 'SELECT 2'],
    ],
    ['a word of the prototype', 'CREATE __proto__ FUNCTION; SELECT 2', ['CREATE __proto__ FUNCTION', 'SELECT 2']],
  ])('%s', (_, sql, expected) => {
    expect(texts(sql)).toEqual(expected)
    expect(faults(sql)).toEqual([])
  })
})

describe('splitStatements: faults', () => {
  test.each<[sql: string, ...expected: [kind: string, offset: number, found: string][]]>([
    ["SELECT 'abc; SELECT 1;", ['unterminated-string', 7, "'"]],
    ["SELECT 1; SELECT E'abc\\'; SELECT 1;", ['unterminated-string', 17, "E'"]],
    ["SELECT U&'abc", ['unterminated-string', 7, "U&'"]],
    ["SELECT 'a'\n'b", ['unterminated-string', 11, "'"]],
    ['SELECT "abc; SELECT 1;', ['unterminated-identifier', 7, '"']],
    ['SELECT U&"abc', ['unterminated-identifier', 7, 'U&"']],
    ['DO $$ BEGIN $a$ END;', ['unterminated-dollar-quote', 3, '$$']],
    ['DO $body$ BEGIN END; $Body$;', ['unterminated-dollar-quote', 3, '$body$']],
    ['SELECT 1; /* never /* closed */', ['unterminated-comment', 10, '/*']],
    ['\\connect db\nSELECT 1;', ['psql-command', 0, '\\connect']],
    ["SELECT 1;\n  \\i it's a file.sql\nSELECT 2;", ['psql-command', 12, '\\i']],
    ['SELECT 1 \\gset\n', ['psql-command', 9, '\\gset']],
    ['SELECT 1\\; SELECT 2;', ['psql-command', 8, '\\;']],
    ['\\! rm\n\\\\', ['psql-command', 0, '\\!'], ['psql-command', 6, '\\\\']],
    ['\\restrict abc\r\nSELECT 1;\r\n\\unrestrict abc\r\n', ['psql-command', 0, '\\restrict'], ['psql-command', 26, '\\unrestrict']],
    ['\\', ['psql-command', 0, '\\']],
    ["SELECT '\0\0';", ['nul-character', 8, '\\0']],
    ["\\x\nSELECT '\0", ['psql-command', 0, '\\x'], ['unterminated-string', 10, "'"], ['nul-character', 11, '\\0']],
  ])('%j', (sql, ...expected) => {
    expect(faults(sql)).toEqual(expected)
  })

  test('a backslash in quotes or comments -> no fault', () => {
    expect(faults('SELECT \'\n\\i x\n\', $$\n\\i x\n$$, "\n\\i" -- \\i\n/*\n\\i x\n*/;')).toEqual([])
  })

  test('each kind -> its message', () => {
    const messages = ["'", '"', '$x$', '/*', '\\i a', '\0'].map((sql) => splitStatements(sql).faults[0]?.message)
    expect(messages).toEqual([
      'unterminated string',
      'unterminated quoted identifier',
      'unterminated dollar quote: no second $x$',
      'unterminated comment: no matching */',
      '\\i is a psql command, not SQL',
      'NUL character: PostgreSQL would end the text here (is the file UTF-16?)',
    ])
  })

  test('a psql command -> the statements around it are found', () => {
    expect(texts("SELECT 1;\n\\echo it's\nSELECT 2;")).toEqual(['SELECT 1', 'SELECT 2'])
  })
})

describe('splitStatements: the rows of COPY ... FROM STDIN', () => {
  test('rows with an end mark -> skipped, no faults', () => {
    const sql = "COPY t (a, b) FROM stdin;\n1\tit's; (\n2\t\\N\n\\.\n\nSELECT 1;\nCOPY u FROM stdin;\r\n\\.\r\nSELECT 2;"
    expect(texts(sql)).toEqual(['COPY t (a, b) FROM stdin', 'SELECT 1', 'COPY u FROM stdin', 'SELECT 2'])
    expect(faults(sql)).toEqual([])
  })

  test('no end mark -> the rows are SQL', () => {
    expect(texts('COPY t FROM stdin; SELECT 1; COPY t FROM stdin; SELECT 2')).toHaveLength(4)
  })
})

/** 5,000 statements in one text. */
function big(statement: (i: number) => string): string {
  return Array.from({ length: 5000 }, (_, i) => statement(i)).join('')
}

const pad = ' '.repeat(100)

describe('split: the time is linear', () => {
  // each takes 10 to 80 ms; with a quadratic cost it takes minutes, longer than a test is allowed
  test.each([
    ['plain statements', big((i) => `INSERT INTO t_${i} VALUES (${i}, 'it''s', E'\\'', $$x;$$, "a"); -- done${pad}\n`)],
    [
      'functions',
      big((i) => `CREATE FUNCTION f${i}() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;${pad}`),
    ],
    ['dollar quotes with tags of their own', big((i) => `DO $t${i}$ BEGIN PERFORM 1; END $t${i}$;${pad}`)],
    ['dollars that are no quotes', big((i) => `SELECT $${i}, a$${i}$, $;${pad}`)],
    ['comments that almost nest', big((i) => `/* ${i} / * ** // */ SELECT 1;${pad}`)],
    ['COPY without rows', big((i) => `COPY t${i} FROM STDIN;${pad}`)],
    ['literals that might go on', big(() => `SELECT 'a'${pad}\n${pad}-- c\n;`)],
    ['one operator (less of it: none is so long)', `SELECT 1 ${'+'.repeat(20_000)} 1`],
    ['another operator', `SELECT 1 ${'<'.repeat(1_000_000)} 1`],
    ['one opening quote after another', `SELECT ${"'".repeat(1_000_001)}`],
    ['one opening comment after another', '/*'.repeat(500_000)],
    ['tags', '$a'.repeat(500_000)],
    ['psql commands', big((i) => `\\echo ${i}${pad}\n;`)],
  ])('1 MB of %s', (_, sql) => {
    expect(splitStatements(sql)).toBeDefined()
  })
})
