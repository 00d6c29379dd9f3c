import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { SkillFolder } from '../../../src/registry/reading/read-folder.ts'
import { readSkills } from '../../../src/registry/reading/read-folder.ts'
import { scratch, writeFiles } from '../../support/scratch.ts'

const skill = (name: string, more = ''): string =>
  `---\nname: ${name}\ndescription: What ${name} does\nversion: 1.0.0\n${more}---\n# ${name}\n`

const FILES = {
  'skills/a/SKILL.md': skill('a', 'tags: x, y\n'),
  'skills/a/scripts/run.sh': 'echo 1\n',
  'skills/a/nested/SKILL.md': skill('nested'),
  'skills/bad/SKILL.md': '---\nname: bad\ndescription: Use when: x\n---\n',
  'skills/group/b/skill.md': skill('b', 'tier: FAST\nunknown: 1\n'),
  'skills/old/meta.json': '{"id": "old", "version": "0.1.0", "description": "d"}',
  'skills/same-1/SKILL.md': skill('same'),
  'skills/same-2/SKILL.md': skill('same'),
  'skills/ä/SKILL.md': skill('ä'),
}

interface World {
  cwd: string
  folder: string
  read: (tool?: string, readOnly?: boolean) => Promise<SkillFolder>
  plain: () => Promise<SkillFolder>
  file: () => string
}

/** A clock that is ahead: the files of a test are older than the two seconds in which a change can go unnoticed. */
const later = (): number => Date.now() + 10_000

/** Waits until the clock of the file system, which may tick every 10 ms, shows another time than that of the files written last. */
function nextTick(cwd: string): void {
  const file = path.join(cwd, '.tick')
  const time = (): bigint => {
    writeFileSync(file, '')
    return statSync(file, { bigint: true }).ctimeNs
  }
  const first = time()
  while (time() === first);
  rmSync(file)
}

/** A folder of skills that is old enough for the cache. */
function world(): World {
  const cwd = scratch(FILES)
  const folder = path.join(cwd, '.skills/cache')
  nextTick(cwd)
  const options = { cwd, roots: ['skills'] }
  return {
    cwd,
    folder,
    read: (tool = 'skills 1', readOnly = false) => readSkills({ ...options, cache: { folder, tool, readOnly, now: later } }),
    plain: () => readSkills(options),
    file: () => path.join(folder, readdirSync(folder).find((name) => name.endsWith('.cache')) ?? 'none'),
  }
}

/** The keys in the cache. */
function cached(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(1, -1)
  return lines.map((line) => String((JSON.parse(line.slice(16, line.indexOf('\t'))) as unknown[])[0]))
}

describe.sequential('cache: the result is equal to that of a run without a cache', () => {
  let shared: World
  beforeAll(() => {
    shared = world()
  })

  test('no cache, a full cache -> the second run opens and writes nothing', async () => {
    const { read, plain, file, folder } = shared
    expect(await read()).toEqual(await plain())
    expect(cached(file())).toEqual(['a', 'a/nested', 'bad', 'group/b', 'old', 'same-1', 'same-2', 'ä'])
    expect(readFileSync(path.join(folder, '../.gitignore'), 'utf8')).toBe('*\n')
    const before = statSync(file(), { bigint: true })
    expect(await read()).toEqual(await plain())
    expect(statSync(file(), { bigint: true }).ino).toBe(before.ino)
    expect(readdirSync(folder)).toEqual([path.basename(file())])
  })

  test('another version of the tool -> a new cache', async () => {
    const { read, plain, file } = shared
    const before = readFileSync(file(), 'utf8')
    expect(await read('skills 2')).toEqual(await plain())
    expect(readFileSync(file(), 'utf8')).not.toBe(before)
    expect(readFileSync(file(), 'utf8')).toContain('skills 2')
    await read()
  })

  test.each<[string, (text: string) => string | Uint8Array]>([
    ['cut short', (text) => text.slice(0, text.length / 2)],
    [
      'a byte changed in a digest',
      (text) => text.replace(/[0-9a-f]{64} {2}SKILL/, (found) => `${found.startsWith('0') ? '1' : '0'}${found.slice(1)}`),
    ],
    ['a byte changed in a name', (text) => text.replace('What a does', 'What x does')],
    ['lines in another order', (text) => text.split('\n').toReversed().join('\n')],
    ['a line twice', (text) => text.replace(/\n(.*\n)/, '\n$1$1')],
    ['noise', () => Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256))],
    ['nothing', () => ''],
    ['only the header', (text) => `${text.split('\n')[0]}\n`],
    ['no header', (text) => text.split('\n').slice(1).join('\n')],
    ['another format', (text) => text.replace('"format":2', '"format":0')],
  ])('damaged: %s -> read and written again', async (_, damage) => {
    const { read, plain, file } = shared
    const good = readFileSync(file(), 'utf8')
    writeFileSync(file(), damage(good))
    expect(await read()).toEqual(await plain())
    // the cache is complete again
    expect(cached(file())).toEqual(['a', 'a/nested', 'bad', 'group/b', 'old', 'same-1', 'same-2', 'ä'])
    expect(await read()).toEqual(await plain())
  })

  test('missing, not writable, not a folder -> read without a cache', async () => {
    const { read, plain, folder } = shared
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file in its place')
    expect(await read()).toEqual(await plain())
    rmSync(folder)
    mkdirSync(folder)
    chmodSync(folder, 0o500)
    expect(await read()).toEqual(await plain())
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true })
    expect(await read('skills 1', true)).toEqual(await plain())
    expect(existsSync(folder)).toBe(false)
    await read()
  })

  test('temporary files of killed runs -> old ones are removed, new ones are kept', async () => {
    const { cwd, read, folder } = shared
    const old = new Date(Date.now() - 7_200_000)
    const [killed, running] = [`.skills-${'0'.repeat(16)}.tmp`, `.skills-${'1'.repeat(16)}.tmp`]
    writeFiles(folder, { [killed]: '', [running]: '' })
    utimesSync(path.join(folder, killed), old, old)
    rmSync(path.join(cwd, 'skills/same-2'), { recursive: true })
    await read()
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([running])
  })
})

