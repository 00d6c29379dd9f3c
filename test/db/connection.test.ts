import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { SkillsError } from '../../src/core/errors.ts'
import type { ServerTarget, SslMode } from '../../src/core/target.ts'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { freshServer, serverUrl, targetOf } from '../support/databases.ts'
import {
  asksForPassword,
  fakeServer,
  freePort,
  listen,
  makeCertificate,
  noTlsToServer,
  targetAt,
  tlsOnlyToServer,
  tlsToServer,
  toServer,
} from '../support/sockets.ts'
import { until, untilRunning } from '../support/waiting.ts'

/** The error of opening; no message may hold the password. */
async function failure(target: ServerTarget, waitMs = 0): Promise<SkillsError> {
  const error = await openDb(target, { waitMs }).then(
    async (db) => {
      await db.close()
      throw new Error('it opened')
    },
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SkillsError)
  const { message, hint } = error as SkillsError
  expect(`${message} ${hint}`).not.toMatch(/s3cr3t|undefined|\[object/)
  return error as SkillsError
}

/** Opens, works, closes. */
async function using<T>(target: ServerTarget, work: (db: Db) => Promise<T>, waitMs = 0): Promise<T> {
  const db = await openDb(target, { waitMs })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

const one = (db: Db): Promise<unknown[]> => db.query('select 1 as one')

const http = (socket: net.Socket): void => void socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nnot a database')
const MYSQL = Buffer.from('J\0\0\0\n8.0.36\0\u0008\0\0\0')

/** The answer of a server of some version to the greeting query. */
function greetingOf(version: string): Parameters<typeof fakeServer>[0] {
  const [int4, text, bool, json] = [23, 25, 16, 114]
  return {
    pid: { type: int4, value: '7' },
    user: { type: text, value: 'app' },
    database: { type: text, value: 'prod' },
    version: { type: int4, value: version },
    version_text: { type: text, value: '12.18 (Debian 12.18-1)' },
    exists: { type: bool, value: 'f' },
    path: { type: json, value: '["public"]' },
    superuser: { type: bool, value: 'f' },
    in_recovery: { type: bool, value: 'f' },
    server_started: { type: text, value: '2026-01-01 00:00:00+00' },
  }
}

describe('connection: a server that', () => {
  test.each<[string, (socket: net.Socket) => void, SslMode, RegExp]>([
    ['accepts and closes at once', (socket) => socket.destroy(), 'disable', /closed the connection/],
    ['accepts and closes at once, when TLS is wanted', (socket) => socket.destroy(), 'require', /closed the connection/],
    ['accepts and ends', (socket) => socket.end(), 'disable', /closed the connection/],
    ['stays silent', () => undefined, 'disable', /no answer within 1 s/],
    ['stays silent, when TLS is wanted', () => undefined, 'require', /no answer within 1 s/],
    ['stays silent after its yes to TLS', (socket) => socket.once('data', () => socket.write('S')), 'require', /no answer within 1 s/],
    ['speaks HTTP', (socket) => socket.once('data', () => http(socket)), 'disable', /is not a PostgreSQL server/],
    ['speaks HTTP, when TLS is wanted', (socket) => socket.once('data', () => http(socket)), 'require', /is not a PostgreSQL server/],
    ['speaks HTTP, when TLS is preferred', (socket) => socket.once('data', () => http(socket)), 'prefer', /is not a PostgreSQL server/],
    ['greets first, as SMTP does', (socket) => void socket.write('220 mail ESMTP\r\n'), 'disable', /is not a PostgreSQL server/],
    ['is MySQL', (socket) => void socket.write(MYSQL), 'disable', /is not a PostgreSQL server/],
    [
      'puts a message behind its yes to TLS',
      (socket) => socket.once('data', () => socket.write('SR\0\0\0\u0008\0\0\0\0')),
      'require',
      /is not a PostgreSQL server/,
    ],
  ])('%s -> DATABASE_UNREACHABLE with the reason', async (_, onConnection, mode, reason) => {
    const port = await listen(onConnection)
    const error = await failure(await targetAt(port, { mode }, { connectTimeoutMs: 1000 }))
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      exitCode: 3,
      hint: expect.any(String),
      message: expect.stringMatching(reason),
    })
    expect(error.message).toContain(`127.0.0.1:${port}: `)
  })

  test('is not there -> address and reason', async () => {
    const port = await freePort()
    const error = await failure(await targetAt(port))
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: `cannot connect to PostgreSQL at 127.0.0.1:${port}: connection refused`,
    })
  })

  test.each([
    ['has no socket', { hosts: [{ host: '/nowhere', port: 5432 }] }, '/nowhere/.s.PGSQL.5432: no such socket'],
    ['has no name', { hosts: [{ host: 'nowhere.invalid', port: 5432 }] }, 'nowhere.invalid:5432: the host name'],
  ])('%s -> DATABASE_UNREACHABLE with the place', async (_, over, reason) => {
    const error = await failure(await targetAt(1, undefined, over))
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining(`cannot connect to PostgreSQL at ${reason}`),
    })
  })

  test('is not there -> the next host of the list', async () => {
    const [dead, alive] = [await freePort(), await listen((socket) => void toServer(socket))]
    const hosts = [dead, alive].map((port) => ({ host: '127.0.0.1', port }))
    expect(await using(await targetAt(0, undefined, { hosts }), one)).toEqual([{ one: 1 }])
  })

  test('asks for a password -> the one of that host; a refusal names the ignored password file', async () => {
    const asked: string[] = []
    const port = await listen(asksForPassword((password) => asked.push(password)))
    const hosts = [
      { host: '127.0.0.1', port: await freePort(), password: 'of-the-dead' },
      { host: '127.0.0.1', port, password: 'of-the-living' },
    ]
    const login = { permitsUnencrypted: true } as const
    await failure(await targetAt(0, undefined, { hosts, login, password: undefined }))
    expect(asked).toEqual(['of-the-living'])
    const error = await failure({
      ...(await targetAt(port, undefined, { login })),
      password: undefined,
      ignoredPasswordFile: '/home/me/.pgpass',
    })
    expect(error.hint).toBe(
      'the password file /home/me/.pgpass was ignored, because other users can read it: run chmod 600 /home/me/.pgpass',
    )
  })

  test('begins to listen later -> the connection waits for it', async () => {
    const port = await freePort()
    const opened = using(await targetAt(port), one, 120_000)
    await sleep(300)
    await listen((socket) => void toServer(socket), port)
    expect(await opened).toEqual([{ one: 1 }])
  })

  test('never listens -> an error after the waiting time', async () => {
    const error = await failure(await targetAt(await freePort()), 1000)
    expect(error.code).toBe('DATABASE_UNREACHABLE')
  })

  test.each([
    ['has no such database', { database: 'no_such_db' }, /database "no_such_db" does not exist \(SQLSTATE 3D000\)/, /name of the database/],
    ['has no such role', { user: 'no_such_role' }, /role "no_such_role" does not exist \(SQLSTATE 28000\)/, /user/],
    ['refuses the options', { startupOptions: '-c no_such_setting=1' }, /unrecognized configuration parameter/, /settings/],
  ])('%s -> an error after one attempt', async (_, over, message, hint) => {
    let attempts = 0
    const port = await listen((socket) => {
      attempts += 1
      void toServer(socket)
    })
    const error = await failure(await targetAt(port, undefined, over), 120_000)
    expect(attempts).toBe(1)
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      exitCode: 3,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  test('is older than 13 -> SERVER_TOO_OLD', async () => {
    const port = await listen(fakeServer(greetingOf('120018')))
    const error = await failure(await targetAt(port))
    expect(error).toMatchObject({ code: 'SERVER_TOO_OLD', exitCode: 2, message: expect.stringContaining('PostgreSQL 12.18') })
    // the fake itself is good enough to be opened when it is young enough
    const young = await listen(fakeServer(greetingOf('130000')))
    await using(await targetAt(young), async ({ info }) =>
      expect(info).toMatchObject({ version: 130_000, user: 'app', schema: 'public', superuser: false }),
    )
  })
})

