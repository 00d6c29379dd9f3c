import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const SKILL = '---\nname: one\ndescription: A skill of a test.\nmetadata:\n  version: 1.0.0\n---\n\nText of the skill.\n'

/** A command line for each command with a database. */
const ARGUMENTS: Record<string, string[]> = {
  enable: ['x'],
  disable: ['x'],
  trust: ['x', '1'],
  show: ['x'],
  grants: ['--app-role', 'app'],
  'forget-user': ['9f1c1d3e-0000-4000-8000-000000000001', '--yes'],
  'prune-events': ['--older-than', '1d', '--yes'],
  'migrate repair': ['x', '--yes'],
  log: ['events.ndjson'],
  'migrate import': ['--from', 'goose'],
  'migrate new': ['x', '--from-verify'],
  'migrate lint': ['db', '--pending'],
  'migrate squash': ['--to', '2', '--migrations', 'db'],
}

describe('errors about the database: each names it and the setting that chose it, without the password', () => {
  const url = 'postgres://app:s3cr3t@127.0.0.1:1/prod'
  const names = COMMANDS.filter(({ database, name }) => database === true && name !== 'doctor').map(({ name }) => name)

  test.each(names)('skills %s', async (name) => {
    const cwd = scratch({
      '.env': `DATABASE_URL=${url}\n`,
      'skills/one/SKILL.md': SKILL,
      'events.ndjson': '',
      'db/1.sql': 'SELECT 1;',
      'db/2.sql': 'SELECT 1;',
    })
    const words = [...name.split(' '), ...(ARGUMENTS[name] ?? [])]
    const [text, json] = await Promise.all([runSkills(words, { cwd }), runSkills([...words, '--json'], { cwd })])
    expect({ name, code: text.code, stderr: text.stderr }).toEqual({
      name,
      code: 3,
      stderr: expect.stringContaining('database: postgres://app@127.0.0.1:1/prod, from DATABASE_URL in .env'),
    })
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: { code: 'DATABASE_UNREACHABLE', database: 'postgres://app@127.0.0.1:1/prod, from DATABASE_URL in .env' },
    })
    expect(text.stdout + text.stderr + json.stdout + json.stderr).not.toContain('s3cr3t')
  })

  test('no error of the database -> it is not named', async () => {
    const { stderr } = await runSkills(['sync', 'none', '--database-url', url, '--prune', 'x'])
    expect(stderr).not.toContain('database:')
  })

  test.each<[string, string[], Record<string, string>, string]>([
    ['an option', ['--database-url', url], {}, '--database-url'],
    ['a file', ['--database-url-file', 'url.txt'], {}, '--database-url-file url.txt'],
    ['the environment', [], { DATABASE_URL: url }, 'DATABASE_URL'],
    ['PG* variables', [], { PGHOST: '127.0.0.1', PGPORT: '1', PGUSER: 'app', PGDATABASE: 'prod' }, 'PGHOST, PGPORT, PGDATABASE, PGUSER'],
  ])('chosen by %s', async (_, flags, env, origin) => {
    const cwd = scratch({ 'url.txt': `${url}\n`, 'skills/one/SKILL.md': SKILL })
    const { stderr } = await runSkills(['sync', ...flags], { cwd, env })
    expect(stderr).toContain(`database: postgres://app@127.0.0.1:1/prod, from ${origin}\n`)
    expect(stderr).not.toContain('s3cr3t')
  })

  test('an embedded database without tables -> its folder, and that it is the default', async () => {
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL })
    expect((await runSkills(['stats'], { cwd })).stderr).toContain('database: embedded .skills/db, the default')
  })

  test('reporters -> the error has the database', async () => {
    const { stdout } = await runSkills(['verify', '--database-url', url, '--reporter', 'junit'])
    expect(stdout).toContain('postgres://app@127.0.0.1:1/prod, from --database-url')
  })
})

