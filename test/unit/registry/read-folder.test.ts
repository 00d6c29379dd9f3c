import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadIgnoreReader } from '../../../src/registry/reading/ignore-rules.ts'
import type { SkillFolder } from '../../../src/registry/reading/read-folder.ts'
import { readSkills } from '../../../src/registry/reading/read-folder.ts'
import { judgeSkill } from '../../../src/registry/reading/judge-skill.ts'
import { readSkill } from '../../../src/registry/reading/read-skill.ts'
import { walk } from '../../../src/registry/reading/walk.ts'
import { loadYamlParser } from '../../../src/registry/front-matter/yaml.ts'
import { scratch } from '../../support/scratch.ts'

const skill = (name: string, more = ''): string =>
  `---\nname: ${name}\ndescription: What ${name} does\nversion: 1.0.0\n${more}---\n# ${name}\n`

function read(cwd: string, root = 'skills'): Promise<SkillFolder> {
  return readSkills({ cwd, roots: [root] })
}

function codes({ diagnostics }: SkillFolder): string[] {
  return diagnostics.map(({ severity, code, file, line }) => `${severity} ${code} ${file ?? ''}${line === undefined ? '' : `:${line}`}`)
}

test('readSkills: valid skills -> in order, with digest, folder, file and root', async () => {
  const cwd = scratch({
    'skills/b/SKILL.md': skill('b'),
    'skills/a/SKILL.md': skill('a'),
    'skills/a/scripts/x.sh': 'echo',
    'skills/old/meta.json': '{"id": "old", "version": "0.1.0", "description": "d"}',
  })
  const folder = await read(cwd)
  expect(folder.diagnostics).toEqual([])
  expect(folder.skills.map(({ id, path: at, file, root, version }) => [id, at, file, root, version])).toEqual([
    ['a', 'skills/a', 'skills/a/SKILL.md', 'skills', '1.0.0'],
    ['b', 'skills/b', 'skills/b/SKILL.md', 'skills', '1.0.0'],
    ['old', 'skills/old', 'skills/old/meta.json', 'skills', '0.1.0'],
  ])
  const recipe = String.raw`find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`
  expect(folder.skills[0]?.sha256).toBe(
    execFileSync('sh', ['-c', recipe], { cwd: path.join(cwd, 'skills/a'), encoding: 'utf8' }).slice(0, 64),
  )
})

test('readSkills: invalid skills of each kind -> the others are read', async () => {
  const cwd = scratch({
    'skills/good/SKILL.md': skill('good'),
    'skills/colon/SKILL.md': '---\nname: colon\ndescription: Use when: x\n---\n',
    'skills/js/SKILL.md': '---js\nprocess.exit(1)\n---\n',
    'skills/utf16/SKILL.md': Buffer.from(skill('utf16'), 'utf16le'),
    'skills/nul/SKILL.md': skill('nul', 'x: "\\0"\n'),
    'skills/unclosed/SKILL.md': '---\nname: unclosed\n',
    'skills/plain/SKILL.md': '# no front matter\n',
    'skills/link/SKILL.md': skill('link'),
    'skills/folder/SKILL.md/x': '',
    'skills/tier/SKILL.md': skill('tier', 'tier: SLOW\n'),
    'skills/json/meta.json': '{',
    'skills/fonts/meta.json': '{"fonts": 1}',
    'skills/z-last/SKILL.md': skill('z-last'),
  })
  symlinkSync('/etc/passwd', path.join(cwd, 'skills/link/passwd'))
  mkdirSync(path.join(cwd, 'skills/linked'))
  symlinkSync('../good/SKILL.md', path.join(cwd, 'skills/linked/SKILL.md'))
  execFileSync('mkdir', ['-p', path.join(cwd, 'skills/pipe')])
  execFileSync('mkfifo', [path.join(cwd, 'skills/pipe/SKILL.md')])
  const folder = await read(cwd)
  expect(folder.skills.map(({ id }) => id)).toEqual(['good', 'z-last'])
  expect(codes(folder)).toEqual([
    'error YAML_COLON skills/colon/SKILL.md:3',
    'error SKILL_FILE_KIND skills/folder/SKILL.md:1',
    'note META_JSON_IGNORED skills/fonts/meta.json',
    'error FRONT_MATTER_LANGUAGE skills/js/SKILL.md:1',
    'error META_JSON_INVALID skills/json/meta.json:1',
    'error SKILL_SYMLINK skills/link/passwd',
    'error SKILL_SYMLINK skills/linked/SKILL.md:1',
    'error TEXT_UNSAFE skills/nul/SKILL.md:5',
    'note SKILL_FIELD_UNKNOWN skills/nul/SKILL.md:5',
    'error SKILL_FILE_KIND skills/pipe/SKILL.md:1',
    'error FRONT_MATTER_MISSING skills/plain/SKILL.md:1',
    'error SKILL_TIER_INVALID skills/tier/SKILL.md:5',
    'error FRONT_MATTER_UNCLOSED skills/unclosed/SKILL.md:1',
    'error FRONT_MATTER_ENCODING skills/utf16/SKILL.md:1',
  ])
  expect(folder.invalid).toEqual([
    { path: 'skills/colon' },
    { path: 'skills/folder' },
    { path: 'skills/js' },
    { path: 'skills/json' },
    { path: 'skills/link', id: 'link' },
    { path: 'skills/linked' },
    { path: 'skills/nul', id: 'nul' },
    { path: 'skills/pipe' },
    { path: 'skills/plain' },
    { path: 'skills/tier', id: 'tier' },
    { path: 'skills/unclosed' },
    { path: 'skills/utf16' },
  ])
})

