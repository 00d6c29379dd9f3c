import { describe, expect, test } from 'vitest'
import { parseChecks } from '../../../src/verify/parse-checks.ts'

const HEAD = '-- check: a.b\n-- title: t\n-- remedy: r\n'

describe('a check file', () => {
  test('holds several checks; the last statement of each is its query', () => {
    const checks = parseChecks(
      `-- words in front\n\n${HEAD}-- requires: extension pgcrypto, server-version 14,server\n-- writes: sequences\n-- gate: yes\nINSERT INTO t VALUES (';');\n  SELECT 1;\n\n-- check: c\n-- title: t\n-- remedy: r\n-- severity: info\n-- input: app-role\nSELECT $1`,
      'x.sql',
    )
    expect(checks).toMatchObject([
      {
        id: 'a.b',
        severity: 'error',
        gate: true,
        writes: 'sequences',
        line: 3,
        requires: [
          { kind: 'extension', value: 'pgcrypto' },
          { kind: 'server-version', value: '14' },
          { kind: 'server', value: '' },
        ],
        setup: [{ text: "INSERT INTO t VALUES (';')", line: 9, column: 1 }],
        query: { text: 'SELECT 1', line: 10, column: 3 },
      },
      { id: 'c', severity: 'info', gate: false, writes: 'no', input: 'app-role', line: 12, query: { line: 17 } },
    ])
  })

  test('header: a group and continuation lines -> about and example of the checks below', () => {
    const group = '-- group: a\n-- about: What the checks\n--   have in common.\n\n'
    const [first, second, third] = parseChecks(
      `${group}${HEAD}-- example: table t | a table |\n--   missing\nSELECT 1;\n${HEAD.replace('a.b', 'a.c')}-- about: Of its own.\n-- SELECT 2\nSELECT 1;\n${HEAD.replace('a.b', 'b')}SELECT 1`,
      'x.sql',
    )
    expect(first).toMatchObject({
      about: 'What the checks have in common.',
      example: { object: 'table t', expected: 'a table', actual: 'missing' },
    })
    expect(second).toMatchObject({ about: 'Of its own.', example: undefined })
    expect(third).toMatchObject({ about: '' })
  })

  test.each([
    [`${HEAD}-- example: a | b\nSELECT 1`, 'x.sql:4: invalid example "a | b" (expected OBJECT | EXPECTED | ACTUAL)'],
    ['', 'x.sql:1: the file contains no check'],
    ['SELECT 1', 'x.sql:1: a statement before the first check'],
    ['-- check: A B\n-- title: t\n-- remedy: r\nSELECT 1', 'x.sql:1: invalid ID "A B" (expected lowercase'],
    ['-- check: a\n-- remedy: r\nSELECT 1', 'x.sql:1: the header has no "title"'],
    ['-- check: a\n-- title:\n-- remedy: r\nSELECT 1', 'x.sql:2: the header has no "title"'],
    [`${HEAD}-- severity: fatal\nSELECT 1`, 'x.sql:4: invalid severity "fatal" (expected error, warning, info)'],
    [`${HEAD}-- writes: maybe\nSELECT 1`, 'x.sql:4: invalid writes "maybe" (expected no,'],
    [`${HEAD}-- input: nothing\nSELECT 1`, 'x.sql:4: invalid input "nothing" (expected ledger, skills'],
    [`${HEAD}-- requires: postgis\nSELECT 1`, 'x.sql:4: invalid requires "postgis" (expected pack NAME'],
    [`${HEAD}-- requires: server-version new\nSELECT 1`, 'x.sql:4: invalid requires "server-version new"'],
    [`${HEAD}-- severty: info\nSELECT 1`, 'x.sql:4: unknown header "severty"; did you mean "severity"?'],
    [HEAD, 'x.sql:1: the check has no query'],
    [`${HEAD}SELECT 'x`, 'x.sql:4: unterminated string'],
    [`${HEAD}SELECT 1;\nCOMMIT;\nSELECT 2`, 'x.sql:5: COMMIT in a check'],
    [`${HEAD}ROLLBACK`, 'x.sql:4: ROLLBACK in a check'],
    [`${HEAD}SAVEPOINT a; SELECT 1`, 'x.sql:4: SAVEPOINT in a check'],
    [`${HEAD}VACUUM`, 'x.sql:4: VACUUM cannot run in a transaction'],
    [`${HEAD}COPY (SELECT 1 FROM t) TO STDOUT`, 'x.sql:4: COPY TO STDOUT'],
    [`${HEAD}COPY t FROM STDIN;\n\\.\nSELECT 1`, 'x.sql:4: COPY FROM STDIN'],
  ])('%j is refused', (text, message) => {
    expect(() => parseChecks(text, 'x.sql')).toThrow(message)
  })
})
