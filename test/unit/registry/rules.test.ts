import { describe, expect, test } from 'vitest'
import { lintSkills } from '../../../src/registry/lint/lint.ts'
import { RULE_EXAMPLES } from '../../support/rule-examples.ts'
import { readSkills } from '../../../src/registry/reading/read-folder.ts'
import type { RuleCode } from '../../../src/registry/rules/rules.ts'
import { RULES } from '../../../src/registry/rules/rules.ts'
import { exampleFolder } from '../../support/example-folder.ts'

const CODES = Object.keys(RULES) as RuleCode[]
/** root may read everything. */
const unseen = (code: RuleCode): boolean => code === 'SKILL_UNREADABLE' && process.getuid?.() === 0

describe('every rule has an example that breaks it and one that does not', () => {
  test.each(CODES.filter((code) => !unseen(code) && RULE_EXAMPLES[code].lenient !== true))('%s', async (code) => {
    const { fails, passes } = RULE_EXAMPLES[code]
    const bad = await lintSkills({ paths: ['skills'], cwd: exampleFolder(fails) })
    const found = bad.diagnostics.filter((one) => one.code === code)
    expect(found.length, JSON.stringify(bad.diagnostics)).toBeGreaterThan(0)
    expect(found[0]).toMatchObject({ severity: RULES[code].severity, hint: expect.stringMatching(/./) })
    // nothing else is wrong with it, unless the one thing brings others
    const others = new Set(bad.diagnostics.map((one) => one.code).filter((other) => other !== code))
    expect([...others], 'further rules that the example breaks').toEqual(FURTHER[code] ?? [])
    const good = await lintSkills({ paths: ['skills'], cwd: exampleFolder(passes) })
    expect(good.diagnostics).toEqual([])
    expect(good.skills).toBeGreaterThan(0)
  })
})

test.each(CODES.filter((code) => RULE_EXAMPLES[code].lenient === true))('%s, when reading leniently', async (code) => {
  const { fails, passes } = RULE_EXAMPLES[code]
  const read = async (files: typeof fails): Promise<unknown[]> =>
    (await readSkills({ roots: ['skills'], cwd: exampleFolder(files), lenient: true })).diagnostics
  expect(await read(fails)).toMatchObject([{ code, severity: RULES[code].severity }])
  expect(await read(passes)).toEqual([])
})

const FURTHER: Partial<Record<RuleCode, string[]>> = {
  SKILL_NAME_TWICE: ['SKILL_NAME_FOLDER'],
}

test('texts of rules are one sentence without an end', () => {
  for (const { title, fix } of Object.values(RULES)) {
    expect(title).toMatch(/^[A-Z`].*[^.]$/)
    expect(fix).toMatch(/[^.]$/)
  }
})
