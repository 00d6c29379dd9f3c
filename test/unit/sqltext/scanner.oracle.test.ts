import { expect, test } from 'vitest'
import { Scanner } from '../../../src/sqltext/lexer/scanner.ts'
import { corpus, oracleTokens, seededRandom } from './oracle.ts'

/** Our tokens, and whether one is unterminated. */
function scan(text: string): { tokens: string[]; isOpen: boolean; hasBackslash: boolean } {
  const scanner = new Scanner(text)
  const tokens: string[] = []
  while (scanner.next() !== 'end') tokens.push(text.slice(scanner.start, scanner.end))
  const hasBackslash = scanner.faults.some(({ kind }) => kind === 'psql-command')
  return { tokens, isOpen: scanner.faults.length > 0, hasBackslash }
}

/** For our scanner the prefix of bit and national strings is a word before a string: the end of the statement is the same. */
function withPrefixesApart(tokens: readonly string[]): string[] {
  return tokens.flatMap((token) => (/^[bx]'/i.test(token) ? [token.slice(0, 1), token.slice(1)] : [token]))
}

test.each(corpus)('Scanner: corpus/$name -> the tokens of PostgreSQL', ({ text }) => {
  expect(scan(text).tokens).toEqual(withPrefixesApart(oracleTokens(text) ?? []))
})

// pieces whose meaning depends on the piece before
const PIECES = [
  ["'", "''", "'a'", "E'", "E'\\''", "e'a\\\\'", "\\'", '\\', "U&'x'", 'u&"a"', '"', '"a""b"', "'a'\n'b'", "E'a'\n'\\''", "N'x'"],
  ['$$', '$a$', '$b$', '$_é$', '$1', '$', 'a$', '_', 'é', '😀', '\u00a0', 'a', 'b1', 'e', 'u&'],
  ['1', '1.', '1.5', '.5', '1e5', '1e+5', '0x1F', '1_000'],
  ['--', '-- c\n', '--\r', '/*', '*/', '/* c */', '/**/', '/*/', '-', '/', '*', '+', '@', '<', '>', '=', '|', '?'],
  [';', '(', ')', '[', ']', ',', '.', '..', ':', '::', ':=', ' ', ' ', '\n', '\r\n', '\t'],
].flat()

// texts for which libpg-query differs from PostgreSQL (see oracleTokens), or for which the tokens differ but their end does not
const NOT_COMPARABLE = /'\s*--[^\n\r]*[\n\r]|[bx]'[^']*'\s*'/i

test('Scanner: random texts -> the tokens of PostgreSQL', () => {
  const random = seededRandom(7)
  const counts = { same: 0, open: 0 }
  for (let round = 0; round < 20_000; round++) {
    let text = ''
    for (let pieces = 1 + random(12); pieces > 0; pieces--) text += PIECES[random(PIECES.length)]
    const { tokens, isOpen, hasBackslash } = scan(text)
    // a backslash outside quotes begins a psql command; the scanner of the server returns a token that the parser refuses
    if (hasBackslash || NOT_COMPARABLE.test(text)) continue
    const expected = oracleTokens(text)
    if (expected !== undefined) {
      expect(isOpen, text).toBe(false)
      expect(tokens, text).toEqual(withPrefixesApart(expected))
      counts.same++
    } else if (isOpen) counts.open++
    // otherwise PostgreSQL refuses it for a reason that does not matter here: "trailing junk after numeric literal", `""`
  }
  expect(counts.same).toBeGreaterThan(5000)
  expect(counts.open).toBeGreaterThan(5000)
})

test('Scanner: PostgreSQL reports an unterminated token -> a fault', () => {
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
