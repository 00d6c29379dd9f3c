import { chmodSync, chownSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { projectFolders } from '../../../src/config/project-files.ts'
import { loadSettings, type Flags, type Settings } from '../../../src/config/settings.ts'
import { describeTarget } from '../../../src/core/target.ts'
import { scratch } from '../../support/scratch.ts'

const CONFIG = '{"schema": "of_file"}'

describe('files of a project: folders', () => {
  const root = scratch({
    'home/repo/.git/HEAD': '',
    'home/repo/a/b/x': '',
    'home/plain/c/x': '',
    'outside/d/x': '',
    'worktree/.git': '',
    'worktree/e/x': '',
  })
  const relative = (cwd: string, home = 'home'): string[] =>
    projectFolders(`${root}/${cwd}`, { HOME: `${root}/${home}` }).map((folder) => path.relative(root, folder))

  test.each<[string, string, string[]]>([
    ['in a repository', 'home/repo/a/b', ['home/repo/a/b', 'home/repo/a', 'home/repo']],
    ['at its root', 'home/repo', ['home/repo']],
    ['below the home folder', 'home/plain/c', ['home/plain/c', 'home/plain', 'home']],
    ['in the home folder', 'home', ['home']],
    ['in a worktree, where .git is a file', 'worktree/e', ['worktree/e', 'worktree']],
    ['outside of both', 'outside/d', ['outside/d']],
  ])('%s -> up to the root of the repository or the home folder', (_, cwd, folders) => {
    expect(relative(cwd)).toEqual(folders)
  })

  test('home folder is a link, missing or empty -> the same folder is recognized, and nothing above cwd is read', () => {
    symlinkSync(`${root}/home`, `${root}/link`)
    expect(relative('home/plain', 'link')).toEqual(['home/plain', 'home'])
    expect(relative('home/plain', 'none')).toEqual(['home/plain'])
    expect(projectFolders(`${root}/home/plain`, { HOME: '' })).toEqual([`${root}/home/plain`])
  })
})

/** Settings of the folder `cwd` of a new home. */
async function load(
  files: Record<string, string>,
  { cwd = '', flags = {}, prepare }: { cwd?: string; flags?: Flags; prepare?: (home: string) => void } = {},
): Promise<Settings & { home: string }> {
  const home = scratch(files)
  prepare?.(home)
  return { ...(await loadSettings({ embedded: 'memory', ...flags }, { HOME: home }, path.join(home, cwd))), home }
}

describe('configuration file: found', () => {
  test.each<[string, Record<string, string>, string]>([
    ['in the working folder', { 'skills.config.json': CONFIG }, ''],
    ['at the root of the repository', { 'r/.git/x': '', 'r/a/b/x': '', 'r/skills.config.json': CONFIG }, 'r/a/b'],
    ['in the home folder', { 'a/x': '', 'skills.config.json': CONFIG }, 'a'],
    [
      'with comments, trailing commas, $schema and BOM',
      { 'skills.config.json': `\uFEFF// ours\n{"$schema": "x", "schema": "of_file", /* . */}` },
      '',
    ],
  ])('%s -> read', async (_, files, cwd) => {
    expect((await load(files, { cwd })).schema.value).toBe('of_file')
  })

  test.each<[string, Record<string, string>, string]>([
    ['above the root of the repository', { 'r/.git/x': '', 'r/a/x': '', 'skills.config.json': CONFIG }, 'r/a'],
    ...['js', 'mjs', 'cjs', 'ts'].map((ending): [string, Record<string, string>, string] => [
      `skills.config.${ending}`,
      { [`skills.config.${ending}`]: 'process.exit(9)' },
      '',
    ]),
    ['a key of package.json', { 'package.json': '{"skills": {"schema": "of_file"}}' }, ''],
    ['.skillsrc', { '.skillsrc': CONFIG, '.skillsrc.json': CONFIG, '.config/skills.config.json': CONFIG }, ''],
  ])('%s -> not read', async (_, files, cwd) => {
    expect(await load(files, { cwd })).toMatchObject({ schema: { value: undefined }, configFile: undefined })
  })

  test('skills.config.js -> reported, unless another file is used or none is wanted', async () => {
    const program = { 'skills.config.js': '' }
    expect((await load(program)).notes).toEqual([expect.stringMatching(/^skills\.config\.js is not read: .* --config skills\.config\.js$/)])
    expect((await load({ ...program, 'skills.config.json': CONFIG })).notes).toEqual([])
    expect((await load(program, { flags: { config: false } })).notes).toEqual([])
  })

  test.each([
    ['c.mjs', 'export default { schema: "of_file" }'],
    ['c.cjs', 'module.exports = { schema: "of_file" }'],
    ['deploy.jsonc', '{"schema": "of_file",}'],
  ])('%s named with --config -> read', async (name, content) => {
    expect((await load({ [name]: content }, { flags: { config: name } })).schema.value).toBe('of_file')
  })

  test('--no-config, --no-env-file -> neither is read', async () => {
    const files = { 'skills.config.json': 'not JSON', '.env': 'SKILLS_SCHEMA=of_env_file' }
    expect((await load(files, { flags: { config: false } })).schema.value).toBe('of_env_file')
    expect((await load(files, { flags: { config: false, envFile: false } })).schema.value).toBeUndefined()
  })
})

describe('.env: found', () => {
  const files = { 'r/.git/x': '', 'r/a/b/x': '', 'r/.env': 'SKILLS_SKILLS=agents\nSKILLS_SCHEMA=of_env_file' }

  test('at the root of the repository -> read, paths relative to it', async () => {
    const settings = await load(files, { cwd: 'r/a/b' })
    expect(settings).toMatchObject({
      schema: { value: 'of_env_file', origin: 'SKILLS_SCHEMA in ../../.env' },
      skills: { value: ['../../agents'] },
    })
    expect(settings.projectFolder).toBe(`${settings.home}/r`)
  })

  test('above the root of the repository -> not read', async () => {
    expect((await load({ ...files, 'r/a/.git': '' }, { cwd: 'r/a/b' })).schema.value).toBeUndefined()
  })

  test('another file named with --env-file -> that one', async () => {
    const { schema } = await load({ '.env': 'SKILLS_SCHEMA=no', 'x/prod.env': 'SKILLS_SCHEMA=yes' }, { flags: { envFile: 'x/prod.env' } })
    expect(schema).toEqual({ value: 'yes', origin: 'SKILLS_SCHEMA in x/prod.env' })
  })

  test('too many lines or characters -> refused at once', async () => {
    for (const part of ['\n', '\r\n', 'A=1\n', 'x'])
      await expect(load({ '.env': part.repeat((100 * 1024) / part.length) })).rejects.toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
    const most = `${'\n'.repeat(1_990)}SKILLS_SCHEMA=of_env_file`
    expect((await load({ '.env': most })).schema.value).toBe('of_env_file')
  })

  test('variables that steer processes -> stay in the file', async () => {
    const before = { ...process.env }
    await load({ '.env': 'NODE_OPTIONS=--require ./evil.js\nLD_PRELOAD=./evil.so\nHOME=/evil\nPATH=/evil\nNODE_EXTRA_CA_CERTS=evil.pem' })
    expect(process.env).toEqual(before)
  })
})

const isRoot = process.getuid?.() === 0

/** What others could have written, and how. */
const FOREIGN: [string, (file: string) => void, RegExp][] = [
  ['writable by everybody', (file) => chmodSync(file, 0o666), /every user can write to it/],
  [
    'a link to a file that everybody can write to',
    (file) => {
      chmodSync(file, 0o646)
      movedBehindLink(file)
    },
    /every user can write to it/,
  ],
  ['a pipe', (file) => void spawnSync('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', file]), /not a regular file/],
  [
    'a folder',
    (file) => {
      spawnSync('rm', [file])
      mkdirSync(file)
    },
    /it is a folder/,
  ],
  [
    'a link to nothing',
    (file) => {
      spawnSync('rm', [file])
      symlinkSync('nowhere', file)
    },
    /it does not exist/,
  ],
  ['a link to a device', (file) => void spawnSync('ln', ['-sf', '/dev/zero', file]), /not a regular file/],
  ...(isRoot
    ? ([
        ['of another user', (file) => chownSync(file, 1234, 0), /belongs to another user \(uid 1234/],
        [
          'a link to a file of another user',
          (file) => {
            chownSync(file, 1234, 0)
            movedBehindLink(file)
          },
          /belongs to another user/,
        ],
        [
          'a link of another user',
          (file) => {
            movedBehindLink(file)
            spawnSync('chown', ['-h', '1234', file])
          },
          /the link belongs to another user/,
        ],
      ] satisfies typeof FOREIGN)
    : []),
]

function movedBehindLink(file: string): void {
  spawnSync('mv', [file, `${file}.target`])
  symlinkSync(`${path.basename(file)}.target`, file)
}

describe.skipIf(process.platform === 'win32')('file that others could have written:', () => {
  describe.each([
    ['skills.config.json', CONFIG, '--config', '--no-config', { config: false }],
    ['.env', 'SKILLS_SCHEMA=of_file', '--env-file', '--no-env-file', { envFile: false }],
  ] as const)('%s', (name, content, option, without, flags) => {
    test.each(FOREIGN)('%s -> refused with the remedy, also above the working folder', async (_, change, reason) => {
      const given = { files: { 'a/x': '', [name]: content }, prepare: (home: string) => change(path.join(home, name)) }
      for (const cwd of ['', 'a']) {
        await expect(load(given.files, { cwd, prepare: given.prepare })).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
          exitCode: 2,
          message: expect.stringMatching(reason),
          hint: expect.stringMatching(new RegExp(`${option} .*${without}`)),
        })
      }
      expect((await load(given.files, { prepare: given.prepare, flags })).schema.value).toBeUndefined()
    })

    test('a link of this user to a file of this user -> read', async () => {
      expect((await load({ [name]: content }, { prepare: (home) => movedBehindLink(path.join(home, name)) })).schema.value).toBe('of_file')
    })

    test('writable by everybody, but named -> read', async () => {
      const named = name === '.env' ? { envFile: name } : { config: name }
      const prepare = (home: string): void => chmodSync(path.join(home, name), 0o666)
      expect((await load({ [name]: content }, { prepare, flags: named })).schema.value).toBe('of_file')
    })

    test('of root, for another user -> read', async () => {
      if (!isRoot) return
      const self = vi.spyOn(process, 'geteuid').mockReturnValue(1234)
      try {
        expect((await load({ [name]: content })).schema.value).toBe('of_file')
        await expect(load({ [name]: content }, { prepare: (home) => chownSync(path.join(home, name), 99, 0) })).rejects.toThrow(/uid 99/)
      } finally {
        self.mockRestore()
      }
    })
  })
})

