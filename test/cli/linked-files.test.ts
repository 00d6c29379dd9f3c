import { chownSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { IS_ROOT, runScript } from '../support/run-script.ts'
import type { RunResult } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const SKILL = '---\nname: walk\ndescription: Use it for a walk.\nmetadata:\n  version: "1.0.0"\n---\n\n# Walk\n'
const BROKEN = SKILL.replace('description: Use', 'description: Use when: use')
const SECRET = 'TOKEN=do-not-print-this'

/** A project, and beside it a folder that no command may read or change. */
function project(files: Readonly<Record<string, string>> = {}): { cwd: string; outside: string; unchanged: () => void } {
  const folder = scratch({ 'outside/secret': `${SECRET}\n`, 'project/skills/walk/SKILL.md': SKILL, 'project/old/run/meta.json': OLD })
  const [cwd, outside] = [path.join(folder, 'project'), path.join(folder, 'outside')]
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true })
    writeFileSync(path.join(cwd, name), content)
  }
  return {
    cwd,
    outside,
    unchanged: () => {
      expect(readdirSync(outside)).toEqual(['secret'])
      expect(readFileSync(path.join(outside, 'secret'), 'utf8')).toBe(`${SECRET}\n`)
    },
  }
}

const OLD = '{"id":"run","name":"Run","description":"Use it for a run."}'

/** A link in the project, the command that would write through it, and a part of the message. */
const WRITES: readonly (readonly [what: string, link: string, target: string, command: string, message: RegExp])[] = [
  ['migrate: .skills is a link', '.skills', '../outside', 'migrate --embedded .skills/db', /\.skills: it is a symbolic link/],
  [
    'sync: .skills/cache is a link',
    '.skills/cache',
    '../../outside',
    'migrate --embedded db && skills sync --embedded db',
    /\.skills\/cache: it is a symbolic link/,
  ],
  ['migrate: .skills/db is a link', '.skills/db', '../../outside', 'migrate', /\.skills\/db: it is a symbolic link/],
  [
    'migrate: a folder above the database is a link',
    'data',
    '../outside',
    'migrate --embedded data/db',
    /data\/db: symbolic links lead out of the folder/,
  ],
  ['migrate: .skills/db.new is a link', '.skills/db.new', '../../outside/secret', 'migrate', /db\.new: it is a symbolic link/],
  ['migrate: .skills/db.lock is a link', '.skills/db.lock', '../../outside/secret', 'migrate', /db\.lock: it is a symbolic link/],
  ['a report is a link', 'r.xml', '../outside/secret', 'lint --reporter junit=r.xml', /r\.xml.*lead out of the folder/],
  ['a report is a link to a new file', 'r.xml', '../outside/new', 'lint --reporter junit=r.xml', /r\.xml.*lead out of the folder/],
  ['the folder of a report is a link', 'out', '../outside', 'lint --reporter junit=out/r.xml', /out.*lead out of the folder/],
  [
    'new: the folder of skills is a link',
    's',
    '../outside',
    'new run --skills s',
    /s\/run.*lead out of the folder|\bs\b.*lead out of the folder/,
  ],
  ['migrate new: the folder is a link', 'm', '../outside', 'migrate new x --migrations m', /lead out of the folder/],
  ['import: the target is a link', 's', '../outside', 'import old --skills s', /lead out of the folder/],
]

describe('a link that leads out of the project', () => {
  test.each(WRITES)('%s -> nothing is written through it, exit code 2', async (_, link, target, command, message) => {
    const { cwd, unchanged } = project()
    mkdirSync(path.dirname(path.join(cwd, link)), { recursive: true })
    symlinkSync(target, path.join(cwd, link))
    const { code, stderr } = await runScript(`skills ${command}`, { cwd })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(code).toBe(2)
    unchanged()
    expect(lstatSync(path.join(cwd, link)).isSymbolicLink()).toBe(true)
  })

  test('lint --fix: the folder of skills leads out -> the file is not changed', async () => {
    const { cwd, outside } = project()
    mkdirSync(path.join(outside, 'fix'))
    writeFileSync(path.join(outside, 'fix/SKILL.md'), BROKEN.replace('name: walk', 'name: fix'))
    symlinkSync('../outside', path.join(cwd, 's'))
    const { code, stderr } = await runScript('skills lint --fix s', { cwd })
    expect(stderr).toMatch(/s\/fix\/SKILL\.md cannot be written: symbolic links lead out/)
    expect(code).toBe(2)
    expect(readFileSync(path.join(outside, 'fix/SKILL.md'), 'utf8')).toContain('Use when: use')
  })

  test('an embedded database with a link inside -> it is not opened', async () => {
    const { cwd, outside, unchanged } = project()
    expect((await runScript('skills migrate --embedded db', { cwd })).code).toBe(0)
    symlinkSync(path.join(outside, 'secret'), path.join(cwd, 'db/base/5/999999'))
    const { code, stderr } = await runScript('skills migrate --embedded db', { cwd })
    expect(stderr).toContain('db/base/5/999999: it is a symbolic link')
    expect(code).toBe(2)
    unchanged()
  })

  test('a report named by a path outside, and a link inside the project -> followed, as the user named it', async () => {
    const { cwd, outside } = project({ 'reports/r.xml': 'old' })
    symlinkSync('reports/r.xml', path.join(cwd, 'r.xml'))
    symlinkSync('secret', path.join(outside, 'named'))
    expect((await runScript('skills lint --reporter junit=r.xml --reporter tap=../outside/named', { cwd })).code).toBe(0)
    expect(lstatSync(path.join(cwd, 'r.xml')).isSymbolicLink()).toBe(true)
    expect(readFileSync(path.join(cwd, 'reports/r.xml'), 'utf8')).toContain('<testsuites')
    expect(readFileSync(path.join(outside, 'secret'), 'utf8')).toContain('TAP')
  })
})

