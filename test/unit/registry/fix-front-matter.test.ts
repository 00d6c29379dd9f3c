import { beforeAll, describe, expect, test } from 'vitest'
import { fixFrontMatter } from '../../../src/registry/lint/fix-front-matter.ts'
import { readSeverities } from '../../../src/registry/rules/severities.ts'
import type { YamlParser } from '../../../src/registry/front-matter/yaml.ts'
import { loadYamlParser } from '../../../src/registry/front-matter/yaml.ts'

let parse: YamlParser
beforeAll(async () => {
  parse = await loadYamlParser()
})

const HEAD = 'name: demo\ndescription: d\n'
const VERSION = 'metadata:\n  version: "1.0.0"\n'

function fix(yaml: string): [string, string[]] | undefined {
  const result = fixFrontMatter(Buffer.from(`---\n${yaml}---\nBody.\n`), parse, new Map())
  if (result === undefined) return undefined
  const text = result.bytes.toString()
  expect(text.startsWith('---\n') && text.endsWith('---\nBody.\n')).toBe(true)
  return [text.slice(4, -'---\nBody.\n'.length), result.codes]
}

describe('fix: quotes', () => {
  test.each([
    ['Use when: it rains', '"Use when: it rains"', 'YAML_COLON'],
    ['Use when:', '"Use when:"', 'YAML_COLON'],
    ['say "x": y', `'say "x": y'`, 'YAML_COLON'],
    [`it's "x": C:\\y`, `'it''s "x": C:\\y'`, 'YAML_COLON'],
    ['a: b  # a note', '"a: b"  # a note', 'YAML_COLON'],
    ['a: b, issue #12', '"a: b, issue #12"', 'YAML_COLON'],
    ['[Beta] text', '"[Beta] text"', 'YAML_RESERVED'],
    ['{a} text', '"{a} text"', 'YAML_RESERVED'],
    ['@you text', '"@you text"', 'YAML_RESERVED'],
    ['`code` text', '"`code` text"', 'YAML_RESERVED'],
    ['- one', '"- one"', 'YAML_RESERVED'],
    ['**bold** text', '"**bold** text"', 'YAML_ANCHOR'],
    ['"a" or "b"', `'"a" or "b"'`, 'YAML_QUOTES'],
    ['| Use it.', '"Use it."', 'YAML_BLOCK'],
    ['>- Use it: now', '"Use it: now"', 'YAML_BLOCK'],
  ])('%s', (value, quoted, code) => {
    expect(fix(`name: demo\ndescription: ${value}\n${VERSION}`)).toEqual([`name: demo\ndescription: ${quoted}\n${VERSION}`, [code]])
  })

  test('several values, nested ones too -> all are quoted', () => {
    const yaml = 'name: demo\ndescription: a: b\nmetadata:\n  version: "1.0.0"\n  note: c: d # e\n  list:\n    - x: y: z\n'
    expect(fix(yaml)).toEqual([
      'name: demo\ndescription: "a: b"\nmetadata:\n  version: "1.0.0"\n  note: "c: d" # e\n  list:\n    - x: "y: z"\n',
      ['YAML_COLON'],
    ])
  })

  test('a description ends at # without a space after it -> quoted', () => {
    expect(fix(`name: demo\ndescription: fixes #12 and #13\n${VERSION}`)).toEqual([
      `name: demo\ndescription: "fixes #12 and #13"\n${VERSION}`,
      ['SKILL_DESCRIPTION_CUT'],
    ])
  })

  test.each([
    ['what may be meant as YAML: an alias', 'description: *name'],
    ['an anchor', 'description: &name text'],
    ['a tag', 'description: !name text'],
    ['a text that goes on below', 'description: a: b\n  and c'],
    ['a comment', 'description: text # note'],
    ['a quote that never ends', 'description: "a: b'],
    ['a duplicate key', 'description: a\ndescription: b'],
  ])('%s -> no change', (_, yaml) => {
    expect(fix(`name: demo\n${yaml}\n${VERSION}`)).toBeUndefined()
  })
})