test('--no-config, --no-env-file: every command -> accepted, and the files are not read', async () => {
  const cwd = scratch({ 'skills.config.json': 'not JSON', 'skills/one/SKILL.md': SKILL })
  mkdirSync(path.join(cwd, '.env'))
  for (const words of [['lint'], ['rules'], ['explain', 'USAGE'], ['completion', 'bash'], ['new', 'two'], ['migrate', 'new', 'x']]) {
    const { code, stderr } = await runSkills([...words, '--no-config', '--no-env-file'], { cwd })
    expect([words, code, stderr]).toEqual([words, 0, expect.not.stringContaining('error')])
  }
  const helps = await Promise.all(COMMANDS.map(({ name }) => runSkills([...name.split(' '), '--help'])))
  for (const { stdout } of helps) expect(stdout).toMatch(/--no-config .*\n\s+--no-env-file /)
  expect((await runSkills(['lint'], { cwd })).code).toBe(2)
  expect((await runSkills(['lint', '--no-config'], { cwd })).stderr).toMatch(/\.env is not read: it is a folder\n {2}→ .*--no-env-file/)
})

test('skills.config.js: found -> not run, one note; with --config -> run', async () => {
  const cwd = scratch({
    'skills.config.js': 'console.log("ran"); export default {}',
    'package.json': '{"type": "module"}',
    'skills/one/SKILL.md': SKILL,
  })
  const found = await runSkills(['lint'], { cwd })
  expect(found).toMatchObject({ code: 0, stderr: expect.stringMatching(/^note: skills\.config\.js is not read: .*\n$/) })
  expect(found.stdout).not.toContain('ran')
  expect((await runSkills(['lint', '--quiet'], { cwd })).stderr).toBe('')
  expect((await runSkills(['lint', '--config', 'skills.config.js'], { cwd })).stdout).toContain('ran')
})

test('.env: NODE_OPTIONS and its like -> reach neither this process nor its threads', async () => {
  const skills = Object.fromEntries(
    Array.from({ length: 1_100 }, (_, i) => [`skills/s${i}/SKILL.md`, SKILL.replace('name: one', `name: s${i}`)]),
  )
  const cwd = scratch({
    ...skills,
    'evil.cjs': 'require("node:fs").writeFileSync("pwned", "")',
    '.env': 'NODE_OPTIONS=--require ./evil.cjs\nNODE_PATH=.\nFORCE_COLOR=3\nGITHUB_ACTIONS=true\n',
  })
  const { code, stdout } = await runSkills(['lint'], { cwd })
  expect(code).toBe(0)
  expect(stdout).not.toContain('\u001B[')
  expect(existsSync(path.join(cwd, 'pwned'))).toBe(false)
})

describe('lint --isolated:', () => {
  const bad = { 'skills/one/SKILL.md': SKILL, 'skills/two/SKILL.md': '---\nname: two\ndescription: Reviews: all\n---\n' }

  test('configuration, .env and cache of the folder -> not read, not written, the rules have their defaults', async () => {
    const clean = scratch(bad)
    const hostile = scratch({
      ...bad,
      'skills.config.json': '{"rules": {"SKILL_VERSION_MISSING": "off"}, "lenient": true, "skills": "empty"}',
      'skills.config.cjs': 'process.exit(0)',
      '.env': 'SKILLS_LENIENT=true\nSKILLS_SKILLS=empty\nDATABASE_URL=postgres://app@127.0.0.1:1/x\n',
      'empty/one/SKILL.md': SKILL,
    })
    const [expected, found, trusting] = await Promise.all([
      runSkills(['lint', '--json'], { cwd: clean }),
      runSkills(['lint', '--isolated', '--json'], { cwd: hostile }),
      runSkills(['lint', '--json'], { cwd: hostile }),
    ])
    expect(found.stderr).toBe('')
    expect(found).toEqual(expected)
    expect(found.code).toBe(1)
    expect(trusting.code).toBe(0)
    expect(readdirSync(hostile).toSorted()).toEqual(['.env', 'empty', 'skills', 'skills.config.cjs', 'skills.config.json'])
  })

  test('files that would be refused -> no error', async () => {
    const cwd = scratch({ 'skills/one/SKILL.md': SKILL, 'skills.config.json': 'not JSON', '.skills/cache/x': 'x' })
    mkdirSync(path.join(cwd, '.env'))
    writeFileSync(path.join(cwd, '.skills/cache/.gitignore'), 'mine')
    expect(await runSkills(['lint', '--isolated'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(path.join(cwd, '.skills/cache')).toSorted()).toEqual(['.gitignore', 'x'])
  })

  test.each([['--config', 'x.json'], ['--env-file', 'x'], ['--fix']])('with %s -> USAGE', async (...words) => {
    const cwd = scratch({ x: '', 'x.json': '{}' })
    const { code, stderr } = await runSkills(['lint', '--isolated', ...words], { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('cannot be combined with') })
  })
})
