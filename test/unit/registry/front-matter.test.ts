import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { ReadDocument } from '../../../src/registry/front-matter/front-matter.ts'
import { readFrontMatter } from '../../../src/registry/front-matter/front-matter.ts'
import { HEAD_BYTES } from '../../../src/registry/front-matter/split-front-matter.ts'
import type { YamlParser } from '../../../src/registry/front-matter/yaml.ts'
import { loadYamlParser } from '../../../src/registry/front-matter/yaml.ts'

let parse: YamlParser
beforeAll(async () => {
  parse = await loadYamlParser()
})

function read(content: string | Uint8Array): ReadDocument {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return readFrontMatter(bytes.subarray(0, HEAD_BYTES), bytes.length > HEAD_BYTES, 'SKILL.md', parse)
}

/** The values as plain data. */
function values(content: string | Uint8Array): unknown {
  const plain = (value: unknown): unknown => {
    if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]))
    return Array.isArray(value) ? value.map(plain) : value
  }
  return plain(read(content).document?.values)
}

/** `code line:column message` of the first diagnostic. */
function first(content: string | Uint8Array): string {
  const [found] = read(content).diagnostics
  return found === undefined ? 'nothing' : `${found.code} ${found.line ?? ''}:${found.column ?? ''} ${found.message}`
}

describe('front matter: a valid file', () => {
  test('scalars -> texts as written', () => {
    const yaml =
      'a: 1.10\nb: 014\nc: 12:30:45\nd: 1_000\ne: 2024-01-01\nf: yes\ng: ~\nh: null\ni: "x: y"\nj: [a, 2]\nk: {l: 0x1F}\nm:\nn: |\n  one\n  two'
    expect(values(`---\n${yaml}\n---\n# Body`)).toEqual({
      a: '1.10', b: '014', c: '12:30:45', d: '1_000', e: '2024-01-01', f: 'yes', g: '~', h: 'null', i: 'x: y',
      j: ['a', '2'], k: { l: '0x1F' }, m: null, n: 'one\ntwo\n',
    }) // prettier-ignore
  })

  test.each([
    ['CRLF', '---\r\nname: a\r\n---\r\nbody'],
    ['mixed line ends', '---\r\nname: a\n---\nbody'],
    ['a byte order mark', '\ufeff---\nname: a\n---\n'],
    ['no line feed at the end', '---\nname: a\n---'],
    ['white space after the closing line', '---\nname: a\n--- \t\nbody'],
    ['dashes that close nothing', '---\nname: a\n---\n---\nname: b\n---\n'],
  ])('%s', (_, content) => {
    expect(read(content)).toMatchObject({ diagnostics: [] })
    expect(values(content)).toEqual({ name: 'a' })
  })

  test('dashes inside a value -> part of the value', () => {
    expect(values('---\ndescription: a --- b\ntext: |\n  ---\n  x\nrule: ----\n---\n')).toEqual({
      description: 'a --- b',
      text: '---\nx\n',
      rule: '----',
    })
  })

  test('any body -> ignored', () => {
    const body = Buffer.concat([Buffer.from('---\nname: a\n---\n'), Buffer.from([0, 0xff, 0xfe, 13, 0x80]), Buffer.alloc(HEAD_BYTES, 0xff)])
    expect(values(body)).toEqual({ name: 'a' })
  })

  test('the same file twice, also an invalid one -> the same result', () => {
    const broken = '---\nname: a: b\n---\n'
    expect(read(broken)).toEqual(read(broken))
    expect(read(broken).document).toBeUndefined()
  })

  test('empty front matter -> an empty document', () => {
    for (const content of ['---\n---\n', '---\n\n---\n', '---\n# only a comment\n---\n'])
      expect(read(content)).toMatchObject({ document: { values: new Map() }, diagnostics: [] })
  })
})

