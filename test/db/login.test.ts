import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SkillsError } from '../../src/core/errors.ts'
import type { LoginRules, ServerTarget, SslSettings } from '../../src/core/target.ts'
import type { Db } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { freePort } from '../support/sockets.ts'
import { untilRunning } from '../support/waiting.ts'
import { PASSWORD, startLoginServer, type LoginServer } from '../support/login-server.ts'

let server: LoginServer

beforeAll(async () => {
  server = await startLoginServer()
})
afterAll(() => server?.stop())

const TLS = (): SslSettings => ({ mode: 'verify-full', rootCert: server.files.ca })
const PLAIN: SslSettings = { mode: 'disable' }

async function using<T>(target: ServerTarget, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDb(target)
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

const whoAmI = (db: Db): Promise<unknown> => db.query('select current_user as role, ssl from pg_stat_ssl where pid = pg_backend_pid()')

async function login(user: string, ssl: SslSettings, rules: LoginRules = {}, over: Partial<ServerTarget> = {}): Promise<unknown> {
  return using(await server.target(user, { ssl, login: rules, ...over }), whoAmI)
}

async function tlsVersion(ssl: SslSettings): Promise<unknown> {
  return using(await server.target('trusted', { ssl }), (db) => db.query('select version from pg_stat_ssl where pid = pg_backend_pid()'))
}

/** The name for TLS, and the address to connect to. */
function at(host: string): Partial<ServerTarget> {
  return { hosts: [{ host, address: '127.0.0.1', port: server.port }] }
}

async function refusal(user: string, ssl: SslSettings, rules: LoginRules = {}, over: Partial<ServerTarget> = {}): Promise<SkillsError> {
  const error = await login(user, ssl, rules, over).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(SkillsError)
  expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 3, hint: expect.any(String) })
  expect(`${(error as SkillsError).message} ${(error as SkillsError).hint}`).not.toContain(PASSWORD)
  return error as SkillsError
}

describe('login without TLS', () => {
  test.each<[string, LoginRules]>([
    ['trusted', {}],
    ['trusted', { methods: ['none'] }],
    ['scram', {}],
    ['scram', { methods: ['scram-sha-256'] }],
    ['md5_digest', { methods: ['md5'], permitsUnencrypted: true }],
    ['cleartext', { methods: ['password', 'none'], permitsUnencrypted: true }],
    ['scram', { leastProtocol: 0, mostProtocol: 2 }],
  ])('%s, %j -> logged in', async (user, rules) => {
    expect(await login(user, PLAIN, rules)).toEqual([{ role: user, ssl: false }])
  })

  test.each<[string, LoginRules, RegExp, RegExp?]>([
    ['md5_digest', {}, /requires an MD5 digest of the password over a connection that is not encrypted/, /require_auth=md5/],
    ['cleartext', {}, /requires the password over a connection that is not encrypted/, /require_auth=password/],
    ['cleartext', { methods: ['password', 'scram-sha-256', 'none'] }, /not encrypted/],
    ['trusted', { methods: ['scram-sha-256'] }, /requires no authentication, which require_auth does not allow/],
    ['scram', { methods: ['md5', 'none'] }, /requires the method scram-sha-256, which require_auth does not allow/],
    ['scram', { channelBinding: 'require' }, /does not bind the login to a TLS connection/, /use TLS/],
    ['trusted', { channelBinding: 'require' }, /does not bind the login to a TLS connection/],
  ])('%s, %j -> refused', async (user, rules, message, hint = /./) => {
    const error = await refusal(user, PLAIN, rules)
    expect(error.message).toMatch(message)
    expect(error.message).toContain(`cannot log in to PostgreSQL at 127.0.0.1:${server.port}: `)
    expect(error.hint).toMatch(hint)
  })
})

