import { beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate } from '../../src/index.ts'
import type { Application } from '../support/application.ts'
import { runApplication } from '../support/application.ts'
import { freshServer, freshEmbedded } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { freePort } from '../support/sockets.ts'
import { logged, skillsOn, spilled, until } from '../support/telemetry.ts'

let db: Db
let url: string

beforeAll(async () => {
  const fresh = await freshServer()
  url = fresh.flags[1] ?? ''
  const setup = await fresh.open()
  await migrate(setup)
  await setup.close()
  reopen = () => fresh.open()
})
let reopen: () => Promise<Db>

const clean = async (): Promise<void> => {
  db = await reopen()
  await db.exec('truncate skill_usage_events')
}

const START = (database: string, dir: string, more = ''): string =>
  `const skills = createSkills({ database: ${JSON.stringify(database)}, spillDir: ${JSON.stringify(dir)}, flushMs: 60000${more} })\n`

async function says(application: Application, word: string): Promise<void> {
  await until(`the application says ${word}`, () => application.said().includes(word))
}

test('SIGTERM without a handler of the application: flushed, and dead of the signal', async () => {
  await clean()
  const application = runApplication(`${START(url, scratch())}
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))
    setInterval(() => {}, 1000)
    say('ready')`)
  await says(application, 'ready')
  application.child.kill('SIGTERM')
  expect(await application.ended).toEqual({ code: null, signal: 'SIGTERM', stderr: '' })
  expect(await logged(db)).toHaveLength(50)
})

test.each([
  ['on', "process.on('SIGTERM', () => setTimeout(() => process.exit(7), 700))"],
  ['once', "process.once('SIGTERM', () => setTimeout(() => process.exit(7), 700))"],
])('SIGTERM with a handler of the application (%s): flushed, and the application decides how it ends', async (_, handler) => {
  await clean()
  const application = runApplication(`${handler}
    ${START(url, scratch())}
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))
    setInterval(() => {}, 1000)
    say('ready')`)
  await says(application, 'ready')
  application.child.kill('SIGTERM')
  expect(await application.ended).toMatchObject({ code: 7, signal: null })
  expect(await logged(db)).toHaveLength(50)
})

test('SIGTERM with signal-exit loaded, which steps back for others: neither waits for the other', async () => {
  await clean()
  const application = runApplication(`import { createRequire } from 'node:module'
    const require = createRequire(${JSON.stringify(import.meta.url)})
    const { onExit } = require('signal-exit')
    onExit(() => {})
    ${START(url, scratch())}
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))
    setInterval(() => {}, 1000)
    say('ready')`)
  await says(application, 'ready')
  application.child.kill('SIGTERM')
  expect(await application.ended).toMatchObject({ code: null, signal: 'SIGTERM' })
  expect(await logged(db)).toHaveLength(50)
})

test.each([
  ['process.exit', 'process.exit(3)', 3],
  ['an exception', "throw new Error('bug')", 1],
])('the application ends at once (%s): what was not written is in the spill folder', async (_, end, code) => {
  await clean()
  const dir = scratch()
  const application = runApplication(`${START(url, dir)}
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))
    ${end}`)
  expect((await application.ended).code).toBe(code)
  expect(new Set([...spilled(dir), ...(await logged(db))]).size).toBe(50)
  const { skills } = skillsOn(url, { spillDir: dir })
  expect((await skills.flush()).complete).toBe(true)
  expect(await logged(db)).toHaveLength(50)
  await skills.close()
})

test('an application that has nothing more to do ends by itself, with what it logged written', async () => {
  await clean()
  const application = runApplication(`${START(url, scratch())}
    say(String((await skills.listSkills()).length))
    await skills.isUnlocked('9f1c1d3e-0000-4000-8000-000000000001', 'one')
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))`)
  expect(await application.ended).toEqual({ code: 0, signal: null, stderr: '' })
  expect(await logged(db)).toHaveLength(50)
})

test('so it does on the embedded database, after close: the engine has timers of its own', async () => {
  const fresh = await freshEmbedded()
  const setup = await fresh.open()
  await migrate(setup)
  await setup.close()
  const application = runApplication(`
    const skills = createSkills({ database: { embedded: ${JSON.stringify(fresh.flags[1])} }, spillDir: ${JSON.stringify(scratch())} })
    say(String((await skills.listSkills()).length))
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))
    await skills.close()`)
  expect(await application.ended).toEqual({ code: 0, signal: null, stderr: '' })
  const again = await fresh.open()
  expect(await logged(again)).toHaveLength(50)
})

test('no database at the end: the events are in the spill folder, and the end does not wait', async () => {
  const dir = scratch()
  const application = runApplication(`${START(`postgres://nobody@127.0.0.1:${await freePort()}/x`, dir)}
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))`)
  expect(await application.ended).toMatchObject({ code: 0, signal: null })
  expect(spilled(dir)).toHaveLength(50)
})

test('a listener of warnings that throws, and none at all, break nothing', async () => {
  const away = `postgres://nobody@127.0.0.1:${await freePort()}/x`
  const thrower = runApplication(`${START(away, scratch(), ", onWarning: () => { throw new Error('x') }")}
    skills.logUsage({}); skills.logUsage(event(1)); await skills.flush({ timeoutMs: 200 }); say('done')`)
  expect((await thrower.ended).code).toBe(0)
  expect(thrower.said()).toContain('done')
  const silent = runApplication(`${START(away, scratch())} skills.logUsage({}); say('done')`)
  expect(await silent.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('SkillsWarning') })
})

test('killed 30 times, with and without a database: what was acknowledged is there, once', { timeout: 240_000 }, async () => {
  await clean()
  const dir = scratch()
  const away = `postgres://nobody@127.0.0.1:${await freePort()}/x`
  const acknowledged = new Set<string>()
  for (let round = 0; round < 30; round++) {
    const isAway = round % 3 === 2
    const application = runApplication(`
      const skills = createSkills({ database: ${JSON.stringify(isAway ? away : url)}, spillDir: ${JSON.stringify(dir)}, flushMs: 2, batchSize: 20, maxBuffered: 60 })
      let i = ${round} * 1e6
      for (;;) {
        const from = i
        for (let j = 0; j < 30; j++) skills.logUsage(event(i++))
        if (${isAway}) await new Promise((resolve) => setTimeout(resolve, 3))
        else if ((await skills.flush()).complete && skills.counts().dropped === 0) say('ok ' + from + ' ' + i)
        say('alive')
      }`)
    await says(application, 'alive')
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 250))
    application.child.kill('SIGKILL')
    await application.ended
    for (const [, from, to] of application.said().matchAll(/^ok (\d+) (\d+)$/gm))
      for (let i = Number(from); i < Number(to); i++) acknowledged.add(String(i))
    for (const number of spilled(dir)) acknowledged.add(number)
  }
  expect(acknowledged.size).toBeGreaterThan(1_000)
  const { skills, warnings } = skillsOn(url, { spillDir: dir })
  await until('the spill folder is empty', async () => (await skills.flush()).complete)
  await skills.close()
  const numbers = await logged(db)
  expect(new Set(numbers).size).toBe(numbers.length)
  const there = new Set(numbers)
  expect([...acknowledged].filter((number) => !there.has(number))).toEqual([])
  expect(spilled(dir)).toEqual([])
  expect(warnings).toEqual([])
})