describe('front matter: the first line', () => {
  test.each([
    ['', 'FRONT_MATTER_MISSING 1:1 the file is empty'],
    ['# Title\n', 'FRONT_MATTER_MISSING 1:1 the file does not begin with a line `---`'],
    ['\n---\nname: a\n---\n', 'FRONT_MATTER_MISSING 1:1 the first line `---` is line 2: it must be line 1'],
    ['<!-- note -->\n\n---\nname: a\n---\n', 'FRONT_MATTER_MISSING 1:1 the first line `---` is line 3: it must be line 1'],
    ['--- \nname: a\n---\n', 'FRONT_MATTER_MISSING 1:1 white space follows `---` on the first line'],
    ['----\nname: a\n---\n', 'FRONT_MATTER_MISSING 1:1 the first line `---` is line 3: it must be line 1'],
    ['---js\nname: a\n---\n', 'FRONT_MATTER_LANGUAGE 1:1 the first line is `---js`: it must be exactly `---`'],
    ['---\rname: a\r---\r', 'FRONT_MATTER_LINE_BREAKS 1:1 the lines of the file end with lone carriage returns'],
    ['---', 'FRONT_MATTER_UNCLOSED 1:1 no line `---` closes the front matter'],
    ['---\nname: a\n\nbody', 'FRONT_MATTER_UNCLOSED 1:1 no line `---` closes the front matter'],
  ])('%j', (content, expected) => {
    expect(first(content)).toBe(expected)
  })

  test.each(['js', 'javascript', 'JS', ' js', 'json', 'coffee', 'constructor', 'valueOf', '__proto__', 'toString'])(
    'the language `---%s` runs nothing',
    (language) => {
      const ran = vi.fn<() => void>()
      Object.assign(globalThis, { ranFromFrontMatter: ran })
      const content = `---${language}\n(globalThis.ranFromFrontMatter(), {name: "a"})\n---\n`
      expect(first(content)).toContain('FRONT_MATTER_LANGUAGE')
      expect(ran).not.toHaveBeenCalled()
    },
  )
})

describe('front matter: bytes', () => {
  test.each([
    [
      'UTF-16, little end first',
      Buffer.from('\ufeff---\nname: a\n---\n', 'utf16le'),
      'FRONT_MATTER_ENCODING 1:1 the file is UTF-16, not UTF-8',
    ],
    ['UTF-16 without a mark', Buffer.from('---\nname: a\n---\n', 'utf16le'), 'FRONT_MATTER_ENCODING 1:1 the file is UTF-16, not UTF-8'],
    [
      'UTF-16, big end first',
      Buffer.from('\ufeff---\nname: a\n---\n', 'utf16le').swap16(),
      'FRONT_MATTER_ENCODING 1:1 the file is UTF-16, not UTF-8',
    ],
    [
      'Latin-1',
      Buffer.from('---\nname: a\ndescription: caf\xe9\n---\n', 'latin1'),
      'FRONT_MATTER_ENCODING 3:1 the front matter has bytes that are not UTF-8',
    ],
    [
      'a surrogate in CESU-8',
      Buffer.concat([Buffer.from('---\nname: '), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('\n---\n')]),
      'FRONT_MATTER_ENCODING 2:1 the front matter has bytes that are not UTF-8',
    ],
    ['NUL', Buffer.from('---\nname: a\u0000\n---\n'), 'TEXT_UNSAFE 2:1 the front matter contains a NUL byte'],
    ['a lone CR', Buffer.from('---\nname: a\rx: b\n---\n'), 'FRONT_MATTER_LINE_BREAKS 2:1 a line ends with a lone carriage return'],
    [
      'an escape sequence',
      Buffer.from('---\nname: a\ndescription: 😀 \u001b[31mred\n---\n'),
      'TEXT_UNSAFE 3:16 the front matter contains a control character (U+001B)',
    ],
    ['C1', Buffer.from('---\nname: a\u0085b\n---\n'), 'TEXT_UNSAFE 2:8 the front matter contains a control character (U+0085)'],
  ])('%s', (_, content, expected) => {
    expect(first(content)).toBe(expected)
  })

  test.each([
    [String.raw`"a\0b"`, 'a NUL character'],
    [String.raw`"\ud800"`, 'half of a surrogate pair (U+D800)'],
    [String.raw`"x\udfff"`, 'half of a surrogate pair (U+DFFF)'],
    [String.raw`"\e[2J"`, 'a control character (U+001B)'],
    [String.raw`"a\rb"`, 'a control character (U+000D)'],
    [String.raw`"\x7f"`, 'a control character (U+007F)'],
  ])('the escape %s -> reported at its key', (value, problem) => {
    expect(first(`---\nname: a\nmetadata:\n  note: ${value}\n---\n`)).toBe(`TEXT_UNSAFE 4:9 metadata.note contains ${problem}`)
    expect(first(`---\ntags: [b, ${value}]\n---\n`)).toBe(`TEXT_UNSAFE 2:7 tags contains ${problem}`)
    expect(first(`---\n${value}: b\n---\n`)).toBe(`TEXT_UNSAFE 2:1 a key contains ${problem}`)
  })

  test('a surrogate pair as two escapes -> text', () => {
    expect(
      values(String.raw`---
name: "\ud83d\ude00"
---
`),
    ).toEqual({ name: '😀' })
  })
})

