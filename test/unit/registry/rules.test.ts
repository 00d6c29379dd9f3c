import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../../src/core/diagnostics.ts'
import { lintSkills } from '../../../src/registry/lint/lint.ts'
import type { RuleExample } from '../../../src/registry/rules/rule.ts'
import type { RuleCode } from '../../../src/registry/rules/rules.ts'
import { RULES } from '../../../src/registry/rules/rules.ts'
import { exampleFolder } from '../../support/rule-examples.ts'

// root can read every file
const isUntestable = (code: string): boolean => code === 'SKILL_TABLE_LOCKED' && process.getuid?.() === 0
const CODES = (Object.keys(RULES) as RuleCode[]).filter((code) => !isUntestable(code))

describe.each(CODES)('rule %s', (code) => {
  const { example, severity } = RULES[code]

  test('its wrong example -> this diagnostic and no other', async () => {
    const diagnostics = await lint(example, 'wrong')
    expect([...new Set(diagnostics.map((one) => one.code))], JSON.stringify(diagnostics)).toEqual([code])
    expect(diagnostics[0]).toMatchObject({ severity, hint: expect.stringMatching(/./) })
  })

  test('its right example -> no diagnostic', async () => {
    expect(await lint(example, 'right')).toEqual([])
  })
})

test('rules: title and fix -> one sentence without a full stop', () => {
  for (const { title, fix } of Object.values(RULES)) {
    expect(title).toMatch(/^[A-Z`].*[^.]$/)
    expect(fix).toMatch(/[^.]$/)
  }
})

async function lint(example: RuleExample, side: 'wrong' | 'right'): Promise<Diagnostic[]> {
  const { diagnostics, skills } = await lintSkills({
    paths: ['skills'],
    cwd: exampleFolder(example, side),
    lenient: example.lenient === true,
  })
  expect(skills).toBeGreaterThan(0)
  return diagnostics
}
