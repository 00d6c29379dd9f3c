import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { doctor } from '../../src/index.ts'
import { BIN, runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const count = (folder: string): number => (existsSync(folder) ? readdirSync(folder).length : 0)

/** Moments of the first run, in their order. */
const MOMENTS: readonly (readonly [string, (db: string) => boolean])[] = [
  ['the lock is taken', (db) => existsSync(`${db}.lock`)],
  ['the folder is made', (db) => existsSync(db)],
  ['something is in it', (db) => count(db) > 0],
  ['the control file is there', (db) => existsSync(`${db}/global/pg_control`)],
  ['the first files are there', (db) => count(`${db}/base/1`) > 50],
  ['a third is there', (db) => count(`${db}/base/4`) > 0],
  ['two thirds are there', (db) => count(`${db}/base/5`) > 0],
  ['nearly all is there', (db) => count(`${db}/base/5`) > 250],
  ['the version is there', (db) => existsSync(`${db}/PG_VERSION`)],
  ['the database is up', (db) => existsSync(`${db}/PG_VERSION`) && !existsSync(`${db}.new`)],
]

/** A first run that is killed at the moment. */
async function killAt(db: string, moment: (db: string) => boolean): Promise<void> {
  const child = spawn(process.execPath, [BIN, 'migrate', '--embedded', db], { env: {}, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  while (!moment(db) && child.exitCode === null) await sleep(1)
  child.kill('SIGKILL')
  await ended
}

function identity(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true })
  return `${dev}:${ino}\n`
}

async function using<T>(directory: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDb({ kind: 'embedded', directory })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** A copy of a new database, and a marker that says that it was being made. */
function marked(sql: string): Promise<string> {
  const directory = path.join(scratch(), 'db')
  cpSync(inject('embeddedTemplate'), directory, { recursive: true })
  const made = sql === '' ? Promise.resolve() : using(directory, (db) => db.exec(sql))
  return made.then(() => {
    writeFileSync(`${directory}.new`, identity(directory))
    return directory
  })
}

describe('a first run that is killed when', () => {
  let cut = 0
  test.each(MOMENTS)('%s leaves a folder that the next run opens', { timeout: 60_000 }, async (_, moment) => {
    const db = path.join(scratch(), 'db')
    await killAt(db, moment)
    if (count(db) > 0 && !existsSync(`${db}/PG_VERSION`)) {
      cut++
      const { findings } = await doctor({ embedded: db, env: {}, cwd: path.dirname(db) })
      expect(findings.find(({ id }) => id === 'embedded.folder')).toMatchObject({
        status: 'note',
        text: expect.stringContaining('cut short'),
      })
    }
    expect(await runSkills(['migrate', '--embedded', db])).toMatchObject({ code: 0 })
    for (const of of ['base/1', 'base/4', 'base/5'])
      expect(count(path.join(db, of))).toBeGreaterThanOrEqual(count(path.join(inject('embeddedTemplate'), of)))
    expect(readdirSync(path.dirname(db))).toEqual(['db'])
  })

  test('was hit while it unpacked', () => {
    expect(cut).toBeGreaterThanOrEqual(3)
  })
})

describe('beside a folder with a marker', () => {
  test('a database that somebody has used is kept', async () => {
    const directory = await marked('create table kept as select 7 as id')
    expect(await using(directory, (db) => db.query('select id from kept'))).toEqual([{ id: 7 }])
    expect(existsSync(`${directory}.new`)).toBe(false)
    expect(await using(directory, (db) => db.query('select id from kept'))).toEqual([{ id: 7 }])
  })

  test.each([
    ['opens, and lacks files', 'base/1'],
    ['does not open', 'base/5'],
    ['lacks its settings', 'pg_hba.conf'],
  ])('a new database that %s is made again', async (_, lost) => {
    const directory = await marked('')
    rmSync(path.join(directory, lost), { recursive: true })
    await using(directory, (db) => db.exec('create table kept (id int)'))
    expect(existsSync(path.join(directory, lost))).toBe(true)
    expect(existsSync(`${directory}.new`)).toBe(false)
  })

  test('a damaged database that took the place of the folder is left as it is', async () => {
    const directory = await marked('create table kept as select 7 as id')
    writeFileSync(`${directory}.new`, '1:1\n')
    const [file, aside] = [path.join(directory, 'base/5'), `${directory}.aside`]
    renameSync(file, aside)
    await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BROKEN' })
    rmSync(file, { recursive: true, force: true })
    renameSync(aside, file)
    expect(await using(directory, (db) => db.query('select id from kept'))).toEqual([{ id: 7 }])
  })

  test("somebody's files are left as they are", async () => {
    const directory = path.join(scratch(), 'db')
    mkdirSync(`${directory}/base`, { recursive: true })
    writeFileSync(`${directory}/base/1`, 'x')
    writeFileSync(`${directory}/mine.txt`, 'mine')
    writeFileSync(`${directory}.new`, identity(directory))
    await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BROKEN' })
    expect(readdirSync(directory)).toEqual(['base', 'mine.txt'])
  })
})