/** Front matter with a number of bytes, of lines, of levels. */
const filled = (bytes: number): string => `---\nname: a\nx: ${'y'.repeat(bytes - 'name: a\nx: \n'.length)}\n---\n`
const lines = (count: number): string => `---\n${Array.from({ length: count }, (_, i) => `k${i}: v\n`).join('')}---\n`
const nested = (depth: number): string => `---\nx: ${'['.repeat(depth - 1)}a${']'.repeat(depth - 1)}\n---\n`
describe('front matter: limits', () => {
  test('16 KiB, one byte more -> read, rejected', () => {
    expect(read(filled(16 * 1024)).diagnostics).toEqual([])
    expect(first(filled(16 * 1024 + 1))).toBe('FRONT_MATTER_TOO_LARGE 1:1 no line `---` closes the front matter within its first 16 KiB')
  })

  test('1,000 lines, one more -> read, rejected', () => {
    expect(read(lines(1000)).diagnostics).toEqual([])
    expect(first(lines(1001))).toBe('FRONT_MATTER_TOO_LARGE 1002:1 the front matter has more than 1,000 lines')
  })

  test('unclosed front matter of a large file -> not parsed', () => {
    expect(first(`---\nname: a\n${'text\n'.repeat(10_000)}`)).toMatch(/^FRONT_MATTER_TOO_LARGE/)
  })

  test('20 levels, 21 levels -> read, rejected', () => {
    expect(read(nested(20)).diagnostics).toEqual([])
    expect(first(nested(21))).toMatch(/^YAML_DEPTH 2:\d+ nested more than 20 deep/)
    expect(first(nested(8000))).toMatch(/^YAML_DEPTH/)
    expect(first(`---\n${'- '.repeat(8000)}\n---\n`)).toMatch(/^YAML_DEPTH/)
    expect(first(`---\n${'? '.repeat(8000)}\n---\n`)).toMatch(/^YAML_DEPTH/)
  })

  test.each([
    ['blank lines', '\n'.repeat(990)],
    ['lines of spaces', `${' '.repeat(15)}\n`.repeat(990)],
    ['open brackets', '['.repeat(16_000)],
    ['quotes', `a: ${'"'.repeat(16_000)}`],
    ['colons', ': '.repeat(8000)],
    ['one long key of spaces', `a${' '.repeat(16_000)}b`],
    ['a value of colons', `a: ${'b: '.repeat(5000)}`],
    ['commas', `a: [${','.repeat(16_000)}`],
    ['parentheses', `name: a\nallowed-tools: ${'('.repeat(16_000)}`],
    ['tags', '!a '.repeat(5000)],
    ['apostrophes', `a: ${"'".repeat(15_999)} b`],
    ['an open quote over many lines', `a: "\n${' x\n'.repeat(900)}`],
  ])('front matter: %s -> linear time', { timeout: 20_000 }, (_, yaml) => {
    // a quadratic cost is 0.2 s to 0.5 s for each read: more than the limit for all
    for (let i = 0; i < 100; i++) read(`---\n${yaml}\n---\n`)
  })
})

