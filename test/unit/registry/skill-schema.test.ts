import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import yaml from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { CATEGORIES, KINDS, TIERS } from '../../../src/registry/skill/skill.ts'
import { KNOWN_KEYS } from '../../../src/registry/front-matter/validate.ts'
import type { RuleCode } from '../../../src/registry/rules/rules.ts'
import { RULES } from '../../../src/registry/rules/rules.ts'
import { exampleFile, exampleFolder } from '../../support/rule-examples.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const schema = JSON.parse(readFileSync(path.join(ROOT, 'docs/skill.schema.json'), 'utf8')) as {
  properties: Record<string, unknown>
  definitions: Record<string, { enum?: unknown[] }>
}
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema)

/** The front matter as an editor reads it: YAML with its usual types. */
function frontMatter(text: string): unknown {
  return yaml.load(/^---\n([^]*?)\n---\n/.exec(text)?.[1] ?? '')
}

/** The front matter of one side of an example, as an editor reads it. */
function exampleOf(code: RuleCode, side: 'wrong' | 'right'): unknown {
  return frontMatter(readFileSync(exampleFile(exampleFolder(RULES[code].example, side)), 'utf8'))
}

test('skill schema: keys and enums -> those of the rules', () => {
  expect(new Set(Object.keys(schema.properties))).toEqual(new Set(KNOWN_KEYS))
  expect([schema.definitions['tier']?.enum, schema.definitions['category']?.enum, schema.definitions['kind']?.enum]).toEqual([
    TIERS,
    CATEGORIES,
    KINDS,
  ])
})

describe('skill schema: a skill that breaks no rule -> valid', () => {
  test.each(Object.keys(RULES) as RuleCode[])('the right example of %s', (code) => {
    expect(validate(exampleOf(code, 'right')), JSON.stringify(validate.errors)).toBe(true)
  })

  test.each(['skills/elemental-checkin', 'skills/dialectical-scaffold', 'skills/window-of-tolerance'])('%s', (folder) => {
    expect(validate(frontMatter(readFileSync(path.join(ROOT, folder, 'SKILL.md'), 'utf8'))), JSON.stringify(validate.errors)).toBe(true)
  })
})

/** The rules that a schema can express. */
const EXPRESSIBLE: RuleCode[] = [
  ...(['SKILL_NAME_MISSING', 'SKILL_NAME_INVALID', 'SKILL_NAME_LENGTH', 'SKILL_DESCRIPTION_MISSING', 'SKILL_DESCRIPTION_LENGTH'] as const),
  ...(['SKILL_COMPATIBILITY_LENGTH', 'SKILL_METADATA_TYPE', 'SKILL_FIELD_TYPE', 'SKILL_VERSION_INVALID', 'SKILL_TIER_INVALID'] as const),
  ...(['SKILL_CATEGORY_INVALID', 'SKILL_KIND_INVALID', 'SKILL_TRUST_LEVEL_INVALID', 'SKILL_ENABLED_INVALID'] as const),
]

describe('skill schema: a skill that breaks a rule -> invalid', () => {
  test.each(EXPRESSIBLE)('the wrong example of %s', (code) => {
    expect(validate(exampleOf(code, 'wrong'))).toBe(false)
  })
})

test.each(['-a', 'a-', 'a--b', 'a b', 'a.b', 'a/b', 'A', 'a_b', ''])('skill schema: name %j -> invalid', (name) => {
  expect(validate({ name, description: 'd' })).toBe(false)
})

test.each(['a', 'a-1', 'überprüfung', '检查'])('skill schema: name %j -> valid', (name) => {
  expect(validate({ name, description: 'd' })).toBe(true)
})
