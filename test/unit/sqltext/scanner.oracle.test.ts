import { expect, test } from 'vitest'
import { Scanner } from '../../../src/sqltext/lexer/scanner.ts'
import { corpus, oracleTokens, seededRandom } from './oracle.ts'

/** Our tokens, and whether something was left open. */
function scan(text: string): { tokens: string[]; isOpen: boolean; hasBackslash: boolean } {
  const scanner = new Scanner(text)
  const tokens: string[] = []
  while (scanner.next() !== 'end') tokens.push(text.slice(scanner.start, scanner.end))
  const hasBackslash = scanner.faults.some(({ kind }) => kind === 'psql-command')
  return { tokens, isOpen: scanner.faults.length > 0, hasBackslash }
}

/** We see the prefix of bit and national strings as a word before a string: the place where a statement ends is the same. */
function withPrefixesApart(tokens: readonly string[]): string[] {
  return tokens.flatMap((token) => (/^[bx]'/i.test(token) ? [token.slice(0, 1), token.slice(1)] : [token]))
}

test.each(corpus)('the tokens of corpus/$name', ({ text }) => {
  expect(scan(text).tokens).toEqual(withPrefixesApart(oracleTokens(text) ?? []))
})

// Pieces that change each other's meaning when they meet.
const PIECES = [
  ["'", "''", "'a'", "E'", "E'\\''", "e'a\\\\'", "\\'", '\\', "U&'x'", 'u&"a"', '"', '"a""b"', "'a'\n'b'", "E'a'\n'\\''", "N'x'"],
  ['$$', '$a$', '$b$', '$_é$', '$1', '$', 'a$', '_', 'é', '😀', '\u00a0', 'a', 'b1', 'e', 'u&'],
  ['1', '1.', '1.5', '.5', '1e5', '1e+5', '0x1F', '1_000'],
  ['--', '-- c\n', '--\r', '/*', '*/', '/* c */', '/**/', '/*/', '-', '/', '*', '+', '@', '<', '>', '=', '|', '?'],
  [';', '(', ')', '[', ']', ',', '.', '..', ':', '::', ':=', ' ', ' ', '\n', '\r\n', '\t'],
].flat()

// Where libpg-query differs from PostgreSQL (see oracleTokens), and where the tokens differ but their end does not.
const NOT_COMPARABLE = /'\s*--[^\n\r]*[\n\r]|[bx]'[^']*'\s*'/i

test('the tokens of random texts', () => {
  const random = seededRandom(7)
  const counts = { same: 0, open: 0 }
  for (let round = 0; round < 20_000; round++) {
    let text = ''
    for (let pieces = 1 + random(12); pieces > 0; pieces--) text += PIECES[random(PIECES.length)]
    const { tokens, isOpen, hasBackslash } = scan(text)
    // A backslash outside of quotes is psql's; the scanner of the server passes it on as a token for the parser to refuse.
    if (hasBackslash || NOT_COMPARABLE.test(text)) continue
    const expected = oracleTokens(text)
    if (expected !== undefined) {
      expect(isOpen, text).toBe(false)
      expect(tokens, text).toEqual(withPrefixesApart(expected))
      counts.same++
    } else if (isOpen) counts.open++
    // Else it is refused for a reason that no splitter needs to see: "trailing junk after numeric literal", `""`.
  }
  expect(counts.same).toBeGreaterThan(5000)
  expect(counts.open).toBeGreaterThan(5000)
})

test('whatever PostgreSQL calls unterminated is a fault', () => {
  for (const text of [
    "'",
    "'a''",
    "E'\\'",
    "E'a'\n'",
    "U&'",
    '"',
    '"a""',
    'U&"',
    '$$',
    '$a$ $b$',
    '$a$$',
    '/*',
    '/* /* */',
    "SELECT 1; 'x",
  ]) {
    expect(oracleTokens(text), text).toBeUndefined()
    expect(scan(text).isOpen, text).toBe(true)
  }
})
