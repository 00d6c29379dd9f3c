import { cpSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { runApplication, type Application } from '../support/application.ts'
import { migratedServer } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'
import { logged, skillsOn, spilled } from '../support/telemetry.ts'
import { until } from '../support/waiting.ts'

const DIST = path.resolve(import.meta.dirname, '../../dist')
const LIBRARY = pathToFileURL(path.join(DIST, 'index.js')).href

let url: string
let written: () => Promise<string[]>

beforeAll(async () => {
  const fresh = await migratedServer()
  url = fresh.flags[1] ?? ''
  const db = await fresh.openForFile()
  written = () => logged(db)
  return () => db.close()
})

const start = (dir: string): string =>
  `createSkills({ database: ${JSON.stringify(url)}, spillDir: ${JSON.stringify(dir)}, flushMs: 60000 })`

async function says(application: Application, word: string): Promise<void> {
  await until(`the application says ${word}`, () => application.said().includes(word))
}

/** The events that the application logged, all of them and each once, in the database or in the spill folder; then the database has them. */
async function expectAll(dir: string, numbers: readonly number[]): Promise<void> {
  const { skills } = skillsOn(url, { spillDir: dir })
  expect((await skills.flush()).complete).toBe(true)
  await skills.close()
  const all = await written()
  const mine = numbers.map(String)
  expect(all.filter((number) => mine.includes(number)).toSorted()).toEqual(mine.toSorted())
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i)

/** The signal ends the application, which has written the 50 events from this number on. */
async function expectWrittenAt(signal: NodeJS.Signals, application: Application, from: number): Promise<void> {
  await says(application, 'ready')
  application.child.kill(signal)
  expect(await application.ended).toEqual({ code: null, signal, stderr: '' })
  expect(await written()).toEqual(expect.arrayContaining(range(from, 50).map(String)))
}

test.each(['SIGHUP', 'SIGQUIT', 'SIGTERM', 'SIGINT'] as const)(
  'process: %s without a handler -> the events are written, it ends by the signal',
  async (signal) => {
    const from = ['SIGHUP', 'SIGQUIT', 'SIGTERM', 'SIGINT'].indexOf(signal) * 100 + 1_000
    const dir = scratch()
    const application = runApplication(`const skills = ${start(dir)}
    for (let i = ${from}; i < ${from + 50}; i++) skills.logUsage(event(i))
    setInterval(() => {}, 1000)
    say('ready')`)
    await expectWrittenAt(signal, application, from)
  },
)

test('process: SIGHUP with a handler that reads the configuration again -> it continues, the events are written', async () => {
  const dir = scratch()
  const application = runApplication(`process.on('SIGHUP', () => say('again'))
    const skills = ${start(dir)}
    for (let i = 2000; i < 2050; i++) skills.logUsage(event(i))
    setInterval(() => {}, 1000)
    say('ready')`)
  await says(application, 'ready')
  application.child.kill('SIGHUP')
  await says(application, 'again')
  await until('the events are written', async () => (await written()).includes('2049'))
  application.child.kill('SIGTERM')
  expect((await application.ended).signal).toBe('SIGTERM')
  await expectAll(dir, range(2_000, 50))
})

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'process: two copies of the library, %s -> both write their events, it ends by the signal',
  async (signal) => {
    const copy = scratch()
    cpSync(DIST, path.join(copy, 'dist'), { recursive: true })
    symlinkSync(path.resolve(DIST, '../node_modules'), path.join(copy, 'node_modules'))
    const from = ['SIGTERM', 'SIGINT', 'SIGHUP'].indexOf(signal) * 100 + 3_000
    const [one, two] = [scratch(), scratch()]
    const application = runApplication(`
    const other = await import(${JSON.stringify(pathToFileURL(path.join(copy, 'dist/index.js')).href)})
    if (other.createSkills === createSkills) throw new Error('one copy')
    const first = ${start(one)}
    const second = other.${start(two)}
    for (let i = ${from}; i < ${from + 25}; i++) first.logUsage(event(i))
    for (let i = ${from + 25}; i < ${from + 50}; i++) second.logUsage(event(i))
    setInterval(() => {}, 1000)
    say('ready')`)
    await expectWrittenAt(signal, application, from)
  },
)