describe('login with TLS', () => {
  test.each<[string, LoginRules]>([
    ['trusted', {}],
    ['scram', {}],
    ['tls_scram', { channelBinding: 'require' }],
    ['tls_scram', { channelBinding: 'require', methods: ['scram-sha-256'] }],
    ['tls_scram', { channelBinding: 'disable' }],
    ['md5_digest', {}],
    ['tls_cleartext', {}],
  ])('%s, %j -> logged in', async (user, rules) => {
    expect(await login(user, TLS(), rules)).toEqual([{ role: user, ssl: true }])
  })

  test.each<[string, LoginRules]>([
    ['md5_digest', { channelBinding: 'require' }],
    ['tls_cleartext', { channelBinding: 'require' }],
    ['trusted', { channelBinding: 'require' }],
  ])('%s, %j -> refused: no channel binding', async (user, rules) => {
    expect((await refusal(user, TLS(), rules)).message).toMatch(/does not bind the login to a TLS connection/)
  })

  test('client certificate -> logged in; an encrypted key needs its passphrase', async () => {
    const { clientCert: cert, clientKey, encryptedKey } = server.files
    const expected = [{ role: 'certified', ssl: true }]
    expect(await login('certified', { ...TLS(), cert, key: clientKey })).toEqual(expected)
    expect(await login('certified', { ...TLS(), cert, key: encryptedKey, passphrase: 'open sesame' })).toEqual(expected)
    await expect(login('certified', { ...TLS(), cert, key: encryptedKey, passphrase: 'wrong' })).rejects.toMatchObject({
      code: 'DATABASE_URL_INVALID',
      exitCode: 2,
      hint: expect.stringContaining('sslpassword'),
    })
    expect((await refusal('certified', TLS())).message).toMatch(/certificate/)
  })

  test('revocation list -> a revoked certificate is refused, another one is not', async () => {
    const { emptyCrl, serverCrl } = server.files
    expect(await login('trusted', { ...TLS(), revocationLists: [emptyCrl] })).toEqual([{ role: 'trusted', ssl: true }])
    const error = await refusal('trusted', { ...TLS(), revocationLists: [serverCrl] })
    expect(error.message).toMatch(/revoked/)
    expect(error.hint).toMatch(/revoked/)
  })

  test('hostaddr -> connected there, the name of the host is verified', async () => {
    expect(await login('trusted', TLS(), {}, at('localhost'))).toEqual([{ role: 'trusted', ssl: true }])
    expect((await refusal('trusted', TLS(), {}, at('db.invalid'))).message).toMatch(/db\.invalid/)
  })

  test('version of TLS -> the one that the settings allow', async () => {
    expect(await tlsVersion({ ...TLS(), mostVersion: 'TLSv1.2' })).toEqual([{ version: 'TLSv1.2' }])
    expect(await tlsVersion({ ...TLS(), leastVersion: 'TLSv1.3' })).toEqual([{ version: 'TLSv1.3' }])
  })

  test('sslnegotiation=direct -> as the version of the server allows', async () => {
    if (server.version >= 170_000) expect(await login('trusted', { ...TLS(), direct: true })).toEqual([{ role: 'trusted', ssl: true }])
    else expect((await refusal('trusted', { ...TLS(), direct: true })).hint).toMatch(/./)
  })

  test('the name is not sent (sslsni=0) -> logged in, and it is still verified', async () => {
    expect(await login('trusted', { ...TLS(), hideName: true }, {}, at('localhost'))).toEqual([{ role: 'trusted', ssl: true }])
    expect((await refusal('trusted', { ...TLS(), hideName: true }, {}, at('other.invalid'))).message).toMatch(/other\.invalid/)
  })

  test.each<LoginRules>([{}, { mostProtocol: 2 }])('cancel(), %j -> the statement stops, with the key of the login', async (rules) => {
    const target = await server.target('trusted', { ssl: TLS(), login: rules })
    await using(target, async (db) => {
      const cancelled = expect(db.query('select pg_sleep(600)')).rejects.toMatchObject({ code: '57014' })
      await using(await server.target('postgres'), (observer) => untilRunning(observer, 'pg_sleep(600)'))
      await db.cancel()
      await cancelled
    })
  })

  test('protocol 3.2 -> as the version of the server allows', async () => {
    const rules: LoginRules = { leastProtocol: 2, mostProtocol: 2 }
    if (server.version >= 180_000) expect(await login('scram', TLS(), rules)).toEqual([{ role: 'scram', ssl: true }])
    else expect((await refusal('scram', TLS(), rules)).message).toMatch(/min_protocol_version is 3\.2/)
  })
})