test('readSkills: folders with the same name -> none is used, each is reported', async () => {
  const cwd = scratch({
    'skills/a/SKILL.md': skill('same'),
    'skills/b/SKILL.md': skill('same'),
    'skills/c/SKILL.md': skill('same', 'tier: SLOW\n'),
    'skills/d/SKILL.md': skill('d'),
  })
  const folder = await read(cwd)
  expect(folder.skills.map(({ id }) => id)).toEqual(['d'])
  expect(folder.invalid.map(({ path: at, id }) => `${at} ${id ?? ''}`)).toEqual(['skills/a same', 'skills/b same', 'skills/c same'])
  expect(
    folder.diagnostics
      .filter(({ code }) => code === 'SKILL_NAME_TWICE')
      .map(({ file, line, column, message }) => [`${file}:${line}:${column}`, message]),
  ).toEqual([
    ['skills/a/SKILL.md:2:7', 'skills/a and skills/b and 1 more have the same name, same: none of them is used'],
    ['skills/b/SKILL.md:2:7', 'skills/b and skills/a and 1 more have the same name, same: none of them is used'],
    ['skills/c/SKILL.md:2:7', 'skills/c and skills/a and 1 more have the same name, same: none of them is used'],
  ])
})

test('readSkills: a skill is removed while the folder is read -> reported', async () => {
  const cwd = scratch({ 'skills/a/SKILL.md': skill('a'), 'skills/b/SKILL.md': skill('b') })
  const walked = walk({ path: path.join(cwd, 'skills'), label: 'skills' }, { cwd, readIgnore: await loadIgnoreReader() })
  const listed = [...walked].flatMap((one) => (one.skill !== undefined && 'listing' in one.skill ? [one.skill] : []))
  rmSync(path.join(cwd, 'skills/a'), { recursive: true })
  const parse = await loadYamlParser()
  const [a, b] = listed.map((location) => judgeSkill(location, readSkill(location, { parse }).raw, new Map(), 'name'))
  expect(a).toMatchObject({
    diagnostics: [
      { severity: 'error', code: 'SKILL_TABLE_LOCKED', file: 'skills/a/SKILL.md', line: 1, message: 'it was removed while it was read' },
    ],
  })
  expect(a?.content).toBeUndefined()
  expect(b).toMatchObject({ id: 'b', content: { enabled: true } })
})

test('readSkills: progress -> ends with the number of all skills', async () => {
  const cwd = scratch({ 'skills/a/SKILL.md': skill('a'), 'skills/b/SKILL.md': '' })
  const seen: unknown[] = []
  await readSkills({ cwd, roots: ['skills'], onProgress: (progress) => seen.push(progress) })
  expect(seen.at(-1)).toEqual({ done: 2 })
})

test('readSkills: control characters in folder names -> escaped in diagnostics', async () => {
  const cwd = scratch({ 'skills/\u001b[31mr\te/SKILL.md': skill('red') })
  const folder = await read(cwd)
  expect(folder.skills[0]?.path).toBe(String.raw`skills/\u001b[31mr\te`)
  expect(folder.diagnostics[0]).toMatchObject({
    file: String.raw`skills/\u001b[31mr\te/SKILL.md`,
    message: String.raw`the name red differs from the folder \u001b[31mr\te`,
  })
})

test('readSkills: namespace path -> the path below the root is the ID', async () => {
  const cwd = scratch({
    'skills/team-a/review/SKILL.md': skill('review'),
    'skills/team-b/review/SKILL.md': skill('review'),
    'one/SKILL.md': skill('one'),
  })
  const byPath = await readSkills({ cwd, roots: ['skills', 'one'], namespace: 'path' })
  expect(byPath.skills.map(({ id, meta }) => `${id}: ${meta.name}`)).toEqual(['team-a/review: review', 'team-b/review: review', 'one: one'])
  expect(byPath.invalid).toEqual([])
  expect((await readSkills({ cwd, roots: ['skills'] })).skills).toEqual([])
  const clash = await readSkills({ cwd, roots: ['skills/team-a', 'skills/team-b'], namespace: 'path' })
  expect(clash.skills).toEqual([])
  expect(clash.diagnostics[0]?.message).toBe(
    'skills/team-a/review and skills/team-b/review have the same path below their roots, review: none of them is used',
  )
})

test('readSkills: a pattern of roots -> the pattern is the label of all of them', async () => {
  const cwd = scratch({
    'plugins/a/skills/x/SKILL.md': skill('x'),
    'plugins/b/skills/y/SKILL.md': skill('y'),
    'plugins/node_modules/skills/z/SKILL.md': skill('z'),
  })
  symlinkSync('..', path.join(cwd, 'plugins/loop'))
  const folder = await read(cwd, 'plugins/*/skills')
  expect(folder.skills.map(({ id, root }) => `${id} ${root}`)).toEqual(['x plugins/*/skills', 'y plugins/*/skills'])
  await expect(read(cwd, 'nothing/*')).rejects.toMatchObject({ code: 'SKILLS_DIR_MISSING', message: 'no folder matches nothing/*' })
})
