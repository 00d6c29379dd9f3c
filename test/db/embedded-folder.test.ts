import { spawn } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, inject, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

/** Path of a new embedded database. */
function freshFolder(): string {
  const directory = path.join(scratch(), 'db')
  cpSync(inject('embeddedTemplate'), directory, { recursive: true })
  return directory
}

async function using<T>(directory: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDb({ kind: 'embedded', directory })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

const KEPT = 'select count(*)::int as n, sum(id)::int as sum from kept'

/** A process that opens the folder, writes and then holds it until it is killed. */
async function hold(directory: string): Promise<{ pid: number; kill: () => Promise<void> }> {
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
  test('is refused with its pid, left alone, and taken over when that process was killed', async () => {
    const directory = freshFolder()
    const holder = await hold(directory)
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
    expect(await using(directory, (db) => db.query(KEPT))).toEqual([{ n: 1000, sum: 500_500 }])
    expect(existsSync(`${directory}.lock`)).toBe(false)
  })

  test('is refused in the same process, too', async () => {
    const directory = freshFolder()
    await using(directory, async () => {
      await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BUSY' })
      if (process.platform !== 'linux') return
      // there the kernel guards it too, whatever becomes of the file
      rmSync(`${directory}.lock`)
      await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BUSY' })
    })
    expect(await using(directory, (db) => db.query('select 1 as one'))).toEqual([{ one: 1 }])
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
    const directory = refusal === undefined ? freshFolder() : path.join(scratch(), 'db')
    writeFileSync(`${directory}.lock`, typeof content === 'string' ? content : JSON.stringify(content))
    if (refusal === undefined) expect(await using(directory, (db) => db.query('select 1 as one'))).toEqual([{ one: 1 }])
    else
      await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({
        code: 'EMBEDDED_BUSY',
        message: expect.stringMatching(refusal),
      })
    expect(existsSync(`${directory}.lock`)).toBe(refusal !== undefined)
  })
})

describe('a folder that cannot be opened', () => {
  test.each<[string, (directory: string) => void]>([
    ['the control file is cut short', (directory) => truncateSync(`${directory}/global/pg_control`, 10)],
    ['it is of another version', (directory) => writeFileSync(`${directory}/PG_VERSION`, '15\n')],
    ['its tables are gone', (directory) => rmSync(`${directory}/base`, { recursive: true })],
    ['a catalog is noise', (directory) => writeFileSync(`${directory}/base/5/pg_filenode.map`, 'noise')],
    ['it is no database', (directory) => rmSync(`${directory}/PG_VERSION`)],
  ])('as %s is EMBEDDED_BROKEN, not a stack', async (_, damage) => {
    const directory = freshFolder()
    damage(directory)
    const error = await openDb({ kind: 'embedded', directory }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'EMBEDDED_BROKEN',
      exitCode: 3,
      message: expect.stringContaining(directory),
      hint: expect.any(String),
    })
    expect(String(error).length).toBeLessThan(400)
    expect(existsSync(`${directory}.lock`)).toBe(false)
  })

  test('as it or its parent is a file', async () => {
    const file = path.join(scratch({ file: '' }), 'file')
    await expect(openDb({ kind: 'embedded', directory: file })).rejects.toMatchObject({ code: 'EMBEDDED_BROKEN' })
    const run = await runSkills(['migrate', '--embedded', `${file}/db`])
    expect(run).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('EMBEDDED_BROKEN') })
    expect(run.stderr).not.toContain('    at ')
  })

  test('as it holds files of somebody else, which stay alone', async () => {
    const directory = scratch({ 'mine.txt': 'mine' })
    await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({
      code: 'EMBEDDED_BROKEN',
      message: expect.stringContaining('holds no database'),
    })
    expect(readdirSync(directory)).toEqual(['mine.txt'])
  })
})
