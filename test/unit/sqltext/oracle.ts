import { readdirSync, readFileSync } from 'node:fs'
import { loadModule, parseSync, scanSync, type Node } from 'libpg-query'

/** PostgreSQL's own parser (18), compiled to WebAssembly: the reference. */
await loadModule()

/** A file of test/unit/sqltext/corpus, with each kind of line break. */
export interface CorpusFile {
  name: string
  text: string
}

const CORPUS = new URL('corpus/', import.meta.url)

export const corpus: readonly CorpusFile[] = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.sql'))
  .toSorted()
  // git may have checked the files out with CRLF.
  .map((name) => ({ name, text: readFileSync(new URL(name, CORPUS), 'utf8').replaceAll('\r\n', '\n') }))

/** The offsets (UTF-16) at which statements begin for the parser; throws for a syntax error. */
export function oracleStarts(text: string): number[] {
  const offset = byteOffsets(text)
  return (parseSync(text).stmts ?? []).map(({ stmt_location }) => offset(stmt_location ?? 0))
}

/** The syntax tree of a single statement, or undefined if it is not exactly one. */
export function oracleNode(statement: string): Node | undefined {
  const { stmts = [] } = parseSync(statement)
  return stmts.length === 1 ? stmts[0]?.stmt : undefined
}

/**
 * The tokens of the PostgreSQL scanner, without comments; undefined if it refuses the text. In one point the library differs
 * from PostgreSQL: comments are tokens, so a literal does not continue after a comment.
 */
export function oracleTokens(text: string): string[] | undefined {
  try {
    const offset = byteOffsets(text)
    return scanSync(text)
      .tokens.map(({ start, end }) => text.slice(offset(start), offset(end)))
      .filter((token) => !/^(--|\/\*)/.test(token))
  } catch {
    // it reports an unterminated token as invalid JSON
    return undefined
  }
}

/** Converts offsets in UTF-8 bytes to offsets in UTF-16 units. */
function byteOffsets(text: string): (bytes: number) => number {
  const units: number[] = []
  let unit = 0
  for (const character of text) {
    for (let i = Buffer.byteLength(character); i > 0; i--) units.push(unit)
    unit += character.length
  }
  return (bytes) => units[bytes] ?? unit
}

/** The same numbers on every run: a linear congruential generator over 32 bits. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
