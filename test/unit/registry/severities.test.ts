import { describe, expect, test } from 'vitest'
import { SkillsError } from '../../../src/core/errors.ts'
import { readSkills } from '../../../src/registry/reading/read-folder.ts'
import { readSeverities, severityOf, withSeverities } from '../../../src/registry/rules/severities.ts'
import { scratch } from '../../support/scratch.ts'

const FILE = 'skills.config.json'

const ruleDiagnostic = (code: string): { severity: 'error'; code: string; message: string } => ({ severity: 'error', code, message: '' })

describe('readSeverities: invalid -> CONFIG_INVALID', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ SKILL_VERSION_MISING: 'off' }, /unknown rule "SKILL_VERSION_MISING"; did you mean "SKILL_VERSION_MISSING"\?/],
    [{ FROBNICATE: 'off' }, /unknown rule "FROBNICATE"$/],
    [{ constructor: 'off' }, /unknown rule "constructor"$/],
    [{ SKILL_VERSION_MISSING: 'warn' }, /invalid severity "warn" for SKILL_VERSION_MISSING/],
    [{ YAML_COLON: 'warning' }, /the severity of YAML_COLON cannot be changed/],
    [{ TEXT_UNSAFE: 'off' }, /the severity of TEXT_UNSAFE cannot be changed/],
  ])('%j', (rules, message) => {
    let error: unknown
    try {
      readSeverities(rules, FILE)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(SkillsError)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message), diagnostics: [{ file: FILE }] })
  })
})

test('withSeverities: changed, off -> the diagnostics have the severity, are removed', () => {
  const severities = readSeverities({ SKILL_VERSION_MISSING: 'off', SKILL_TIER_INVALID: 'note', YAML_COLON: 'error' }, FILE)
  expect(
    withSeverities([ruleDiagnostic('SKILL_VERSION_MISSING'), ruleDiagnostic('SKILL_TIER_INVALID'), ruleDiagnostic('OTHER')], severities),
  ).toEqual([{ ...ruleDiagnostic('SKILL_TIER_INVALID'), severity: 'note' }, ruleDiagnostic('OTHER')])
  expect([severityOf('SKILL_TIER_INVALID', severities), severityOf('SKILL_KIND_INVALID', severities)]).toEqual(['note', 'error'])
})

test('readSkills: severities of the project -> they decide whether a skill is invalid', async () => {
  const cwd = scratch({
    'skills/one/SKILL.md': '---\nname: one\ndescription: d\nversion: 1.0.0\ntier: fast\n---\n',
    'skills/two/SKILL.md': '---\nname: two\ndescription: d\n---\n',
  })
  const plain = await readSkills({ cwd, roots: ['skills'] })
  expect([plain.skills.map(({ id }) => id), plain.invalid]).toEqual([['two'], [{ path: 'skills/one', id: 'one' }]])
  const severities = readSeverities({ SKILL_TIER_INVALID: 'warning', SKILL_VERSION_MISSING: 'error' }, FILE)
  const changed = await readSkills({ cwd, roots: ['skills'], severities })
  expect([changed.skills.map(({ id }) => id), changed.invalid]).toEqual([['one'], [{ path: 'skills/two', id: 'two' }]])
  expect(changed.skills[0]?.meta.tier).toBeUndefined()
  expect(changed.diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
    'warning SKILL_TIER_INVALID',
    'error SKILL_VERSION_MISSING',
  ])
})