describe('refused login: keeps its own error', () => {
  test.each<[string, SslSettings['mode'], RegExp, RegExp]>([
    [
      'missing',
      'prefer',
      /role "missing" does not exist \(SQLSTATE 28000\)/,
      /^check the user, or create the role: CREATE ROLE "missing" LOGIN$/,
    ],
    ['missing', 'allow', /role "missing" does not exist/, /create the role/],
    ['missing', 'disable', /role "missing" does not exist/, /create the role/],
    ['missing_scram', 'prefer', /password authentication failed for user "missing_scram" \(SQLSTATE 28P01\)/, /check user and password/],
    ['rejected', 'disable', /pg_hba\.conf rejects connection.* \(SQLSTATE 28000\)/, /sslmode/],
    ['unlisted', 'disable', /no pg_hba\.conf entry.* \(SQLSTATE 28000\)/, /sslmode/],
    ['unlisted', 'prefer', /no pg_hba\.conf entry/, /pg_hba\.conf/],
    ['tls_scram', 'disable', /no pg_hba\.conf entry.*no encryption/, /sslmode/],
  ])('%s with sslmode=%s', async (user, mode, message, hint) => {
    const error = await refusal(user, { mode })
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(/TLS/)
    expect(error.hint).toMatch(hint)
  })

  test('wrong password -> 28P01, for each method', async () => {
    const rules: LoginRules = { permitsUnencrypted: true }
    for (const user of ['scram', 'md5_digest', 'cleartext'])
      expect((await refusal(user, PLAIN, rules, { password: 'wrong' })).message).toMatch(/password authentication failed.*28P01/)
  })

  test('no password -> the error says that none is set', async () => {
    const error = await refusal('scram', PLAIN, {}, { password: undefined })
    expect(error.message).toMatch(/requires a password, and none is set/)
    expect(error.hint).toMatch(/in the source that names the host: .*PGPASSWORD; options and the environment .*password file/)
  })

  test.each<[string, SslSettings['mode']]>([
    ['tls_scram', 'prefer'],
    ['tls_scram', 'allow'],
    // without TLS its password could be read: TLS is tried before that is an error
    ['cleartext', 'prefer'],
    ['md5_digest', 'prefer'],
  ])('%s with sslmode=%s: TLS helps -> logged in with TLS', async (user, mode) => {
    expect(await login(user, { mode })).toEqual([{ role: user, ssl: true }])
  })
})

describe('several hosts', () => {
  test('one that refuses the login -> the next one is not tried', async () => {
    const hosts = [
      { host: '127.0.0.1', port: server.port },
      { host: '127.0.0.1', port: await freePort() },
    ]
    expect((await refusal('missing', PLAIN, {}, { hosts })).message).toMatch(/role "missing" does not exist/)
  })

  test.each(['any', 'read-write', 'primary', 'prefer-standby'] as const)(
    'target_session_attrs=%s and a primary -> logged in',
    async (wanted) => {
      const over = wanted === 'any' ? {} : { sessionAttributes: wanted }
      const hosts = [
        { host: '127.0.0.1', port: await freePort() },
        { host: 'localhost', port: server.port },
      ]
      expect(await login('trusted', PLAIN, {}, { hosts, ...over })).toEqual([{ role: 'trusted', ssl: false }])
      expect(await login('trusted', PLAIN, {}, { hosts, ...over, randomOrder: true })).toEqual([{ role: 'trusted', ssl: false }])
    },
  )

  test.each([
    ['read-only', /the session is not read-only/],
    ['standby', /the server is not a standby/],
  ] as const)('target_session_attrs=%s and a primary -> refused', async (sessionAttributes, message) => {
    expect((await refusal('trusted', PLAIN, {}, { sessionAttributes })).message).toMatch(message)
  })

  test('default_transaction_read_only -> the session is read-only', async () => {
    const startupOptions = '-c default_transaction_read_only=on'
    expect((await refusal('trusted', PLAIN, {}, { startupOptions, sessionAttributes: 'read-write' })).message).toMatch(
      /the session is read-only/,
    )
    expect(await login('trusted', PLAIN, {}, { startupOptions, sessionAttributes: 'read-only' })).toEqual([{ role: 'trusted', ssl: false }])
    expect(await login('trusted', PLAIN, {}, { startupOptions, sessionAttributes: 'primary' })).toEqual([{ role: 'trusted', ssl: false }])
  })
})

test('PGTARGETSESSIONATTRS=any, which the driver refuses -> logged in', async () => {
  process.env['PGTARGETSESSIONATTRS'] = 'any'
  try {
    expect(await login('trusted', PLAIN)).toEqual([{ role: 'trusted', ssl: false }])
    expect(process.env['PGTARGETSESSIONATTRS']).toBe('any')
  } finally {
    delete process.env['PGTARGETSESSIONATTRS']
  }
})

test('signal: it ends the attempt with its reason', async () => {
  const controller = new AbortController()
  const opening = openDb(await server.target('scram'), {
    signal: controller.signal,
    onConnected: () => controller.abort(new Error('stop')),
  })
  await expect(opening).rejects.toThrow('stop')
  await expect(openDb(await server.target('scram'), { signal: controller.signal })).rejects.toThrow('stop')
})
