import { beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { Application } from '../support/application.ts'
import { runApplication } from '../support/application.ts'
import { migratedEmbedded, migratedServer } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { freePort } from '../support/sockets.ts'
import { logged, skillsOn, spilled } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

let db: Db
let url: string

beforeAll(async () => {
  const fresh = await migratedServer()
  url = fresh.flags[1] ?? ''
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

test('process: SIGTERM without a handler -> the events are written, it ends by the signal', async () => {
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
])('process: SIGTERM with a handler (%s) -> the events are written, the application ends itself', async (_, handler) => {
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

test('process: SIGTERM with signal-exit loaded -> it ends by the signal', async () => {
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
])('process: it ends suddenly (%s) -> the events are in the spill folder', async (_, end, code) => {
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

test('process: nothing is left to do -> it ends, the events are written', async () => {
  await clean()
  const application = runApplication(`${START(url, scratch())}
    say(String((await skills.listSkills()).length))
    await skills.isUnlocked('9f1c1d3e-0000-4000-8000-000000000001', 'one')
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))`)
  expect(await application.ended).toEqual({ code: 0, signal: null, stderr: '' })
  expect(await logged(db)).toHaveLength(50)
})

test('process: close() on the embedded database -> it ends, the events are written', async () => {
  const fresh = await migratedEmbedded()
  const application = runApplication(`
    const skills = createSkills({ database: { embedded: ${JSON.stringify(fresh.flags[1])} }, spillDir: ${JSON.stringify(scratch())} })
    say(String((await skills.listSkills()).length))
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))
    await skills.close()`)
  expect(await application.ended).toEqual({ code: 0, signal: null, stderr: '' })
  const again = await fresh.open()
  expect(await logged(again)).toHaveLength(50)
})

test('process: it ends without a database -> the events are in the spill folder', async () => {
  const dir = scratch()
  const application = runApplication(`${START(`postgres://someone@127.0.0.1:${await freePort()}/x`, dir)}
    for (let i = 0; i < 50; i++) skills.logUsage(event(i))`)
  expect(await application.ended).toMatchObject({ code: 0, signal: null })
  expect(spilled(dir)).toHaveLength(50)
})

test('process: the warning listener throws, or there is none -> it continues', async () => {
  const away = `postgres://someone@127.0.0.1:${await freePort()}/x`
  const thrower = runApplication(`${START(away, scratch(), ", onWarning: () => { throw new Error('x') }")}
    skills.logUsage({}); skills.logUsage(event(1)); await skills.flush({ timeoutMs: 200 }); say('done')`)
  expect((await thrower.ended).code).toBe(0)
  expect(thrower.said()).toContain('done')
  const silent = runApplication(`${START(away, scratch())} skills.logUsage({}); say('done')`)
  expect(await silent.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('SkillsWarning') })
})
