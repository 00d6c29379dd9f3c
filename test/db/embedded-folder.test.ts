import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

/** One database for all tests: a copy is 39 MB. Each leaves it as it was. */
let directory = ''

beforeAll(() => {
  directory = path.join(scratch(), 'db')
  cpSync(inject('embeddedTemplate'), directory, { recursive: true })
})

async function using<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDb({ kind: 'embedded', directory })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

const KEPT = 'select count(*)::int as n, sum(id)::int as sum from kept'

/** A process that opens the folder, writes and then holds it until it is killed. */
async function hold(): Promise<{ pid: number; kill: () => Promise<void> }> {
  const library = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/index.js')).href
  const code = `
    const { connect } = await import(${JSON.stringify(library)})
    const db = await connect({ embedded: process.argv[1], env: {} })
    await db.exec('create table kept (id int); insert into kept select generate_series(1, 1000)')
    console.log('holding')
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, directory], { env: {}, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await Promise.race([
    new Promise((resolve) => child.stdout.once('data', resolve)),
    ended.then(() => {
      throw new Error('the holder ended')
    }),
  ])
  return {
    pid: child.pid ?? 0,
    kill: () => {
      child.kill('SIGKILL')
      return ended
    },
  }
}

describe('a folder that another process has open', () => {
  test('a second process -> refused with the pid of the first, until that one is killed', async () => {
    const holder = await hold()
    try {
      await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({
        code: 'EMBEDDED_BUSY',
        exitCode: 5,
        message: `the embedded database ${directory} is in use by process ${holder.pid}`,
        hint: expect.stringContaining('--embedded DIR'),
      })
      const run = await runSkills(['migrate', '--embedded', directory])
      expect(run).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining(`process ${holder.pid}`) })
      const same = await runSkills(['stats', '--embedded', `${path.dirname(directory)}/./db/`])
      expect(same.code).toBe(5)
    } finally {
      await holder.kill()
    }
    expect(existsSync(`${directory}.lock`)).toBe(true)
    expect(await using((db) => db.query(KEPT))).toEqual([{ n: 1000, sum: 500_500 }])
    expect(existsSync(`${directory}.lock`)).toBe(false)
  })

  test('a second session of the same process -> refused', async () => {
    await using(async () => {
      await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BUSY' })
      if (process.platform !== 'linux') return
      // there the kernel guards it too, whatever becomes of the file
      rmSync(`${directory}.lock`)
      await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BUSY' })
    })
    expect(await using((db) => db.query('select 1 as one'))).toEqual([{ one: 1 }])
  })
})

describe('the lock file', () => {
  const host = os.hostname()
  const free = 2 ** 22 + 1 // above the largest pid that Linux gives

  test.each<[string, object | string, RegExp | undefined]>([
    ['of a dead process is taken over', { pid: free, host, started: '1' }, undefined],
    ['of an earlier process with the pid of a living one is taken over', { pid: process.pid, host, started: '1' }, undefined],
    ['of another host is not', { pid: free, host: 'elsewhere', started: '1' }, /by process \d+ on host elsewhere/],
    ['of a living process is not', { pid: process.ppid, host }, /by process \d+$/],
    ['that cannot be read is not', 'half a li', /by another process$/],
  ])('%s', async (_, content, refusal) => {
    const lock = `${directory}.lock`
    writeFileSync(lock, typeof content === 'string' ? content : JSON.stringify(content))
    if (refusal === undefined) expect(await using((db) => db.query('select 1 as one'))).toEqual([{ one: 1 }])
    else
      await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({
        code: 'EMBEDDED_BUSY',
        message: expect.stringMatching(refusal),
      })
    expect(existsSync(lock)).toBe(refusal !== undefined)
    rmSync(lock, { force: true })
  })
})

describe('a folder that cannot be opened', () => {
  test.each([
    ['the control file is cut short', 'global/pg_control', 'short'],
    ['it is of another version', 'PG_VERSION', '15\n'],
    ['its tables are gone', 'base', undefined],
    ['a catalog is noise', 'base/5/pg_filenode.map', 'noise'],
    ['it is no database', 'PG_VERSION', undefined],
  ])('%s -> EMBEDDED_BROKEN without a stack', async (_, name, content) => {
    const [file, aside] = [path.join(directory, name), `${directory}.aside`]
    renameSync(file, aside)
    if (content !== undefined) writeFileSync(file, content)
    const error = await openDb({ kind: 'embedded', directory }).catch((reason: unknown) => reason)
    rmSync(file, { recursive: true, force: true })
    renameSync(aside, file)
    expect(error).toMatchObject({
      code: 'EMBEDDED_BROKEN',
      exitCode: 3,
      message: expect.stringContaining(directory),
      hint: expect.any(String),
    })
    expect(String(error).length).toBeLessThan(400)
    expect(existsSync(`${directory}.lock`)).toBe(false)
  })

  test('an attempt to open it -> its files are unchanged', async () => {
    expect(await using((db) => db.query('select 1 as one'))).toEqual([{ one: 1 }])
  })

  test('a file in place of it or of its parent -> SYSTEM_ERROR', async () => {
    const file = path.join(scratch({ file: '' }), 'file')
    await expect(openDb({ kind: 'embedded', directory: file })).rejects.toMatchObject({ code: 'SYSTEM_ERROR' })
    const run = await runSkills(['migrate', '--embedded', `${file}/db`])
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('SYSTEM_ERROR') })
    expect(run.stderr).not.toContain('    at ')
  })

  test('nothing can be written -> an error, and no lock file is left', () => {
    const cwd = scratch()
    const bin = path.resolve(import.meta.dirname, '../../bin/skills.js')
    // no file may grow: what a full disk does, without one
    const run = spawnSync('bash', ['-c', 'ulimit -f 0; "$@" 2>&1 | cat', 'bash', process.execPath, bin, 'migrate', '--embedded', 'db'], {
      cwd,
      encoding: 'utf8',
    })
    expect(run.stdout).toMatch(/\[SYSTEM_ERROR\] cannot open the embedded database db: the file is larger than the system allows/)
    expect(existsSync(path.join(cwd, 'db.lock'))).toBe(false)
  })

  test('other files in it -> refused, and they are unchanged', async () => {
    const theirs = scratch({ 'mine.txt': 'mine' })
    await expect(openDb({ kind: 'embedded', directory: theirs })).rejects.toMatchObject({
      code: 'EMBEDDED_BROKEN',
      message: expect.stringContaining('does not contain a database'),
    })
    expect(readdirSync(theirs)).toEqual(['mine.txt'])
  })
})