test('database URL in a file: first line, without blanks; a pipe; empty -> error', async () => {
  const url = 'postgres://app:s3cr3t@db/prod'
  const files = { url: `  ${url}  \r\nsecond line\n`, empty: '\n' }
  const load2 = async (flags: Flags, env: Record<string, string> = {}): Promise<string> => {
    const cwd = realpathSync(scratch(files))
    const { database } = await loadSettings(flags, { HOME: cwd, ...env }, cwd)
    return `${describeTarget(database.value)} ${database.origin}`
  }
  expect(await load2({ databaseUrlFile: 'url' })).toBe('postgres://app@db:5432/prod --database-url-file url')
  expect(await load2({}, { DATABASE_URL_FILE: 'url' })).toBe('postgres://app@db:5432/prod DATABASE_URL_FILE (url)')
  await expect(load2({ databaseUrlFile: 'empty' })).rejects.toMatchObject({
    code: 'DATABASE_URL_INVALID',
    message: expect.stringContaining('empty'),
  })
  await expect(load2({ databaseUrlFile: 'none' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('none'),
  })
  await expect(load2({ databaseUrlFile: 'url', databaseUrl: url })).rejects.toMatchObject({ code: 'USAGE' })
  await expect(load2({ databaseUrlFile: 'url', embedded: true })).rejects.toMatchObject({ code: 'USAGE' })
  await expect(load2({}, { DATABASE_URL_FILE: 'url', DATABASE_URL: url })).rejects.toMatchObject({ code: 'DATABASE_URL_INVALID' })
})
