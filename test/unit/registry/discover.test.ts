import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { SkillsError } from '../../../src/core/errors.ts'
import type { Diagnostic } from '../../../src/core/diagnostics.ts'
import { bytewise } from '../../../src/core/bytewise.ts'
import { loadIgnoreReader } from '../../../src/registry/reading/ignore-rules.ts'
import { createNewFilter, resolveRoots } from '../../../src/registry/reading/roots.ts'
import type { RootOptions } from '../../../src/registry/reading/roots.ts'
import type { FoundSkill, RecalledSkill } from '../../../src/registry/reading/list-skill.ts'
import type { SkillRoot } from '../../../src/registry/skill/skill.ts'
import { walk } from '../../../src/registry/reading/walk.ts'
import { scratch } from '../../support/scratch.ts'

interface Discovered {
  roots: SkillRoot[]
  locations: (FoundSkill | RecalledSkill)[]
  diagnostics: Diagnostic[]
}

async function discoverSkills(options: RootOptions): Promise<Discovered> {
  const roots = await resolveRoots(options)
  const found: Discovered = { roots, locations: [], diagnostics: [] }
  const isNew = createNewFilter(roots)
  for (const root of roots) {
    const diagnostics: Diagnostic[] = []
    for (const { skill, diagnostics: more } of walk(root, { cwd: options.cwd, readIgnore: await loadIgnoreReader() })) {
      if (skill !== undefined && isNew(skill)) found.locations.push(skill)
      diagnostics.push(...more)
    }
    found.diagnostics.push(...diagnostics.toSorted((a, b) => bytewise(a.file ?? '', b.file ?? '')))
  }
  return found
}

function discover(cwd: string, ...roots: string[]): Promise<Discovered> {
  return discoverSkills({ cwd, roots: roots.length === 0 ? ['skills'] : roots })
}

function paths({ locations }: Discovered): string[] {
  return locations.map(({ path: at, file }) => `${at} ${file}`)
}

function codes({ diagnostics }: Discovered): string[] {
  return diagnostics.map(({ severity, code, file }) => `${severity} ${code} ${file ?? ''}`)
}

