import { describe, expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { freshServer, serverUrl, targetOf } from '../support/databases.ts'
import { untilReady } from '../support/hostile-modes.ts'
import { hostileServer, type HostileClient, type Script } from '../support/hostile-server.ts'
import { commandComplete, dataRow, errorResponse } from '../support/messages.ts'
import { startSkills } from '../support/running-skills.ts'
import { scratch } from '../support/scratch.ts'
import { listen, targetAt, toServer } from '../support/sockets.ts'
import { until } from '../support/waiting.ts'

const TIMES = { quietMs: 300, againMs: 100, graceMs: 300 }

/** Nothing passes after the first answer, in either direction; the real server keeps its connection. */
const blackHole: Script = (client) => client.proxy(untilReady(2))

/** Another server: it was started at another time, and does not have the backend. */
const elsewhere: Script = (client) =>
  client.proxy(({ type, ready, bytes }) => (type === 'D' && ready >= 2 ? dataRow(['2020-01-01 00:00:00+00', '0', null]) : bytes))

const garbage: Script = (client) => client.send('HTTP/1.1 400 Bad Request\r\n\r\n')

const forward: Script = (client) => client.proxy(({ bytes }) => bytes)

/** A server that treats its first connection in another way than the later ones. */
function firstThen(first: Script, later: Script): Script {
  let connections = 0
  return (client) => (connections++ === 0 ? first(client) : later(client))
}

async function openThrough(script: Script): Promise<Db> {
  const { port } = await hostileServer(script)
  return openDb(await targetAt(port, undefined, { connectTimeoutMs: 500 }), { watch: TIMES })
}

describe('dead connection, during a statement', () => {
  test.each<[string, Script, string, RegExp]>([
    ['no answer any more', firstThen(blackHole, () => undefined), 'select 1', /not even to a new connection/],
    ['the answer does not arrive', firstThen(blackHole, forward), 'select 1', /did not arrive/],
  ])('%s -> CONNECTION_LOST', async (_, script, sql, reason) => {
    const db = await openThrough(script)
    await expect(db.query(sql)).rejects.toMatchObject({ code: 'CONNECTION_LOST', exitCode: 3, message: expect.stringMatching(reason) })
    await db.close()
  })

  test('the backend has ended, and nothing says so -> CONNECTION_LOST', async () => {
    const admin = await openDb(await targetOf(serverUrl('postgres')))
    let client: HostileClient | undefined
    const holding: Script = async (held) => {
      client = held
      await held.proxy(({ type, ready, bytes }) => (ready >= 2 || type === 'E' ? 'take over' : bytes))
    }
    const db = await openThrough(firstThen(holding, forward))
    const lost = expect(db.query('select pg_sleep(600)')).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringContaining('the server no longer has it'),
    })
    await admin.query('select pg_terminate_backend($1)', [db.info.pid])
    await lost
    expect(client).toBeDefined()
    await Promise.all([db.close(), admin.close()])
  })

  test.each<[string, Script]>([
    ['works', forward],
    [
      'is refused, because all connections are in use',
      async (client) => {
        await client.startup()
        await client.send(errorResponse({ S: 'FATAL', C: '53300', M: 'sorry, too many clients already' }))
        client.close()
      },
    ],
    ['is closed', (client) => client.close()],
    ['gets garbage', garbage],
  ])('the statement runs, and a second connection %s -> its result', async (_, later) => {
    const db = await openThrough(firstThen(forward, later))
    expect(await db.query('select pg_sleep(1.5), 1 as one')).toMatchObject([{ one: 1 }])
    await db.close()
  })

  test('the server is another one of the same name -> the statement is kept', async () => {
    const db = await openThrough(firstThen(forward, elsewhere))
    expect(await db.query('select pg_sleep(1.5), 1 as one')).toMatchObject([{ one: 1 }])
    await db.close()
  })
})

describe('time limit of statements', () => {
  test('the server does not keep it -> canceled, with the error of a statement timeout', async () => {
    // enough time for the request to cancel, also on a busy machine
    const db = await openDb(await targetOf(serverUrl('postgres')), { watch: { ...TIMES, graceMs: 3_000 } })
    db.limitStatements(100)
    await expect(db.query('select pg_sleep(600)')).rejects.toMatchObject({
      code: '57014',
      message: 'canceling statement due to statement timeout',
    })
    db.limitStatements(undefined)
    expect(await db.query('select pg_sleep(1), 1 as one')).toMatchObject([{ one: 1 }])
    await db.close()
  })

  test('the server does not answer at all -> CONNECTION_LOST, which names the limit', async () => {
    const db = await openThrough(firstThen(blackHole, garbage))
    db.limitStatements(100)
    await expect(db.query('select 1')).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringContaining('canceling statement due to statement timeout'),
    })
    await db.close()
  })
})

test('close: the server does not close the connection -> it ends anyway', async () => {
  const db = await openThrough(blackHole)
  let isEnded = false
  db.onEnd(() => (isEnded = true))
  await db.close()
  await until('the socket is closed', () => isEnded, 10_000)
})

async function took(close: Promise<void>): Promise<number> {
  const began = performance.now()
  await close
  return performance.now() - began
}

test('close without waiting: the server does not close the connection -> it ends at once', async () => {
  const port = await listen((client) => {
    client.allowHalfOpen = true
    void toServer(client, { end: false })
  })
  const [db, other] = [await openDb(await targetAt(port)), await openDb(await targetAt(port))]
  expect(await took(db.close({ wait: false }))).toBeLessThan(1_000)
  expect(await took(other.close())).toBeGreaterThan(1_500)
})

test('abandon: a statement runs -> CONNECTION_LOST with the reason, at once', async () => {
  const db = await openThrough(forward)
  const lost = expect(db.query('select pg_sleep(600)')).rejects.toMatchObject({
    code: 'CONNECTION_LOST',
    message: 'the connection to the database was lost: enough',
  })
  db.abandon('enough')
  await lost
  await db.close()
})

/** What the server does after the first answer. */
const HOSTILE: Readonly<Record<string, Script>> = {
  'is silent': () => undefined,
  'sends notices without end': (client) => client.flood(errorResponse({ S: 'NOTICE', C: '00000', M: 'hello' }, 'N')),
  'completes statements without end': (client) => client.flood(commandComplete()),
}

describe('signal, while the server', () => {
  test.each<[string, 'SIGINT' | 'SIGTERM', number]>([
    ['is silent', 'SIGINT', 130],
    ['is silent', 'SIGTERM', 143],
    ['sends notices without end', 'SIGINT', 130],
    ['completes statements without end', 'SIGTERM', 143],
  ])('%s -> %s ends the process within 2 s, with exit code %i', async (what, signal, code) => {
    let isHostile = false
    const script: Script = async (client) => {
      await blackHole(client)
      isHostile = true
      await HOSTILE[what]?.(client)
    }
    const { name } = await freshServer()
    const { port } = await hostileServer(firstThen(script, () => undefined))
    const { user } = await targetAt(port)
    const url = `postgres://${user}:x@127.0.0.1:${port}/${name}?sslmode=disable`
    const run = startSkills(['migrate', '--dir', '.', '--database-url', url], scratch({ '1.sql': 'select 1;' }))
    await until('it waits for the server', () => isHostile)
    // the first answer is on its way: before the process has it, a signal ends it without a message
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const began = performance.now()
    run.child.kill(signal)
    expect(await run.ended).toEqual([code, null])
    // a loaded machine gets some more time
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(run.stderr().match(/\[[A-Z_]+\]/g)).toEqual([signal === 'SIGINT' ? '[INTERRUPTED]' : '[TERMINATED]'])
  })
})
