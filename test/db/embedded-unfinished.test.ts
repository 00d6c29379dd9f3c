import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { embeddedTarget } from '../../src/config/embedded-target.ts'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { scratch } from '../support/scratch.ts'

function identity(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true })
  return `${dev}:${ino}\n`
}

async function using<T>(directory: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDb(embeddedTarget(directory))
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

describe('embedded: a folder with the marker of an unfinished database', () => {
  test('a database with a table -> kept', async () => {
    const directory = await marked('create table kept as select 7 as id')
    expect(await using(directory, (db) => db.query('select id from kept'))).toEqual([{ id: 7 }])
    expect(existsSync(`${directory}.new`)).toBe(false)
    expect(await using(directory, (db) => db.query('select id from kept'))).toEqual([{ id: 7 }])
  })

  test.each([
    ['opens, and lacks files', 'base/1'],
    ['does not open', 'base/5'],
    ['lacks its settings', 'pg_hba.conf'],
  ])('a new database that %s -> made again', async (_, lost) => {
    const directory = await marked('')
    rmSync(path.join(directory, lost), { recursive: true })
    await using(directory, (db) => db.exec('create table kept (id int)'))
    expect(existsSync(path.join(directory, lost))).toBe(true)
    expect(existsSync(`${directory}.new`)).toBe(false)
  })

  test('a damaged database in its place -> unchanged', async () => {
    const directory = await marked('create table kept as select 7 as id')
    writeFileSync(`${directory}.new`, '1:1\n')
    const [file, aside] = [path.join(directory, 'base/5'), `${directory}.aside`]
    renameSync(file, aside)
    await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BROKEN' })
    rmSync(file, { recursive: true, force: true })
    renameSync(aside, file)
    expect(await using(directory, (db) => db.query('select id from kept'))).toEqual([{ id: 7 }])
  })

  test('files of somebody else -> unchanged', async () => {
    const directory = path.join(scratch(), 'db')
    mkdirSync(`${directory}/base`, { recursive: true })
    writeFileSync(`${directory}/base/1`, 'x')
    writeFileSync(`${directory}/mine.txt`, 'mine')
    writeFileSync(`${directory}.new`, identity(directory))
    await expect(openDb({ kind: 'embedded', directory })).rejects.toMatchObject({ code: 'EMBEDDED_BROKEN' })
    expect(readdirSync(directory)).toEqual(['base', 'mine.txt'])
  })
})
