import { array, assert, constantFrom, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { LongStatement } from '../../../src/sqltext/statements/long-statement.ts'
import { splitStatements } from '../../../src/sqltext/statements/split.ts'

/** Each can be cut in a place where it means something else. */
const PARTS = [
  " 'a;b''c'''",
  " E'x\\\\' , E'\\';\\\\\\'' ",
  " e'a'\r\n'b\\';'",
  ' $$;$a$$$ ',
  ' $tag$ ;$ta$tag;$tag$ ',
  '(((1)',
  '))',
  ' /* ; /* \' */ " */ ',
  " -- ; '\r\n",
  ' "i;""d" ',
  ' 😀é, ',
  " U&'d\\0061;' ",
  ' - -1 :: int ',
]

/** Reads the text in parts of the given sizes; returns the offset where the statement ends, and whether a fault was found. */
function readInParts(text: string, sizes: readonly number[]): { end: number | undefined; isFaulty: boolean } {
  const reader = new LongStatement(4)
  let [from, to] = [0, 0]
  for (let i = 0; ; i++) {
    to = Math.min(text.length, to + (sizes[i % sizes.length] ?? 1))
    const { done, isEnd, isFaulty } = reader.read(text.slice(from, to), to === text.length)
    from += done
    if (isFaulty || isEnd) return { end: from, isFaulty }
    if (to === text.length) return { end: undefined, isFaulty }
  }
}

test('long statement: read in parts of any size -> ends where the whole text ends it', () => {
  const rows = array(constantFrom(...PARTS), { maxLength: 12 }).map((parts) => `insert into t values (1${parts.join('')}`)
  assert(
    property(rows, array(integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }), (statement, sizes) => {
      const text = `${statement}); select 2`
      const { statements, faults } = splitStatements(text)
      const found = readInParts(text, sizes)
      if (faults.length > 0) expect(found.isFaulty).toBe(true)
      else expect(found).toEqual({ end: statements[0]?.end, isFaulty: false })
    }),
    { numRuns: 5_000 },
  )
})