describe('cache: a change of a skill -> the skill is read again', () => {
  test.each<[string, (cwd: string) => void]>([
    ['a file', (cwd) => writeFiles(cwd, { 'skills/a/SKILL.md': skill('a', 'tags: z, y\n') })],
    [
      'a file of the same size with the old time',
      (cwd) => {
        const file = path.join(cwd, 'skills/a/scripts/run.sh')
        // touch copies times in ns, utimesSync sets them in ms
        execFileSync('touch', ['-r', file, path.join(cwd, 'times')])
        writeFileSync(file, 'echo 2\n')
        execFileSync('touch', ['-r', path.join(cwd, 'times'), file])
      },
    ],
    ['a new file', (cwd) => writeFiles(cwd, { 'skills/a/scripts/more.sh': '' })],
    ['a file that is gone', (cwd) => rmSync(path.join(cwd, 'skills/a/scripts/run.sh'))],
    ['a file renamed', (cwd) => renameSync(path.join(cwd, 'skills/a/scripts/run.sh'), path.join(cwd, 'skills/a/scripts/ran.sh'))],
    [
      'a file replaced by another of that name',
      (cwd) => {
        writeFiles(cwd, { new: 'echo 3\n' })
        renameSync(path.join(cwd, 'new'), path.join(cwd, 'skills/a/scripts/run.sh'))
      },
    ],
    ['a folder renamed', (cwd) => renameSync(path.join(cwd, 'skills/group/b'), path.join(cwd, 'skills/group/c'))],
    ['a nested skill', (cwd) => writeFiles(cwd, { 'skills/a/nested/SKILL.md': skill('nested', 'tier: DEEP\n') })],
    ['a nested skill that is none any more', (cwd) => rmSync(path.join(cwd, 'skills/a/nested/SKILL.md'))],
    ['a folder that becomes a nested skill', (cwd) => writeFiles(cwd, { 'skills/a/scripts/SKILL.md': skill('scripts') })],
    ['the root becomes a skill', (cwd) => writeFiles(cwd, { 'skills/SKILL.md': skill('skills') })],
    ['a skill with a duplicate name is removed', (cwd) => rmSync(path.join(cwd, 'skills/same-1'), { recursive: true })],
    ['.skillignore', (cwd) => writeFiles(cwd, { 'skills/.skillignore': 'nested/\ngroup\n' })],
    ['.skillignore in a skill', (cwd) => writeFiles(cwd, { 'skills/a/.skillignore': 'nested\n' })],
  ])('%s', async (_, change) => {
    const { cwd, read, plain } = world()
    await read()
    change(cwd)
    const found = await read()
    expect(found).toEqual(await plain())
    expect(await read()).toEqual(await plain())
  })
})

/** The number of open descriptors of this process, if the system reports it. */
function descriptors(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0
}

test('cache: a run fails -> no temporary file or open descriptor, and the cache is unchanged', async () => {
  const cwd = scratch(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`skills/s-${i}/SKILL.md`, skill(`s-${i}`)])))
  const folder = path.join(cwd, '.skills/cache')
  const options = { cwd, roots: ['skills'], cache: { folder, tool: 'skills 1', now: later } }
  const end = async (): Promise<void> =>
    expect(readSkills({ ...options, registry: Promise.reject(new Error('gone')) })).rejects.toThrow('gone')
  await end()
  const before = descriptors()
  await end()
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
  const whole = await readSkills(options)
  const kept = readdirSync(folder)
  rmSync(path.join(cwd, 'skills/s-0'), { recursive: true })
  await end()
  expect(readdirSync(folder)).toEqual(kept)
  expect(descriptors()).toBe(before)
  expect(whole.skills).toHaveLength(600)
})

test('cache: files that changed in the last two seconds -> not cached', async () => {
  const cwd = scratch(FILES)
  const folder = path.join(cwd, '.skills/cache')
  await readSkills({ cwd, roots: ['skills'], cache: { folder, tool: 'skills 1' } })
  expect(existsSync(folder)).toBe(false)
})
