import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { importSkills } from '../../../src/registry/authoring/import-skills.ts'
import { lintSkills } from '../../../src/registry/lint/lint.ts'
import { readSkills } from '../../../src/registry/reading/read-folder.ts'
import { scratch } from '../../support/scratch.ts'

const META = {
  id: 'Breath_Work',
  title: 'Breath: work',
  description: 'A breath: in and out. #1 of three.',
  version: '1.10.0',
  tier: 'CORE',
  category: 'lineage',
  triggers: ['breathe', 'calm, now'],
  trustLevel: 4,
  enabled: false,
  owner: { team: 'a' },
  ticket: '12',
}

const OLDER = {
  'old/breath/meta.json': JSON.stringify(META),
  'old/breath/skill.json': '{"steps": []}\n',
  'old/breath/prompts/main.md': '\ufeffBreathe in: slowly.\n',
  'old/walk/meta.json': '{"id": "walk", "description": "Walk.", "version": "1.0.0"}',
  'old/walk/prompts/a.md': 'A\n',
  'old/walk/prompts/b.md': 'B\n',
  'old/bad/meta.json': '{"id": ',
  'old/other/SKILL.md': '---\nname: other\ndescription: A skill of today.\nversion: 1.0.0\n---\n',
}

test('import: skills of the older layout -> folders with an equivalent SKILL.md', async () => {
  const cwd = scratch(OLDER)
  const report = await importSkills({ from: 'old', to: 'skills', cwd })
  expect(report).toMatchObject({
    dryRun: false,
    imported: [
      { id: 'Breath_Work', name: 'breath-work', from: 'old/breath', file: 'skills/breath-work/SKILL.md' },
      { id: 'walk', name: 'walk', from: 'old/walk', file: 'skills/walk/SKILL.md' },
    ],
    skipped: [],
    invalid: [{ path: 'old/bad' }],
    diagnostics: [{ code: 'META_JSON_INVALID', file: 'old/bad/meta.json' }],
  })
  expect(readdirSync(path.join(cwd, 'skills'), { recursive: true }).toSorted()).toEqual([
    'breath-work',
    'breath-work/SKILL.md',
    'breath-work/skill.json',
    'walk',
    'walk/SKILL.md',
    'walk/prompts',
    'walk/prompts/a.md',
    'walk/prompts/b.md',
  ])
  const { skills } = await readSkills({ cwd, roots: ['skills'] })
  expect(skills[0]).toMatchObject({
    id: 'breath-work',
    version: '1.10.0',
    description: META.description,
    enabled: false,
    trustLevel: 4,
    meta: { tier: 'CORE', category: 'lineage', triggers: ['breathe', 'calm; now'] },
  })
  const text = readFileSync(path.join(cwd, 'skills/breath-work/SKILL.md'), 'utf8')
  expect(text).toContain('former-id: Breath_Work')
  expect(text).toContain(`owner: '{"team":"a"}'`)
  expect(text).toContain('ticket: "12"')
  expect(text).toContain('\nBreathe in: slowly.\n')
  const linted = await lintSkills({ paths: ['skills'], cwd })
  expect(linted.diagnostics).toEqual([])
  // the older folders stay
  for (const [file, content] of Object.entries(OLDER)) expect(readFileSync(path.join(cwd, file), 'utf8')).toBe(content)
})

test('import: the target exists, a second run -> nothing is overwritten or created', async () => {
  const cwd = scratch({ ...OLDER, 'skills/walk/SKILL.md': 'mine\n' })
  const first = await importSkills({ from: 'old', to: 'skills', cwd })
  expect(first.skipped).toEqual([{ id: 'walk', from: 'old/walk', reason: 'skills/walk already exists' }])
  expect(readFileSync(path.join(cwd, 'skills/walk/SKILL.md'), 'utf8')).toBe('mine\n')
  const second = await importSkills({ from: 'old', to: 'skills', cwd })
  expect([second.imported, second.skipped.length]).toEqual([[], 2])
})

test('import: dry run -> nothing is written', async () => {
  const cwd = scratch(OLDER)
  expect((await importSkills({ from: 'old', to: 'skills', cwd, dryRun: true })).imported).toHaveLength(2)
  expect(existsSync(path.join(cwd, 'skills'))).toBe(false)
})

test('import: in place -> a SKILL.md next to the meta.json', async () => {
  const cwd = scratch(OLDER)
  const report = await importSkills({ from: 'old', to: 'old', cwd })
  expect(report.imported.map(({ file }) => file)).toEqual(['old/breath-work/SKILL.md', 'old/walk/SKILL.md'])
  expect(existsSync(path.join(cwd, 'old/walk/meta.json'))).toBe(true)
  const { skills } = await readSkills({ cwd, roots: ['old'] })
  expect(skills.map(({ id, file }) => [id, file])).toContainEqual(['walk', 'old/walk/SKILL.md'])
})

test('import: a folder cannot be created -> FILE_NOT_WRITTEN, and nothing remains', async () => {
  const cwd = scratch(OLDER)
  writeFileSync(path.join(cwd, 'skills'), '')
  await expect(importSkills({ from: 'old', to: 'skills', cwd })).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' })
})
