import { expect, test } from 'vitest'
import { lintSkills } from '../../../src/registry/lint/lint.ts'
import { patternProblem } from '../../../src/registry/reading/pattern-limit.ts'
import { resolveRoots } from '../../../src/registry/reading/roots.ts'
import { scratch } from '../../support/scratch.ts'

test.each([
  '**/'.repeat(30),
  '**/'.repeat(7),
  'a*a*a*a*b',
  'a*/'.repeat(7),
  '{a,b}'.repeat(4),
  '{1..1000000}',
  '{a,{b,{c,{d,e}}}}',
  '+(a*)b',
  '*(a|aa)b',
])('pattern: %j -> refused', async (pattern) => {
  expect(patternProblem(pattern)).toBeDefined()
  await expect(resolveRoots({ roots: [pattern], cwd: scratch({}) })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test.each(['plugins/*/skills', '**/skills/**/*.test.*', '{a,b}/skills', '!keep/**', 'a?b', '[ab]*', '*.draft.*', '@(a|b)/skills'])(
  'pattern: %j -> accepted',
  (pattern) => {
    expect(patternProblem(pattern)).toBeUndefined()
  },
)

test('pattern of .skillignore: too many wildcards -> refused, with its line', async () => {
  const cwd = scratch({ 'skills/.skillignore': 'drafts\na*a*a*a*a*a*b\n', 'skills/a/SKILL.md': '---\nname: a\n---\n' })
  await expect(lintSkills({ paths: ['skills'], cwd })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('.skillignore:2 is refused: it has'),
  })
})
