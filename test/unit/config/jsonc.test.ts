import { describe, expect, test } from 'vitest'
import { JsoncError, parseJsonc } from '../../../src/config/jsonc.ts'

/** What a parser makes of a text, for comparison. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) }
  } catch {
    return 'refused'
  }
}

const jsonc = (text: string): unknown => parseJsonc(text).value

describe('jsonc:', () => {
  test.each<[string, string, unknown]>([
    ['line comments', '// a\n{ // b\n"a": 1 // c\n}// d', { a: 1 }],
    ['block comments', '/* a */{/**/"a"/*\n*/:/***/1/*,*/}', { a: 1 }],
    ['comment signs in a string', '{"a": "// /* */"}', { a: '// /* */' }],
    ['trailing commas', '{"a": [1, 2,], "b": {},}', { a: [1, 2], b: {} }],
    ['escapes', String.raw`"\u0041\n\"\\\/"`, 'A\n"\\/'],
    ['numbers', '[0, -1, 1.5, 2e3, 1E-2]', [0, -1, 1.5, 2000, 0.01]],
    ['words', '[true, false, null]', [true, false, null]],
  ])('%s -> read', (_, text, value) => {
    expect(jsonc(text)).toEqual(value)
  })

  test('__proto__ -> an ordinary key', () => {
    const value = jsonc('{"__proto__": {"polluted": true}}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('keys of the outermost object -> their offsets', () => {
    expect([...parseJsonc('{ "a": {"x": 1},\n"b": 2 }').keys]).toEqual([
      ['a', 2],
      ['b', 17],
    ])
  })

  test.each<[string, string, number]>([
    ['nothing', '', 0],
    ['only a comment', '// a', 4],
    ['an open object', '{"a": 1', 7],
    ['an open list', '[1', 2],
    ['an open string', '{"a": "b\n"}', 6],
    ['an open comment', '{"a": 1 /* }', 8],
    ['a key without quotes', '{a: 1}', 1],
    ['single quotes', "{'a': 1}", 1],
    ['no colon', '{"a" 1}', 5],
    ['no comma', '{"a": 1 "b": 2}', 8],
    ['two commas', '[1,,2]', 3],
    ['only a comma', '{,}', 1],
    ['a second value', '{} {}', 3],
    ['a key twice', '{"a": 1, "a": 2}', 9],
    ['an unknown word', '[nul]', 1],
    ['a name of Object', '[constructor]', 1],
    ['a control character', '["\u0001"]', 1],
    ['too many levels', '['.repeat(100), 21],
  ])('%s -> refused at its place, without its text', (_, text, offset) => {
    let refusal: unknown
    try {
      jsonc(text)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(JsoncError)
    expect((refusal as JsoncError).offset).toBe(offset)
  })

  test('200,000 brackets, blanks, comments or quotes -> read or refused at once', () => {
    for (const part of ['[', '{"a":', ' ', '\n', '/', '//\n', '/**/', '"', '\\', '"\\', '-', '1,', ','])
      expect(() => jsonc(part.repeat(200_000))).toThrow(JsoncError)
    expect(jsonc(`"${'\\n'.repeat(100_000)}"`)).toHaveLength(100_000)
  })

  test('20,000 mutations of documents without comments -> the same result as JSON.parse', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const characters = ['{', '}', '[', ']', '"', ':', '\\', '0', '-', '.', 'e', 'a', ' ', '\n', 'true', 'null', '\u00E9']
    let read = 0
    for (let i = 0; i < 20_000; i++) {
      const whole = JSON.stringify({ a: [1, -2.5e3, 'x\n"', null], b: { c: true, d: '' } })
      const at = random(whole.length)
      const text = `${whole.slice(0, at)}${random(3) === 0 ? '' : (characters[random(characters.length)] ?? '')}${whole.slice(at + random(3))}`
      // a comma before a bracket and a key that appears twice are where the two differ
      if (/,\s*[\]}]/.test(text) || /"([a-d])".*"\1"/s.test(text)) continue
      const expected = outcome(JSON.parse, text)
      expect([text, outcome(jsonc, text)]).toEqual([text, expected])
      if (expected !== 'refused') read += 1
    }
    expect(read).toBeGreaterThan(500)
  })
})
