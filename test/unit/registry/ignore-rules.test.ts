import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { SkillFolder } from '../../../src/registry/reading/read-folder.ts'
import { readSkills } from '../../../src/registry/reading/read-folder.ts'
import { scratch } from '../../support/scratch.ts'

const skill = (name: string): string => `---\nname: ${name}\ndescription: What ${name} does\nversion: 1.0.0\n---\n`

async function found(files: Record<string, string>, cwd = scratch(files)): Promise<string[]> {
  const folder: SkillFolder = await readSkills({ cwd, roots: ['skills'] })
  return [...folder.skills.map(({ path: at }) => at), ...folder.diagnostics.map(({ code, file }) => `${code} ${file ?? ''}`)]
}

const FILES = {
  'skills/a/SKILL.md': skill('a'),
  'skills/a/tests/fixture/SKILL.md': skill('fixture'),
  'skills/drafts/b/SKILL.md': skill('b'),
  'skills/drafts/keep/SKILL.md': skill('keep'),
  'skills/deep/drafts/c/SKILL.md': skill('c'),
}

test.each<[string, string, string[]]>([
  ['nothing', '# a comment\n\n', ['a', 'a/tests/fixture', 'deep/drafts/c', 'drafts/b', 'drafts/keep']],
  ['a folder anywhere', 'drafts/\n', ['a', 'a/tests/fixture']],
  ['a folder at the top', '/drafts\n', ['a', 'a/tests/fixture', 'deep/drafts/c']],
  ['all but one', 'drafts/*\n!drafts/keep\n', ['a', 'a/tests/fixture', 'deep/drafts/c', 'drafts/keep']],
  ['a nested skill', '**/tests/\n', ['a', 'deep/drafts/c', 'drafts/b', 'drafts/keep']],
  ['the file', 'drafts/*/SKILL.md\n', ['a', 'a/tests/fixture', 'deep/drafts/c']],
  ['a pattern with CRLF and a byte order mark', '\ufeffdrafts/\r\ndeep\r\n', ['a', 'a/tests/fixture']],
  ['a case', 'DRAFTS/\n', ['a', 'a/tests/fixture', 'deep/drafts/c', 'drafts/b', 'drafts/keep']],
])('.skillignore: %s -> the other skills are found', async (_, text, left) => {
  expect(await found({ ...FILES, 'skills/.skillignore': text })).toEqual(left.map((name) => `skills/${name}`))
})

test('.skillignore: in several folders -> the rules add up', async () => {
  const files = {
    ...FILES,
    'skills/.skillignore': 'drafts/*\n',
    'skills/deep/.skillignore': '!drafts\nc\n',
    'skills/a/.skillignore': 'tests\n',
  }
  expect(await found(files)).toEqual(['skills/a'])
})

test('.skillignore: ignored links and invalid names -> not reported', async () => {
  const cwd = scratch({ ...FILES, 'skills/.skillignore': 'up\nodd*\ndrafts\ndeep\n' })
  symlinkSync('..', path.join(cwd, 'skills/up'))
  mkdirSync(path.join(cwd, 'skills/odd\nname'))
  expect(await found({}, cwd)).toEqual(['skills/a', 'skills/a/tests/fixture'])
})

const digest = async (more: Record<string, string>): Promise<string | undefined> => {
  const cwd = scratch({ 'skills/a/SKILL.md': skill('a'), 'skills/a/notes.log': 'x', ...more })
  return (await readSkills({ cwd, roots: ['skills'] })).skills[0]?.sha256
}

test('.skillignore: in a skill -> the digest does not change', async () => {
  expect(await digest({ 'skills/.skillignore': '*.log\n' })).toBe(await digest({}))
})

test('.skillignore: unreadable -> its folder is not searched, and reported', async () => {
  const cwd = scratch({ 'skills/a/SKILL.md': skill('a'), 'skills/g/b/SKILL.md': skill('b') })
  symlinkSync('/etc/passwd', path.join(cwd, 'skills/g/.skillignore'))
  expect(await found({}, cwd)).toEqual(['skills/a', 'SKILL_SYMLINK skills/g'])
})