describe('TLS', () => {
  const certificate = makeCertificate()
  const elsewhere = makeCertificate('DNS:elsewhere.example')
  const proxies = {
    tls: tlsToServer(certificate),
    'tls for another name': tlsToServer(elsewhere),
    'nothing but tls': tlsOnlyToServer(certificate),
    plain: noTlsToServer,
  }
  const rootCert = certificate.cert

  // 0.0.0.0 is this machine, but does not look like it: where `prefer` begins with TLS
  test.each<[SslMode, keyof typeof proxies, { rootCert?: string; host?: string }]>([
    ['require', 'tls', {}],
    ['require', 'tls', { rootCert }],
    ['prefer', 'tls', { host: '0.0.0.0' }],
    ['verify-ca', 'tls', { rootCert }],
    ['verify-ca', 'tls for another name', { rootCert: elsewhere.cert }],
    ['verify-full', 'tls', { rootCert }],
    ['verify-full', 'tls', { rootCert, host: 'localhost' }],
    ['allow', 'nothing but tls', {}],
    ['prefer', 'nothing but tls', {}],
    ['disable', 'plain', {}],
    ['allow', 'plain', {}],
    ['prefer', 'plain', {}],
    ['prefer', 'plain', { host: '0.0.0.0' }],
  ])('%s and a server with %s, %j -> connected', async (mode, proxy, { host = '127.0.0.1', ...files }) => {
    const port = await listen(proxies[proxy])
    expect(await using(await targetAt(port, { mode, ...files }, { hosts: [{ host, port }] }), one)).toEqual([{ one: 1 }])
  })

  test.each<[SslMode, keyof typeof proxies, { rootCert?: string; host?: string }, RegExp, RegExp]>([
    ['verify-full', 'tls', {}, /self-signed certificate/, /sslrootcert=FILE/],
    ['verify-full', 'tls', { rootCert: 'system' }, /self-signed certificate/, /sslrootcert=FILE/],
    ['verify-ca', 'tls', {}, /self-signed certificate/, /sslrootcert=FILE/],
    ['verify-ca', 'tls', { rootCert: elsewhere.cert }, /certificate/, /sslrootcert=FILE/],
    ['require', 'tls', { rootCert: elsewhere.cert }, /certificate/, /sslrootcert=FILE/],
    ['verify-full', 'tls for another name', { rootCert: elsewhere.cert }, /127\.0\.0\.1/, /a name that is in the certificate/],
    [
      'verify-full',
      'tls for another name',
      { rootCert: elsewhere.cert, host: 'localhost' },
      /localhost/,
      /a name that is in the certificate/,
    ],
    ['disable', 'nothing but tls', {}, /no encryption \(SQLSTATE 28000\)/, /sslmode/],
    ['require', 'plain', {}, /does not offer TLS, and sslmode is require/, /enable TLS/],
    ['verify-full', 'plain', { rootCert }, /does not offer TLS, and sslmode is verify-full/, /enable TLS/],
  ])('%s and a server with %s, %j -> refused after one attempt', async (mode, proxy, { host = '127.0.0.1', ...files }, message, hint) => {
    let attempts = 0
    const port = await listen((socket) => {
      attempts += 1
      proxies[proxy](socket)
    })
    const error = await failure(await targetAt(port, { mode, ...files }, { hosts: [{ host, port }] }), 120_000)
    expect(attempts).toBe(1)
    expect(error).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      exitCode: 3,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  test('cancel() over TLS -> the statement stops', async () => {
    const port = await listen(proxies.tls)
    await using(await targetAt(port, { mode: 'require' }), expectCancel)
  })
})

/** Runs `work` on a session that it can have killed; nothing of what it did may be there afterwards. */
async function lose(work: (db: Db, kill: () => Promise<void>, running: (text: string) => Promise<void>) => Promise<void>): Promise<void> {
  const database = await freshServer()
  const [db, other] = [await database.open(), await database.open()]
  const [{ pid } = { pid: 0 }] = await db.query<{ pid: number }>('select pg_backend_pid() as pid')
  const kill = async (): Promise<void> => {
    // a number of a process is soon another's
    const [{ since } = { since: '' }] = await other.query<{ since: string }>(
      'select backend_start::text as since from pg_stat_activity where pid = $1',
      [pid],
    )
    await other.query('select pg_terminate_backend($1)', [pid])
    const isThere = 'select 1 from pg_stat_activity where pid = $1 and backend_start = $2::timestamptz'
    await until('the backend ends', async () => (await other.query(isThere, [pid, since])).length === 0)
  }
  await work(db, kill, (text) => untilRunning(other, text))
  // nothing of the transaction is there, and the session stays lost
  await expect(db.exec('create table later (id int)')).rejects.toMatchObject({ code: 'CONNECTION_LOST', exitCode: 3 })
  await db.close()
  expect(await other.query("select relname from pg_class where relnamespace = 'public'::regnamespace")).toEqual([])
}

describe('a connection that is lost', () => {
  test('between the statements of a transaction -> none of the rest runs', async () => {
    await lose(async (db, kill) => {
      const work = db.transaction({}, async () => {
        await db.exec('create table public.first (id int)')
        await kill()
        await expect(db.exec('create table public.second (id int)')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
        await db.exec('create table public.third (id int)')
      })
      await expect(work).rejects.toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringContaining('lost') })
    })
  })

  test('before COMMIT -> an error', async () => {
    await lose(async (db, kill) => {
      await expect(db.transaction({}, () => db.exec('create table public.first (id int)').then(kill))).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
      })
    })
  })

  test('during a statement -> CONNECTION_LOST', async () => {
    await lose(async (db, kill, running) => {
      const killed = running('pg_sleep(601)').then(kill)
      await expect(db.query('select pg_sleep(601)')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      await killed
    })
  })

  test('during a pipeline -> CONNECTION_LOST', async () => {
    await lose(async (db, kill, running) => {
      const sent = db.pipeline(['begin', 'create table public.first (id int)', 'select pg_sleep(602)', 'commit'])
      const killed = running('pg_sleep(602)').then(kill)
      await expect(sent).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      await killed
    })
  })
})

test('cancel(): a statement runs -> it stops, and the session can be used', async () => {
  const db = await openDb(await targetOf(serverUrl('postgres')))
  await expectCancel(db)
  expect(await one(db)).toEqual([{ one: 1 }])
  await db.close()
})

/** Cancels a statement once the server runs it. */
async function expectCancel(db: Db): Promise<void> {
  const observer = await openDb(await targetOf(serverUrl('postgres')))
  const cancelled = expect(db.query('select pg_sleep(600)')).rejects.toMatchObject({ code: '57014' })
  await untilRunning(observer, 'pg_sleep(600)')
  await db.cancel()
  await cancelled
  await observer.close()
}