describe('walk: folders', () => {
  test('SKILL.md or skill.md at any depth, nested and hidden -> found in bytewise order', async () => {
    const cwd = scratch({
      'skills/b/SKILL.md': '',
      'skills/b/c/d/SKILL.md': '',
      'skills/b-a/skill.md': '',
      'skills/B/SKILL.md': '',
      'skills/ä/SKILL.md': '',
      'skills/.hidden/x/SKILL.md': '',
      'skills/[x] {y}/SKILL.md': '',
      'skills/none/README.md': '',
      'skills/skills.md': '',
    })
    const found = await discover(cwd)
    expect(paths(found)).toEqual([
      'skills/.hidden/x SKILL.md',
      'skills/B SKILL.md',
      'skills/[x] {y} SKILL.md',
      'skills/b SKILL.md',
      'skills/b/c/d SKILL.md',
      'skills/b-a skill.md',
      'skills/ä SKILL.md',
    ])
    expect(found.diagnostics).toEqual([])
    expect(found.locations[3]).toEqual({
      folder: path.join(cwd, 'skills/b'),
      name: 'b',
      relative: 'b',
      path: 'skills/b',
      file: 'SKILL.md',
      root: { path: path.join(cwd, 'skills'), label: 'skills' },
      listing: { files: ['SKILL.md'], folders: ['c', 'c/d'], nested: ['c/d'], diagnostics: [] },
      isUnusual: false,
    })
  })

  test('.git, node_modules and __pycache__ -> not searched', async () => {
    const cwd = scratch({
      'skills/.git/a/SKILL.md': '',
      'skills/x/node_modules/b/SKILL.md': '',
      'skills/__pycache__/SKILL.md': '',
      'skills/node_modules/meta.json': '{}',
    })
    expect(await discover(cwd)).toMatchObject({ locations: [], diagnostics: [] })
  })

  test('a root that is a skill with a nested skill -> both are found', async () => {
    const cwd = scratch({ 'demo/SKILL.md': '', 'demo/sub/SKILL.md': '', 'demo/other/meta.json': '{}' })
    expect(paths(await discover(cwd, 'demo'))).toEqual(['demo SKILL.md', 'demo/sub SKILL.md'])
    const here = await discover(path.join(cwd, 'demo'), '.')
    expect(paths(here)).toEqual(['. SKILL.md', 'sub SKILL.md'])
    expect(here.locations[0]).toMatchObject({ name: 'demo', root: { label: '.' } })
  })

  test('a root below node_modules, or with pattern characters -> searched', async () => {
    const cwd = scratch({ 'node_modules/p/skills/a/SKILL.md': '', '[a]*/{b}/SKILL.md': '' })
    expect(paths(await discover(cwd, 'node_modules/p/skills'))).toEqual(['node_modules/p/skills/a SKILL.md'])
    expect(paths(await discover(cwd, '[a]*'))).toEqual(['[a]*/{b} SKILL.md'])
  })

  test('names that differ in case -> warnings', async () => {
    const cwd = scratch({
      'skills/a/Skill.md': '',
      'skills/b/SKILL.md': '',
      'skills/b/skill.md': '',
      'skills/c/SKILL.MD': '',
      'skills/c/skill.md': '',
    })
    const found = await discover(cwd)
    expect(paths(found)).toEqual(['skills/b SKILL.md', 'skills/c skill.md'])
    expect(codes(found)).toEqual([
      'warning SKILL_FILE_CASE skills/a/Skill.md',
      'warning SKILL_FILE_TWICE skills/b/skill.md',
      'warning SKILL_FILE_CASE skills/c/SKILL.MD',
    ])
  })

  test('SKILL.md is a link or a folder -> reported', async () => {
    const cwd = scratch({ 'real.md': '', 'skills/b/SKILL.md/x': '' })
    mkdirSync(path.join(cwd, 'skills/a'))
    symlinkSync('../../real.md', path.join(cwd, 'skills/a/SKILL.md'))
    expect(paths(await discover(cwd))).toEqual(['skills/a SKILL.md', 'skills/b SKILL.md'])
  })
})

describe('walk: the older layout', () => {
  test('meta.json directly below the root without SKILL.md -> a skill', async () => {
    const cwd = scratch({
      'skills/a/meta.json': '',
      'skills/b/meta.json': '',
      'skills/b/SKILL.md': '',
      'skills/c/data/meta.json': '',
      'skills/meta.json': '',
    })
    expect(paths(await discover(cwd))).toEqual(['skills/a meta.json', 'skills/b SKILL.md'])
  })

  test('meta.json in the root with other files of the layout -> a skill', async () => {
    const cwd = scratch({ 'a/meta.json': '', 'a/skill.json': '', 'a/data/meta.json': '', 'b/meta.json': '', 'b/prompts/system.md': '' })
    expect(paths(await discover(cwd, 'a', 'b'))).toEqual(['a meta.json', 'b meta.json'])
  })
})

