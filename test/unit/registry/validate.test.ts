import { beforeAll, describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../../src/core/diagnostics.ts'
import { readFrontMatter } from '../../../src/registry/front-matter/front-matter.ts'
import { readMetaJson } from '../../../src/registry/front-matter/meta-json.ts'
import type { SkillFields } from '../../../src/registry/skill/skill.ts'
import type { Validated } from '../../../src/registry/front-matter/validate.ts'
import { validateOlderSkill, validateSkill } from '../../../src/registry/front-matter/validate.ts'
import type { YamlParser } from '../../../src/registry/front-matter/yaml.ts'
import { loadYamlParser } from '../../../src/registry/front-matter/yaml.ts'

let parse: YamlParser
beforeAll(async () => {
  parse = await loadYamlParser()
})

const VERSION = 'version: 1.0.0\n'

function validate(yaml: string, folder = 'demo'): Validated {
  const { document } = readFrontMatter(Buffer.from(`---\n${yaml}\n---\n`), false, 'SKILL.md', parse)
  if (document === undefined) throw new Error('not YAML')
  return validateSkill(document, folder)
}

/** A valid skill with additional lines of front matter. */
function demo(yaml: string): Validated {
  return validate(`name: demo\ndescription: d\n${VERSION}${yaml}`)
}

function codes({ diagnostics }: { diagnostics: readonly Diagnostic[] }): string[] {
  return diagnostics.map(({ severity, code }) => `${severity} ${code}`)
}

function fields(validated: Validated): SkillFields | undefined {
  expect(codes(validated)).toEqual([])
  return validated.fields
}

function older(json: unknown, folder = 'demo'): Validated {
  const { document, diagnostics } = readMetaJson(
    Buffer.from(typeof json === 'string' ? json : JSON.stringify(json, null, 2)),
    false,
    'meta.json',
  )
  return document === undefined ? { diagnostics } : validateOlderSkill(document, folder)
}

function tools(yaml: string): unknown {
  return demo(`allowed-tools: ${yaml}`).fields?.meta.allowedTools
}

describe('validate: the specification', () => {
  test.each([
    ['description: d', 'error SKILL_NAME_MISSING'],
    ['name:\ndescription: d', 'error SKILL_NAME_MISSING'],
    ['name: null\ndescription: d', 'error SKILL_NAME_MISSING'],
    ['name: [demo]\ndescription: d', 'error SKILL_FIELD_TYPE'],
    ['name: Demo\ndescription: d', 'error SKILL_NAME_INVALID'],
    ['name: de mo\ndescription: d', 'error SKILL_NAME_INVALID'],
    ['name: de_mo\ndescription: d', 'error SKILL_NAME_INVALID'],
    ['name: -demo\ndescription: d', 'error SKILL_NAME_INVALID'],
    ['name: demo-\ndescription: d', 'error SKILL_NAME_INVALID'],
    ['name: de--mo\ndescription: d', 'error SKILL_NAME_INVALID'],
    ['name: de/mo\ndescription: d', 'error SKILL_NAME_INVALID'],
    ['name: "de\u200bmo"\ndescription: d', 'error SKILL_NAME_INVALID'],
    [`name: ${'a'.repeat(65)}\ndescription: d`, 'error SKILL_NAME_LENGTH'],
    ['name: other\ndescription: d', 'warning SKILL_NAME_FOLDER'],
    ['name: demo', 'error SKILL_DESCRIPTION_MISSING'],
    ['name: demo\ndescription: "  "', 'error SKILL_DESCRIPTION_MISSING'],
    ['name: demo\ndescription: {a: b}', 'error SKILL_FIELD_TYPE'],
    [`name: demo\ndescription: ${'😀'.repeat(1025)}`, 'error SKILL_DESCRIPTION_LENGTH'],
    ['name: demo\ndescription: "d\u202e"', 'warning TEXT_INVISIBLE'],
    ['name: demo\ndescription: d\nmetadata: text', 'error SKILL_METADATA_TYPE'],
    ['name: demo\ndescription: d\nmetadata: [a]', 'error SKILL_METADATA_TYPE'],
    ['name: demo\ndescription: d\nmetadata: {openclaw: {a: b}}', 'note SKILL_METADATA_VALUE'],
    [`name: demo\ndescription: d\ncompatibility: ${'x'.repeat(501)}`, 'error SKILL_COMPATIBILITY_LENGTH'],
    ['name: demo\ndescription: d\nhomepage: x', 'note SKILL_FIELD_UNKNOWN'],
  ])('%j', (yaml, expected) => {
    const validated = validate(VERSION + yaml)
    expect(codes(validated)).toEqual([expected])
    expect(validated.fields === undefined).toBe(validated.id === undefined)
  })

  test.each([
    ['demo', 'demo'],
    ['a', 'a'],
    ['a-1-b', 'a-1-b'],
    ['überprüfung', 'überprüfung'],
    ['u\u0308ber', 'über'],
    ['检查', '检查'],
    ['проверка-2', 'проверка-2'],
    ['x'.repeat(64), 'x'.repeat(64)],
  ])('the name %j, also in a folder that macOS decomposed -> valid', (name, id) => {
    for (const folder of [name, name.normalize('NFD')])
      expect(fields(validate(`name: ${name}\ndescription: d\n${VERSION}`, folder))?.id).toBe(id)
  })

  test('lengths -> in code points', () => {
    const longest = validate(`name: demo\ndescription: ${'😀'.repeat(1024)}\n${VERSION}`)
    expect(codes(longest)).toEqual(['warning SKILL_DESCRIPTION_LONG'])
    expect(longest.fields?.description).toHaveLength(2048)
    expect(fields(validate(`name: demo\ndescription: ${'😀'.repeat(500)}\n${VERSION}`))?.description).toHaveLength(1000)
  })

  test('an invalid name -> the ID is known, so its row is not pruned', () => {
    expect(validate('name: Demo Skill\ndescription: d')).toMatchObject({ id: 'Demo Skill' })
    expect(validate('name: Demo Skill\ndescription: d').diagnostics[0]).toMatchObject({
      line: 2,
      column: 7,
      hint: 'write `name: demo-skill`',
    })
  })

  test('an unknown key that is similar to a known key -> the hint names it', () => {
    expect(demo('trigers: a').diagnostics[0]).toMatchObject({ severity: 'note', line: 5, column: 10, hint: 'did you mean `triggers`?' })
  })
})

describe('validate: the keys of the registry', () => {
  test('all keys under metadata -> typed fields', () => {
    const yaml = `name: demo
description: >-
  Does
  it.
license: MIT
compatibility: Node 20
allowed-tools: Bash(git add:*) Bash(git commit -m "a, b") Read
metadata:
  version: 1.10
  tier: DEEP
  category: lineage
  kind: hybrid
  triggers: torn between, dilemma ,, dilemma
  elements: [air, aether]
  realms: |
    MIDDLEWORLD
  tags: []
  trust-level: 3
  enabled: false
  author: Anna`
    const validated = validate(yaml)
    expect(codes(validated)).toEqual(['warning SKILL_VERSION_PARTIAL'])
    expect(validated.fields).toEqual({
      id: 'demo',
      version: '1.10',
      description: 'Does it.',
      enabled: false,
      trustLevel: 3,
      meta: {
        name: 'demo',
        tier: 'DEEP',
        category: 'lineage',
        kind: 'hybrid',
        triggers: ['torn between', 'dilemma'],
        elements: ['air', 'aether'],
        realms: ['MIDDLEWORLD'],
        tags: [],
        license: 'MIT',
        compatibility: 'Node 20',
        allowedTools: ['Bash(git add:*)', 'Bash(git commit -m "a, b")', 'Read'],
        author: 'Anna',
      },
    })
  })

  test('only required keys -> defaults', () => {
    const validated = validate('name: demo\ndescription: d')
    expect(codes(validated)).toEqual(['warning SKILL_VERSION_MISSING'])
    expect(validated.fields).toEqual({
      id: 'demo',
      version: '0.0.0',
      description: 'd',
      enabled: true,
      trustLevel: 1,
      meta: { name: 'demo', triggers: [], elements: [], realms: [], tags: [] },
    })
  })

  test('a key at both levels -> metadata counts; other spellings -> read', () => {
    expect(fields(demo('tier: FAST\ntrust_level: 2\nmetadata:\n  tier: CORE'))).toMatchObject({ trustLevel: 2, meta: { tier: 'CORE' } })
    expect(fields(demo('tier: FAST\nmetadata:\n  tier:\n  trustLevel: 4'))).toMatchObject({ trustLevel: 4, meta: { tier: 'FAST' } })
  })

  test.each([
    ['tier: fast', 'error SKILL_TIER_INVALID', 'write FAST'],
    ['tier: [FAST]', 'error SKILL_TIER_INVALID', 'write FAST, CORE or DEEP'],
    ['category: productivity', 'error SKILL_CATEGORY_INVALID', 'write foundational, lineage or emergent'],
    ['kind: tool', 'error SKILL_KIND_INVALID', 'write prompt, code or hybrid'],
    ['trust-level: 0', 'error SKILL_TRUST_LEVEL_INVALID', 'write a number from 1 to 5'],
    ['trust-level: 6', 'error SKILL_TRUST_LEVEL_INVALID', 'write a number from 1 to 5'],
    ['trust-level: 1.5', 'error SKILL_TRUST_LEVEL_INVALID', 'write a number from 1 to 5'],
    ['trust-level: high', 'error SKILL_TRUST_LEVEL_INVALID', 'write a number from 1 to 5'],
    ['enabled: yes', 'error SKILL_ENABLED_INVALID', 'write true or false'],
    ['triggers: {a: b}', 'error SKILL_FIELD_TYPE', 'write a list, or text with commas between the items'],
    ['triggers: [a, [b]]', 'error SKILL_FIELD_TYPE', 'write a list of texts'],
    ['license: [MIT]', 'error SKILL_FIELD_TYPE', 'write text'],
  ])('%s', (yaml, code, hint) => {
    const validated = demo(yaml)
    expect(codes(validated)).toEqual([code])
    expect(validated.diagnostics[0]).toMatchObject({ line: 5, column: yaml.indexOf(':') + 3, hint })
  })

  test.each([
    ['1.2.3', undefined],
    ['1.0.0-alpha.1+build.5', undefined],
    ['1.0', 'warning SKILL_VERSION_PARTIAL'],
    ['2', 'warning SKILL_VERSION_PARTIAL'],
    ['v1.2.3', 'warning SKILL_VERSION_PARTIAL'],
    ['2025.01.15', 'warning SKILL_VERSION_PARTIAL'],
    ['014', 'warning SKILL_VERSION_PARTIAL'],
    ['latest', 'error SKILL_VERSION_INVALID'],
    ['1.x', 'error SKILL_VERSION_INVALID'],
    [`1.0.0-${'a'.repeat(64)}`, 'error SKILL_VERSION_INVALID'],
  ])('version: %s', (version, code) => {
    const validated = validate(`name: demo\ndescription: d\nversion: ${version}`)
    expect(codes(validated)).toEqual(code === undefined ? [] : [code])
    if (code?.startsWith('error') !== true) expect(validated.fields?.version).toBe(version)
  })

  test('tools with commas, or as a list -> read', () => {
    expect(tools('Read, Write,Bash(npm run *)')).toEqual(['Read', 'Write', 'Bash(npm run *)'])
    expect(tools('[Read, "Bash(a, b)"]')).toEqual(['Read', 'Bash(a, b)'])
    expect(tools('Bash(open')).toEqual(['Bash(open'])
  })

  test('an author as in package.json -> the name', () => {
    expect(demo('author: {name: Anna, email: a@b}').fields?.meta.author).toBe('Anna')
  })
})

describe('validate: the older layout', () => {
  test('all keys -> typed fields', () => {
    const json = {
      id: 'window_of-tolerance',
      version: '0.1.0',
      tier: 'FAST',
      kind: 'prompt',
      category: 'foundational',
      enabled: false,
      trustLevel: 3,
      title: 'Window',
      description: 'What it does',
      triggers: ['keyword', 'a, b'],
      elements: ['water'],
      realms: ['MIDDLEWORLD'],
    }
    expect(fields(older(json))).toEqual({
      id: 'window_of-tolerance',
      version: '0.1.0',
      description: 'What it does',
      enabled: false,
      trustLevel: 3,
      meta: {
        name: 'Window',
        tier: 'FAST',
        category: 'foundational',
        kind: 'prompt',
        triggers: ['keyword', 'a, b'],
        elements: ['water'],
        realms: ['MIDDLEWORLD'],
        tags: [],
      },
    })
  })

  test('no id in the file -> the name of the folder', () => {
    expect(older({ name: 'Demo', description: 'd' }).fields).toMatchObject({ id: 'demo', version: '0.0.0', meta: { name: 'Demo' } })
  })

  test.each([
    ['{', 'error META_JSON_INVALID'],
    ['[]', 'error META_JSON_INVALID'],
    ['{"fonts": []}', 'note META_JSON_IGNORED'],
    ['{"id": "a b", "description": "d", "version": "1.0.0"}', 'error SKILL_NAME_INVALID'],
    ['{"id": "a", "description": "d", "version": "1.0.0", "trustLevel": 7}', 'error SKILL_TRUST_LEVEL_INVALID'],
    [`{"id": "a", "description": "d", "x": ${'['.repeat(30)}${']'.repeat(30)}}`, 'error META_JSON_INVALID'],
  ])('%s', (json, code) => {
    expect(codes(older(json))).toEqual([code])
  })

  test('positions and unsafe text -> reported', () => {
    expect(readMetaJson(Buffer.from('{\n  "id": "a",\n  "description": "x\\u0000"\n}'), false, 'meta.json').diagnostics).toEqual([
      expect.objectContaining({ code: 'TEXT_UNSAFE', line: 3, column: 18, message: 'description contains a NUL character' }),
    ])
    expect(readMetaJson(Buffer.from('{\n  "id": "a"\n  "b": 1}'), false, 'meta.json').diagnostics[0]).toMatchObject({
      code: 'META_JSON_INVALID',
      line: 3,
      column: 3,
    })
    expect(readMetaJson(Buffer.from('{"__proto__": {"a": 1}, "id": "a"}'), false, 'meta.json').document?.values.get('__proto__')).toEqual(
      new Map([['a', '1']]),
    )
    expect(readMetaJson(Buffer.from('{"id": "a"'), true, 'meta.json').diagnostics[0]?.message).toBe('the file is larger than 64 KiB')
  })
})
