import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
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

describe('embedded: the first run is killed when', () => {
  let cut = 0
  test.each(MOMENTS)('%s -> the next run opens the folder', async (_, moment) => {
    const db = path.join(scratch(), 'db')
    await killAt(db, moment)
    if (count(db) > 0 && !existsSync(`${db}/PG_VERSION`)) {
      cut++
      const { findings } = await doctor({ embedded: db, env: {}, cwd: path.dirname(db) })
      expect(findings.find(({ id }) => id === 'embedded.folder')).toMatchObject({
        status: 'note',
        text: expect.stringContaining('was interrupted'),
      })
    }
    expect(await runSkills(['migrate', '--embedded', db])).toMatchObject({ code: 0 })
    for (const of of ['base/1', 'base/4', 'base/5'])
      expect(count(path.join(db, of))).toBeGreaterThanOrEqual(count(path.join(inject('embeddedTemplate'), of)))
    expect(readdirSync(path.dirname(db))).toEqual(['db'])
  })

  test('the moments -> at least three of them are during unpacking', () => {
    expect(cut).toBeGreaterThanOrEqual(3)
  })
})