test.skipIf(!IS_ROOT)('a folder .skills of another user -> it is not used', async () => {
  const { cwd } = project()
  mkdirSync(path.join(cwd, '.skills'))
  chownSync(path.join(cwd, '.skills'), 54_321, 54_321)
  const { code, stderr } = await runScript('skills migrate', { cwd })
  expect(stderr).toMatch(/\.skills: it belongs to another user \(uid 54321/)
  expect(code).toBe(2)
  expect(readdirSync(path.join(cwd, '.skills'))).toEqual([])
})

test('.skills: created -> it has a .gitignore; an existing one is unchanged', async () => {
  const { cwd } = project()
  expect((await runScript('skills migrate', { cwd })).code).toBe(0)
  expect(readFileSync(path.join(cwd, '.skills/.gitignore'), 'utf8')).toBe('*\n')
  writeFileSync(path.join(cwd, '.skills/.gitignore'), 'db\n')
  expect((await runScript('skills sync', { cwd })).code).toBe(0)
  expect(existsSync(path.join(cwd, '.skills/cache'))).toBe(true)
  expect(readFileSync(path.join(cwd, '.skills/.gitignore'), 'utf8')).toBe('db\n')
})

/** A linked file whose text must not be shown, and the command that finds a problem in it. */
const READS: readonly (readonly [what: string, link: string, command: string])[] = [
  ['a skill', 'skills/walk/SKILL.md', 'lint'],
  ['meta.json', 'old/run/meta.json', 'lint old'],
  ['a migration', 'm/001.sql', 'migrate --dir m --embedded memory'],
  ['a check', 'c/own.sql', 'verify --ephemeral --checks c'],
  ['the configuration file', 'skills.config.json', 'lint'],
  ['a named configuration file', 'c.json', 'lint --config c.json'],
  ['the variables', '.env', 'doctor'],
  ['a file that is ignored', 'skills/.skillignore', 'lint'],
  ['a prompt of the older layout', 'old/run/prompts/p.md', 'import old --skills new'],
]

describe('a linked file outside of its folder', () => {
  test.each(READS)('%s -> its text is not shown', async (_, link, command) => {
    const { cwd, unchanged } = project()
    const file = path.join(cwd, link)
    mkdirSync(path.dirname(file), { recursive: true })
    await runScript(`rm -f ${link}`, { cwd })
    symlinkSync(path.relative(path.dirname(file), path.join(cwd, '../outside/secret')), file)
    const result: RunResult = await runScript(`skills ${command}; skills ${command} --json`, { cwd })
    expect(result.stdout + result.stderr).not.toContain('do-not-print-this')
    expect(result.stdout + result.stderr).not.toMatch(/^\s+at /m)
    expect(
      existsSync(path.join(cwd, 'new/run/SKILL.md')) && readFileSync(path.join(cwd, 'new/run/SKILL.md'), 'utf8').includes('TOKEN'),
    ).toBe(false)
    unchanged()
  })

  test('links inside the folder, as in a volume of Kubernetes -> the files are used', async () => {
    const { cwd } = project({
      'm/..2026/001_a.sql': 'create table linked (id int);',
      'm/..2026/002_b.sql': 'create table broken (id nothing);',
    })
    symlinkSync('..2026', path.join(cwd, 'm/..data'))
    for (const name of ['001_a.sql', '002_b.sql']) symlinkSync(`..data/${name}`, path.join(cwd, `m/${name}`))
    const { code, stdout, stderr } = await runScript('skills migrate --dir m --embedded memory', { cwd })
    expect(code).toBe(4)
    expect(stdout + stderr).toContain('001_a')
    // the frame of the second
    expect(stderr).toContain('create table broken (id nothing)')
  })

  test('a hard link is a file like any other', async () => {
    const { cwd } = project({ 'm/001.sql': 'create table a (id int);' })
    linkSync(path.join(cwd, 'm/001.sql'), path.join(cwd, 'm/002.sql'))
    expect((await runScript('skills migrate status --dir m --embedded memory', { cwd })).code).toBeLessThan(2)
  })
})
