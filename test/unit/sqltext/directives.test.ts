import { describe, expect, test } from 'vitest'
import { readDirectives, type Directives } from '../../../src/migrations/files/directives.ts'

/** The directives that a text has, without those that are absent. */
function given(text: string): Partial<Omit<Directives, 'places' | 'faults'>> {
  const { places: _, faults, ...rest } = readDirectives(text)
  expect(faults).toEqual([])
  return Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== false && !(Array.isArray(value) && value.length === 0)),
  ) as Partial<Directives>
}

/** `line:column message → hint` for each fault. */
function faultsOf(text: string): string[] {
  const lines = text.split('\n')
  return readDirectives(text).faults.map(({ offset, message, hint }) => {
    const before = text.slice(0, offset).split('\n')
    expect(before.length).toBeLessThanOrEqual(lines.length)
    return `${before.length}:${(before.at(-1) ?? '').length + 1} ${message} → ${hint}`
  })
}

const NO_TRANSACTION = { noTransaction: true }

describe('where a directive can be', () => {
  test.each([
    ['', {}],
    ['SELECT 1;', {}],
    ['-- skills: no-transaction', NO_TRANSACTION],
    ['-- skills: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);', NO_TRANSACTION],
    ['\ufeff-- skills: no-transaction\r\nSELECT 1;', NO_TRANSACTION],
    ['\n\n  --skills:no-transaction\n', NO_TRANSACTION],
    ['-- Skills: No-Transaction\n', NO_TRANSACTION],
    ['-- a title\r-- skills: no-transaction\rSELECT 1;', NO_TRANSACTION],
    ['/* licence\n/* nested */ */\n-- skills: no-transaction\n', NO_TRANSACTION],
    ['/* licence */ -- skills: no-transaction\n', NO_TRANSACTION],
    // not a line of its own, or not before the first statement
    ['SELECT 1;\n-- skills: no-transaction\n', {}],
    [';\n-- skills: no-transaction\n', {}],
    ['SELECT 1; -- skills: no-transaction', {}],
    ['/*\n-- skills: no-transaction\n*/ SELECT 1;', {}],
    ['/* never closed\n-- skills: no-transaction\n', {}],
    ['-- see -- skills: no-transaction\n', {}],
    ['--- skills: no-transaction\n', {}],
    ['-- the skills: no-transaction\n', {}],
    ['-- skills no-transaction\n', {}],
    ['-- skills:\n-- skills: ,\n', {}],
  ])('readDirectives: %j', (text, expected) => {
    expect(given(text)).toEqual(expected)
  })
})

describe('what a directive can be', () => {
  test.each([
    ['-- skills: repeatable', { repeatable: true }],
    ['-- skills: lock-timeout=30s, statement-timeout=5m', { lockTimeoutMs: 30_000, statementTimeoutMs: 300_000 }],
    ['-- skills: lock-timeout=250ms statement-timeout = 0', { lockTimeoutMs: 250, statementTimeoutMs: 0 }],
    ['-- skills: lock-timeout=0.4ms', { lockTimeoutMs: 1 }],
    ['-- skills: isolation=serializable', { isolation: 'SERIALIZABLE' }],
    ['-- skills: isolation=repeatable-read', { isolation: 'REPEATABLE READ' }],
    ['-- skills: isolation=REPEATABLE_READ', { isolation: 'REPEATABLE READ' }],
    ['-- skills: isolation=read committed, role=a', { isolation: 'READ COMMITTED', role: 'a' }],
    ['-- skills: isolation="repeatable read"', { isolation: 'REPEATABLE READ' }],
    ['-- skills: role=App_Owner', { role: 'app_owner' }],
    ['-- skills: role="App, ""Owner"""\r\n', { role: 'App, "Owner"' }],
    ['-- skills: replaces a, b', { replaces: ['a', 'b'] }],
    ['-- skills: replaces a,b.sql  "c, d"\n-- skills: replaces e', { replaces: ['a', 'b', 'c, d', 'e'] }],
  ])('readDirectives: %j', (text, expected) => {
    expect(given(text)).toEqual(expected)
  })

  test('check: two lines, one after another word -> the queries with their places', () => {
    const text = "-- skills: no-transaction, check SELECT count(*) = 0, 'a -- b' FROM t;\n-- skills: check  values (true) -- why\n"
    const { checks, noTransaction } = readDirectives(text)
    expect(noTransaction).toBe(true)
    expect(checks).toEqual([
      { text: "SELECT count(*) = 0, 'a -- b' FROM t", line: 1, column: 34, start: 33 },
      { text: 'values (true)', line: 2, column: 19, start: text.indexOf('values') },
    ])
    for (const check of checks) expect(text.startsWith(check.text, check.start)).toBe(true)
  })

  test('places: a word on the second line -> its line and column', () => {
    expect(readDirectives('-- 😀\n--  skills: repeatable, role=x\n').places).toEqual(
      new Map([
        ['repeatable', { line: 2, column: 13 }],
        ['role', { line: 2, column: 25 }],
      ]),
    )
  })
})