test('process: two copies, the first is closed -> the second still writes its events on SIGTERM', async () => {
  const copy = scratch()
  cpSync(DIST, path.join(copy, 'dist'), { recursive: true })
  symlinkSync(path.resolve(DIST, '../node_modules'), path.join(copy, 'node_modules'))
  const dir = scratch()
  const application = runApplication(`
    const other = await import(${JSON.stringify(pathToFileURL(path.join(copy, 'dist/index.js')).href)})
    const first = ${start(scratch())}
    const second = other.${start(dir)}
    await first.close()
    for (let i = 3500; i < 3550; i++) second.logUsage(event(i))
    setInterval(() => {}, 1000)
    say('ready')`)
  await says(application, 'ready')
  application.child.kill('SIGTERM')
  expect(await application.ended).toEqual({ code: null, signal: 'SIGTERM', stderr: '' })
  expect(await written()).toEqual(expect.arrayContaining(range(3_500, 50).map(String)))
})

/** A worker thread or process: logs 50 events, then does `then`. */
const WORKER = (dir: string, from: number, then: string): string => `
  const { createSkills } = await import(${JSON.stringify(LIBRARY)})
  const skills = ${start(dir)}
  for (let i = ${from}; i < ${from + 50}; i++)
    skills.logUsage({ userId: '9f1c1d3e-0000-4000-8000-000000000001', skillId: 'one', version: '1', outcome: 'success', inputHash: String(i) })
  ${then}`

test.each([
  ['it has nothing more to do', ''],
  ['process.exit', 'process.exit(0)'],
  ['an exception', "throw new Error('bug')"],
  ['close', 'await skills.close()'],
])('worker thread: it ends (%s) -> the events are written or in the spill folder', async (_, then) => {
  const dir = scratch()
  const from = 4_000 + then.length * 100
  const application = runApplication(`
    const { Worker } = await import('node:worker_threads')
    const worker = new Worker(${JSON.stringify(`(async () => {${WORKER(dir, from, then)}})()`)}, { eval: true })
    worker.on('error', () => {})
    worker.on('exit', () => say('over'))`)
  expect((await application.ended).code).toBe(0)
  expect(application.said()).toContain('over')
  await expectAll(dir, range(from, 50))
})

test('worker thread: SIGTERM for the process -> it ends by the signal at once', async () => {
  const application = runApplication(`
    const { Worker } = await import('node:worker_threads')
    const worker = new Worker(${JSON.stringify(`(async () => {${WORKER(scratch(), 8_000, "require('node:worker_threads').parentPort.postMessage(1); setInterval(() => {}, 1000)")}})()`)}, { eval: true })
    worker.on('message', () => say('ready'))`)
  await says(application, 'ready')
  application.child.kill('SIGTERM')
  expect(await application.ended).toEqual({ code: null, signal: 'SIGTERM', stderr: '' })
})

const CLUSTER = (dir: string, primary: string): string => `
  const { default: cluster } = await import('node:cluster')
  if (cluster.isPrimary) {
    let ready = 0
    for (const from of [0, 50]) {
      const worker = cluster.fork({ FROM: from })
      worker.on('message', async () => { if (++ready === 2) { ${primary} } })
      worker.on('exit', (code, signal) => say('worker ' + (signal ?? code)))
    }
  } else {
    const skills = ${start(dir)}
    const from = BASE + Number(process.env.FROM)
    for (let i = from; i < from + 50; i++) skills.logUsage(event(i))
    setInterval(() => {}, 1000)
    process.send('ready')
  }`

test.each([
  ['SIGTERM for each worker', 'for (const worker of Object.values(cluster.workers)) process.kill(worker.process.pid)'],
  ['worker.kill()', 'for (const worker of Object.values(cluster.workers)) worker.kill()'],
  [
    'the primary process is killed',
    "say('pids ' + Object.values(cluster.workers).map((w) => w.process.pid)); process.kill(process.pid, 'SIGKILL')",
  ],
])('cluster: two workers share a spill folder, and end (%s) -> each event is written once', async (_, primary) => {
  const dir = scratch()
  const from = 10_000 + primary.length * 1_000
  const application = runApplication(CLUSTER(dir, primary).replace('BASE', String(from)))
  await application.ended
  await until(
    'the workers have ended',
    async () => new Set([...spilled(dir), ...(await written())].filter((n) => Number(n) >= from && Number(n) < from + 100)).size === 100,
  )
  await expectAll(dir, range(from, 100))
})
