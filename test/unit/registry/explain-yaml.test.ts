import { beforeAll, describe, expect, test } from 'vitest'
import { explainYaml } from '../../../src/registry/front-matter/explain-yaml.ts'
import { LineIndex } from '../../../src/core/positions.ts'
import type { YamlParser } from '../../../src/registry/front-matter/yaml.ts'
import { loadYamlParser, YamlFault } from '../../../src/registry/front-matter/yaml.ts'

let parse: YamlParser
beforeAll(async () => {
  parse = await loadYamlParser()
})

function explain(yaml: string): string {
  try {
    parse(yaml)
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error
    const { code, message, offset } = explainYaml(yaml, error)
    const { line, column } = new LineIndex(yaml).positionAt(offset)
    return `${code} ${line}:${column} ${message}`
  }
  return 'parses'
}

describe('explainYaml: common errors -> code, position and message (the counts are of 70,000 public skills)', () => {
  test.each([
    // 9,018 times
    ['name: a\ndescription: | Use when x\n', 'YAML_BLOCK 2:14 description: text follows `|` on the same line'],
    ['description: > Use when x\nname: a\n', 'YAML_BLOCK 1:14 description: text follows `>` on the same line'],
    ['description: |- Use\n', 'YAML_BLOCK 1:14 description: text follows `|` on the same line'],
    // 4,606
    ['name: a\ndescription: Use when: x\nz: 1\n', 'YAML_COLON 2:22 quote the description: it contains `: `'],
    ['description: a:\n', 'YAML_COLON 1:15 quote the description: it ends with `:`'],
    ['metadata:\n  note: see: this\n', 'YAML_COLON 2:12 quote the note: it contains `: `'],
    ['- a: b: c\n', 'YAML_COLON 1:7 quote the a: it contains `: `'],
    // 125
    ['description: [Tag] text\nname: a\n', 'YAML_RESERVED 1:14 quote the description: it begins with `[`'],
    ['description: {x} text\n', 'YAML_RESERVED 1:14 quote the description: it begins with `{`'],
    // 145
    ['description: **bold** text\n', 'YAML_ANCHOR 1:14 quote the description: it begins with `*`'],
    ['description: * **x\n', 'YAML_ANCHOR 1:14 quote the description: it begins with `*`'],
    // 50
    ['description: @foo\n', 'YAML_RESERVED 1:14 quote the description: it begins with `@`'],
    ['description: `foo` bar\n', 'YAML_RESERVED 1:14 quote the description: it begins with `` ` ``'.replace('`` ` ``', '```')],
    ['description: %x\n', 'YAML_RESERVED 1:14 quote the description: it begins with `%`'],
    ['description: - x\n', 'YAML_RESERVED 1:14 quote the description: it begins with `-`'],
    ['description: "Use" when\n', 'YAML_QUOTES 1:19 description: text follows the closing quote'],
    ["description: 'it's'\n", 'YAML_QUOTES 1:18 description: text follows the closing quote'],
    ['a: "x\nb: y\n', 'YAML_QUOTES 3:1 a quote is not closed'],
    ['a: "C:\\qqq"\n', 'YAML_QUOTES 1:8 unknown escape after a backslash in double quotes'],
    ['a: 1\na: 2\n', 'YAML_DUPLICATE_KEY 2:1 the key occurs twice'],
    ['a: [1, 2\nb: 1\n', 'YAML_SYNTAX 1:4 a list `[...]` or mapping `{...}` is not closed, or a comma is missing'],
    ['name: x\ndescription\n', 'YAML_SYNTAX 2:1 the line is not `key: value`'],
    ['description: one\n  two: three\n', 'YAML_SYNTAX 2:6 the indentation does not match the lines above'],
    ['a: 1\n...\nb: 2\n', 'YAML_SYNTAX 1:1 unexpected text'],
  ])('%j', (yaml, expected) => {
    expect(explain(yaml)).toBe(expected)
  })
})

test('explainYaml: text in blocks and quotes above the fault -> not reported', () => {
  const above = [
    'one: |',
    '  Note: use: this',
    '',
    '  [x] y: z',
    'two: >-',
    '  a: b: c',
    'three: "x: y: z" # c: d: e',
    "four: 'a: b'",
    'five: "open',
    '  and: closed: here"',
    'six: [a, b]',
    'seven: http://x:80/y',
    '',
  ].join('\n')
  expect(explain(`${above}last: ok\n`)).toBe('parses')
  expect(explain(`${above}last: a: b\n`)).toBe('YAML_COLON 13:8 quote the last: it contains `: `')
})

test('explainYaml: faults with a known fix -> the hint has it', () => {
  const yaml = 'description: Use when: x\n'
  const hintOf = (fault: unknown): string | undefined => explainYaml(yaml, fault as YamlFault).hint
  expect(hintOf(new YamlFault('syntax', 21, 'x'))).toBe(
    'put the value in quotes, or write `description: >-` and the text on the next line, indented',
  )
})