describe('faults', () => {
  test.each([
    ['-- skills: no-transactions', '1:12 unknown directive "no-transactions" → did you mean no-transaction?'],
    ['-- a\n-- skills: repeatble', '2:12 unknown directive "repeatble" → did you mean repeatable?'],
    ['-- skills: locktimeout=1s', '1:12 unknown directive "locktimeout" → did you mean lock-timeout?'],
    ['-- skills: lock-timeout', '1:12 lock-timeout needs a value → write it so: -- skills: lock-timeout=30s'],
    ['-- skills: lock-timeout=', '1:12 lock-timeout needs a value → write it so: -- skills: lock-timeout=30s'],
    [
      '-- skills: statement-timeout=soon',
      '1:30 "soon" is not a duration of at most 24 days → write it so: -- skills: statement-timeout=5m',
    ],
    ['-- skills: statement-timeout=9w', '1:30 "9w" is not a duration of at most 24 days → write it so: -- skills: statement-timeout=5m'],
    ['-- skills: lock-timeout=30', '1:25 "30" is not a duration of at most 24 days → write it so: -- skills: lock-timeout=30s'],
    ['-- skills: lock-timeout=-1', '1:25 "-1" is not a duration of at most 24 days → write it so: -- skills: lock-timeout=30s'],
    [
      '-- skills: isolation=serialisable',
      '1:22 "serialisable" is not an isolation level (did you mean serializable?) → write it so: -- skills: isolation=repeatable-read',
    ],
    ['-- skills: role=a-b', '1:17 a-b is not the name of a role (other names in double quotes) → write it so: -- skills: role=app_owner'],
    ['-- skills: role="', '1:17 " is not the name of a role (other names in double quotes) → write it so: -- skills: role=app_owner'],
    ['-- skills: role=none', '1:17 none is not the name of a role → write it so: -- skills: role=app_owner'],
    [`-- skills: role=${'é'.repeat(32)}x`, undefined],
    [`-- skills: role="${'é'.repeat(32)}"`, '1:17 the name of the role is longer than 63 bytes → write it so: -- skills: role=app_owner'],
    ['-- skills: no-transaction=yes', '1:12 no-transaction takes no value → write it so: -- skills: no-transaction'],
    ['-- skills: repeatable, repeatable', '1:24 repeatable is given twice → remove one of the two'],
    ['-- skills: role=a\n-- skills: role=a', '2:12 role is given twice → remove one of the two'],
    ['-- skills: replaces', '1:12 replaces needs a value → write it so: -- skills: replaces 001_users, 002_orders'],
    ['-- skills: replaces ,', '1:21 replaces names no version → write it so: -- skills: replaces 001_users, 002_orders'],
    [
      '-- skills: replaces a\n-- skills: replaces b, a',
      '2:21 replaces names a twice → write it so: -- skills: replaces 001_users, 002_orders',
    ],
    [
      '-- skills: repeatable\n-- skills: replaces a',
      '2:12 replaces contradicts repeatable: a file that replaces others is applied once → remove one of the two',
    ],
    [
      '-- skills: isolation=serializable, no-transaction',
      '1:12 isolation contradicts no-transaction: there is no transaction that could have the isolation level → remove one of the two',
    ],
  ])('readDirectives: %j -> %j', (text, expected) => {
    expect(faultsOf(text)).toEqual(expected === undefined ? [] : [expected])
  })

  test.each([
    ['-- skills: check', 'check needs a value'],
    ['-- skills: check DELETE FROM t', 'a check is a query: SELECT, WITH or VALUES'],
    ['-- skills: check count(*) = 0 FROM t', 'a check is a query: SELECT, WITH or VALUES'],
    ['-- skills: check SELECT true; SELECT true', 'a check is one query'],
    ['-- skills: check ;', 'a check is one query'],
    ["-- skills: check SELECT 'a", 'unterminated string'],
    ['-- skills: check SELECT 1 \\g', '\\g is a psql command, not SQL'],
  ])('readDirectives: %j -> %s', (text, message) => {
    expect(readDirectives(text)).toMatchObject({ checks: [], faults: [{ message }] })
  })

  test('three unknown words in a line -> three faults, in code points and with a byte order mark', () => {
    const text = '\ufeff-- a\n-- skills: no-transaction,lazy  😀 ,x\n'
    const { faults } = readDirectives(text)
    expect(faults.map(({ offset }) => text.slice(offset).split(/[\s,]/)[0])).toEqual(['lazy', '😀', 'x'])
  })
})
