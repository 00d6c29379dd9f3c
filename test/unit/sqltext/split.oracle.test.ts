import { describe, expect, test } from 'vitest'
import { splitStatements } from '../../../src/sqltext/statements/split.ts'
import { corpus, oracleNode, oracleStarts, seededRandom } from './oracle.ts'

const LINE_BREAKS = [
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
] as const

describe.each(corpus)('splitStatements: corpus/$name', ({ text }) => {
  test.each(LINE_BREAKS)('with %s -> statements begin where they begin for PostgreSQL', (_, lineBreak) => {
    const source = text.replaceAll('\n', lineBreak)
    const { statements, faults } = splitStatements(source)
    expect(faults).toEqual([])
    expect(statements.map(({ start }) => start)).toEqual(oracleStarts(source))
  })

  test('each statement -> exactly one statement for PostgreSQL', () => {
    for (const { text: statement } of splitStatements(text).statements) {
      expect(oracleNode(statement), statement).toBeDefined()
      expect(oracleStarts(statement), statement).toEqual([0])
      expect(statement).toMatch(/^[^\s;][^]*[^\s;]$/)
    }
  })
})

test('corpus: all files -> several hundred statements', () => {
  const count = corpus.reduce((sum, { text }) => sum + splitStatements(text).statements.length, 0)
  expect(count).toBeGreaterThan(550)
})

test('splitStatements: the corpus in random order with other text between -> the same statements', () => {
  const random = seededRandom(20251220)
  const all = corpus.flatMap(({ text }) => splitStatements(text).statements.map((statement) => statement.text))
  const separators = [
    ';',
    ';\n',
    ' ;\r\n',
    ';;',
    '; -- it\'s; a "comment\n',
    "/* ; /* ' */ $$ */;",
    ';\t;/**/;\n\n',
    '-- ;\n;--\n',
    ';/* é😀; */',
  ]
  for (let round = 0; round < 60; round++) {
    let text = ''
    for (let i = 0; i < 30; i++) text += `${all[random(all.length)]}${separators[random(separators.length)]}`
    expect(splitStatements(text).statements.map(({ start }) => start)).toEqual(oracleStarts(text))
  }
})