describe('fix: allowed-tools', () => {
  test.each([
    ['Read, Write', 'Read Write'],
    ['Read,Write,Bash(git add *, git rm)', 'Read Write Bash(git add *, git rm)'],
    ['"Read, Write"', 'Read Write'],
    ['[Read, "Bash(git:*)"]', 'Read Bash(git:*)'],
    ['["Bash(a: b)", Read]', '"Bash(a: b) Read"'],
  ])('%s', (value, fixed) => {
    expect(fix(`${HEAD}allowed-tools: ${value}\n${VERSION}`)).toEqual([`${HEAD}allowed-tools: ${fixed}\n${VERSION}`, ['SKILL_TOOLS_FORM']])
  })

  test('a list on its own lines -> one text', () => {
    expect(fix(`${HEAD}allowed-tools:\n  - Read\n  - Bash(git add *)\n${VERSION}`)?.[0]).toBe(
      `${HEAD}allowed-tools: Read Bash(git add *)\n${VERSION}`,
    )
    expect(fix(`${HEAD}allowed_tools:\n- Read\n- Write\n${VERSION}`)?.[0]).toBe(`${HEAD}allowed_tools: Read Write\n${VERSION}`)
  })

  test.each([
    ['that is right already', 'allowed-tools: Read Write'],
    ['with a comment among them', 'allowed-tools:\n  - Read # why\n  - Write'],
    ['with a comment between them', 'allowed-tools:\n  - Read\n  # why\n  - Write'],
    ['with a comment behind them', 'allowed-tools: Read, Write # why'],
    ['whose names have spaces', 'allowed-tools: [Read files, Write]'],
    ['that go over two lines', 'allowed-tools: Read,\n  Write'],
    ['that are a map', 'allowed-tools: {a: b}'],
  ])('a value %s -> no change', (_, yaml) => {
    expect(fix(`${HEAD}${yaml}\n${VERSION}`)).toBeUndefined()
  })
})

describe('fix: a missing version', () => {
  test.each([
    ['without metadata', HEAD, `${HEAD}metadata:\n  version: "1.0.0"\n`],
    [
      'with metadata',
      `${HEAD}metadata:\n    tier: FAST\nlicense: MIT\n`,
      `${HEAD}metadata:\n    version: "1.0.0"\n    tier: FAST\nlicense: MIT\n`,
    ],
    [
      'with a comment below',
      `${HEAD}metadata: # ours\n\n  # tier\n   tier: FAST\n`,
      `${HEAD}metadata: # ours\n   version: "1.0.0"\n\n  # tier\n   tier: FAST\n`,
    ],
    ['with nothing in metadata', `${HEAD}metadata:\nlicense: MIT\n`, `${HEAD}metadata:\n  version: "1.0.0"\nlicense: MIT\n`],
    [
      'after a block of text',
      `name: demo\ndescription: |+\n  d\n\n`,
      `name: demo\ndescription: |+\n  d\n\nmetadata:\n  version: "1.0.0"\n`,
    ],
  ])('%s', (_, yaml, fixed) => {
    expect(fix(yaml)).toEqual([fixed, ['SKILL_VERSION_MISSING']])
  })

  test.each([
    ['one at the top', `${HEAD}version: 1.2.3\n`],
    ['one under metadata', HEAD + VERSION],
    ['an empty one', `${HEAD}version:\n`],
    ['metadata in one line', `${HEAD}metadata: {tier: FAST}\n`],
    ['metadata that is a text', `${HEAD}metadata: none\n`],
  ])('%s -> no change', (_, yaml) => {
    expect(fix(yaml)).toBeUndefined()
  })
})

test('fix: byte order mark, CRLF, comments, a body that is not UTF-8 -> unchanged', () => {
  const before = Buffer.concat([
    Buffer.from('\ufeff---\r\n# ours\r\nname: demo\r\ndescription: a: b\r\nallowed-tools: Read, Write\r\n---  \r\n'),
    Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0x2d, 0x2d, 0x2d]),
  ])
  const result = fixFrontMatter(before, parse, new Map())
  expect(result?.codes).toEqual(['YAML_COLON', 'SKILL_TOOLS_FORM', 'SKILL_VERSION_MISSING'])
  expect(result?.bytes).toEqual(
    Buffer.concat([
      Buffer.from(
        '\ufeff---\r\n# ours\r\nname: demo\r\ndescription: "a: b"\r\nallowed-tools: Read Write\r\nmetadata:\r\n  version: "1.0.0"\r\n---  \r\n',
      ),
      Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0x2d, 0x2d, 0x2d]),
    ]),
  )
  expect(fixFrontMatter(result?.bytes ?? Buffer.alloc(0), parse, new Map())).toBeUndefined()
})

test('fix: a rule is off -> not fixed', () => {
  const off = readSeverities({ SKILL_VERSION_MISSING: 'off' }, 'f')
  expect(fixFrontMatter(Buffer.from(`---\n${HEAD}---\n`), parse, off)).toBeUndefined()
})