describe('front matter: anchors, tags and prototypes', () => {
  test.each([
    ['a: &x 1', 'YAML_ANCHOR 2:4 quote the a: it begins with `&`'],
    ['a:\n  - &x 1', 'YAML_ANCHOR 3:9 the anchor &x is not allowed'],
    ['a: &x [*x]', 'YAML_ANCHOR 2:4 quote the a: it begins with `&`'],
    ['a: *x', 'YAML_ANCHOR 2:4 quote the a: it begins with `*`'],
    ['- &x a\n- *x', 'YAML_ANCHOR 2:7 the anchor &x is not allowed'],
    ['a: !!js/function "x"', 'YAML_TAG 2:4 quote the a: it begins with `!`'],
    ['- !!js/regexp x', 'YAML_TAG 2:16 tags are not allowed'],
    ['a: b\n---\nc: d', 'nothing'],
  ])('%j', (yaml, expected) => {
    expect(first(`---\n${yaml}\n---\n`)).toBe(expected)
  })

  test('an alias bomb -> rejected before anything is built', () => {
    const bomb = ['a: &a [x]', ...Array.from({ length: 20 }, (_, i) => `b${i}: &b${i} [*a, *a, *a, *a, *a, *a, *a, *a, *a]`)].join('\n')
    expect(first(`---\n${bomb}\n---\n`)).toMatch(/^YAML_ANCHOR/)
  })

  test('__proto__, constructor and merge keys -> ordinary keys', () => {
    const { document } = read('---\n__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}\n<<: {merged: yes}\n---\n')
    expect([...(document?.values.keys() ?? [])]).toEqual(['__proto__', 'constructor', '<<'])
    expect(document?.values.get('__proto__')).toEqual(new Map([['polluted', 'yes']]))
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('a key that gray-matter reads -> an ordinary key', () => {
    expect(values('---\nexcerpt_separator: {toString: x}\nexcerpt: y\n---\nbody')).toEqual({
      excerpt_separator: { toString: 'x' },
      excerpt: 'y',
    })
  })
})

test('front matter: positions -> in code points, from the start of the file', () => {
  const { document } = read('\ufeff---\r\nname: a\r\n"description":   😀 b\r\nmetadata:\r\n  x:\r\n    tier: no\r\n  tier: FAST\r\n---\r\n')
  expect(document?.place(['name'])).toEqual({ line: 2, column: 7 })
  expect(document?.place(['description'])).toEqual({ line: 3, column: 18 })
  expect(document?.place(['metadata'])).toEqual({ line: 4, column: 1 })
  expect(document?.place(['metadata', 'tier'])).toEqual({ line: 7, column: 9 })
  expect(document?.place(['metadata', 'gone'])).toEqual({ line: 4, column: 1 })
  expect(document?.place(['gone'])).toEqual({ line: 2, column: 1 })
})

test('front matter: a comment ends the description -> a warning', () => {
  expect(first('---\nname: a\ndescription: Use for C #1 and more\n---\n')).toBe(
    'SKILL_DESCRIPTION_CUT 3:24 the description ends before ` #`, which begins a comment',
  )
  for (const value of ['"Use #1"', 'C# and F#', '|\n  Use #1', '# nothing'])
    expect(first(`---\ndescription: ${value}\n---\n`)).toBe('nothing')
})

const lenient = (content: string): ReadDocument => readFrontMatter(Buffer.from(content), false, 'SKILL.md', parse, true)

describe('front matter: lenient', () => {
  test('values with an unquoted colon -> read as text, each with a warning', () => {
    const { document, diagnostics } = lenient(
      "---\nname: a\ndescription: Use when: it's late\nlicense: MIT: really # yes\ntags: [x, y]\n---\n",
    )
    expect(document?.values.get('description')).toBe("Use when: it's late")
    expect(document?.values.get('license')).toBe('MIT: really # yes')
    expect(document?.values.get('tags')).toEqual(['x', 'y'])
    expect(diagnostics.map(({ severity, code, line, column }) => [severity, code, line, column])).toEqual([
      ['warning', 'YAML_COLON_QUOTED', 3, 22],
      ['warning', 'YAML_COLON_QUOTED', 4, 13],
    ])
  })

  test('CRLF, lists and nested keys -> read', () => {
    const { document } = lenient('---\r\nname: a\r\nmetadata:\r\n  note: see: this\r\nlist:\r\n  - a: b: c\r\n---\r\n')
    expect(document?.values.get('metadata')).toEqual(new Map([['note', 'see: this']]))
    expect(document?.values.get('list')).toEqual([new Map([['a', 'b: c']])])
  })

  test('other faults, also with one that could be fixed -> errors', () => {
    for (const yaml of ['description: | text', 'description: a: b\nx: [', 'description: "a" b', 'a: &x 1']) {
      const content = `---\nname: a\n${yaml}\n---\n`
      expect(lenient(content)).toEqual(read(content))
      expect(lenient(content).document).toBeUndefined()
    }
  })

  test('a valid file -> no diagnostics', () => {
    const content = '---\nname: a\ndescription: "Use when: x"\n---\n'
    expect(lenient(content)).toMatchObject({ diagnostics: [] })
  })
})