describe('walk: roots', () => {
  test('any form of a path -> the label is relative to the working directory', async () => {
    const cwd = scratch({ 'skills/a/SKILL.md': '', 'x/y/SKILL.md': '' })
    for (const given of ['skills', './skills/', 'x/../skills', path.join(cwd, 'skills')])
      expect((await discover(cwd, given)).roots).toEqual([{ path: path.join(cwd, 'skills'), label: 'skills' }])
    expect((await discover(path.join(cwd, 'x'), '../skills')).roots[0]?.label).toBe('../skills')
    expect((await discoverSkills({ cwd, roots: ['skills'], rootLabel: 'team-a' })).roots[0]?.label).toBe('team-a')
    const both = await discoverSkills({ cwd, roots: ['skills', 'x'], rootLabel: 'team-a' })
    expect(both.locations.map(({ path: at, root }) => `${root.label}: ${at}`)).toEqual(['team-a: skills/a', 'team-a: x/y'])
  })

  test('several roots -> in their order; a folder below two roots belongs to the first', async () => {
    const cwd = scratch({ 'b/x/SKILL.md': '', 'a/y/SKILL.md': '' })
    symlinkSync('b', path.join(cwd, 'current'))
    expect((await discover(cwd, 'b', 'a', 'b/x', 'current')).locations.map(({ path: at, root }) => `${root.label}: ${at}`)).toEqual([
      'b: b/x',
      'a: a/y',
    ])
  })

  test('a root that is a link -> searched', async () => {
    const cwd = scratch({ 'releases/2/a/SKILL.md': '' })
    symlinkSync('releases/2', path.join(cwd, 'current'))
    expect(paths(await discover(cwd, 'current'))).toEqual(['current/a SKILL.md'])
  })

  test('a missing root, a file -> SKILLS_DIR_MISSING', async () => {
    const cwd = scratch({ file: '' })
    const error = await discover(cwd, 'gone').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SkillsError)
    expect(error).toMatchObject({
      code: 'SKILLS_DIR_MISSING',
      message: 'the skills folder gone does not exist',
      hint: 'create it, or pass another folder',
    })
    await expect(discover(cwd, 'file')).rejects.toMatchObject({
      code: 'SKILLS_DIR_MISSING',
      hint: 'pass the folder that contains the file',
    })
  })

  test('an empty root -> no skills', async () => {
    expect(await discover(scratch(), '.')).toMatchObject({ locations: [], diagnostics: [] })
  })
})

describe('walk: links', () => {
  test('links and loops -> not followed; links that may hide skills are reported', async () => {
    const cwd = scratch({
      'elsewhere/a/SKILL.md': '',
      'elsewhere/b/SKILL.md': '',
      'skills/real/SKILL.md': '',
      'skills/group/README.md': '',
      'AGENTS.md': '',
    })
    const link = (target: string, at: string): void => symlinkSync(target, path.join(cwd, at))
    link('..', 'skills/up')
    link('.', 'skills/self')
    link('../elsewhere', 'skills/many')
    link('../elsewhere/a', 'skills/one')
    link('../AGENTS.md', 'skills/CLAUDE.md')
    link('nowhere', 'skills/dangling')
    link('../../elsewhere', 'skills/real/inside')
    link('../elsewhere', 'skills/node_modules')
    const found = await discover(cwd)
    expect(paths(found)).toEqual(['skills/real SKILL.md'])
    expect(codes(found)).toEqual([
      'warning SKILL_LINK_SKIPPED skills/many',
      'error SKILL_SYMLINK skills/one',
      'warning SKILL_LINK_SKIPPED skills/self',
      'warning SKILL_LINK_SKIPPED skills/up',
    ])
  })
})

test('walk: invalid folder names -> reported', async () => {
  const cwd = scratch({ 'skills/a\nb/SKILL.md': '', 'skills/c\\d/SKILL.md': '', 'skills/e:f*/SKILL.md': '' })
  mkdirSync(Buffer.concat([Buffer.from(`${cwd}/skills/`), Buffer.from([0x67, 0xff])]))
  const found = await discover(cwd)
  expect(paths(found)).toEqual([String.raw`skills/c\d SKILL.md`, 'skills/e:f* SKILL.md'])
  expect(codes(found)).toEqual([String.raw`error SKILL_FILE_NAME skills/a\nb`, 'error SKILL_FILE_NAME skills/g\ufffd'])
})

test.skipIf(process.getuid?.() !== 0)('walk: an unreadable folder -> reported as invalid', async () => {
  const cwd = scratch({ 'skills/a/SKILL.md': '', 'skills/locked/b/SKILL.md': '' })
  chmodSync(cwd, 0o755)
  chmodSync(path.join(cwd, 'skills/locked'), 0)
  await discover(cwd) // loads globby while it may be read
  process.seteuid?.(65_534)
  const found = await discover(cwd).finally(() => process.seteuid?.(0))
  expect(paths(found)).toEqual(['skills/a SKILL.md'])
  expect(codes(found)).toEqual(['error SKILL_TABLE_LOCKED skills/locked'])
})
