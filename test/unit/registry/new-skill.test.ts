import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lintSkills } from '../../../src/registry/lint/lint.ts'
import { newSkill } from '../../../src/registry/authoring/new-skill.ts'
import { scratch } from '../../support/scratch.ts'

test.each(['review-changes', '检查', 'a'])('new: %s -> a skill that breaks no rule', async (id) => {
  const cwd = scratch()
  expect(newSkill({ id, folder: 'skills', cwd, description: 'Reviews: all "of" it #1' })).toEqual({ id, file: `skills/${id}/SKILL.md` })
  newSkill({ id: 'other', folder: 'skills', cwd })
  expect(await lintSkills({ paths: ['skills'], cwd })).toMatchObject({ skills: 2, diagnostics: [] })
})

test('new: the folder exists -> FILE_EXISTS, and nothing changes', () => {
  const cwd = scratch({ 'skills/one/notes.txt': '' })
  expect(() => newSkill({ id: 'one', folder: 'skills', cwd })).toThrow('skills/one already exists')
  expect(existsSync(path.join(cwd, 'skills/one/SKILL.md'))).toBe(false)
})

test.each([
  ['Review Changes', 'review-changes'],
  ['../up', 'up'],
  ['a'.repeat(65), 'a'.repeat(64)],
])('new: invalid name %j -> USAGE with a valid name as the hint', (id, hint) => {
  const cwd = scratch()
  let error: unknown
  try {
    newSkill({ id, folder: 'skills', cwd })
  } catch (caught) {
    error = caught
  }
  expect(error).toMatchObject({ code: 'USAGE', hint: `use ${hint}` })
  expect(existsSync(path.join(cwd, 'skills'))).toBe(false)
})
