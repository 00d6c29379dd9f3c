import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lintSkills } from '../../../src/registry/lint/lint.ts'
import { newSkill } from '../../../src/registry/authoring/new-skill.ts'
import { scratch } from '../../support/scratch.ts'

test.each(['review-changes', '检查', 'a'])('a new skill %s has nothing wrong', async (id) => {
  const cwd = scratch()
  expect(newSkill({ id, folder: 'skills', cwd, description: 'Reviews: all "of" it #1' })).toEqual({ id, file: `skills/${id}/SKILL.md` })
  newSkill({ id: 'other', folder: 'skills', cwd })
  expect(await lintSkills({ paths: ['skills'], cwd })).toMatchObject({ skills: 2, diagnostics: [] })
})

test('what is there stays as it is', () => {
  const cwd = scratch({ 'skills/one/notes.txt': '' })
  expect(() => newSkill({ id: 'one', folder: 'skills', cwd })).toThrow('skills/one already exists')
  expect(existsSync(path.join(cwd, 'skills/one/SKILL.md'))).toBe(false)
})

test.each([
  ['Review Changes', 'review-changes'],
  ['../up', 'up'],
  ['a'.repeat(65), 'a'.repeat(64)],
])('%j is no name', (id, hint) => {
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
