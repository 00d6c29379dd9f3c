import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SkillsError } from '../../src/core/errors.ts'
import type { LoginRules, ServerTarget } from '../../src/core/target.ts'
import { openDb } from '../../src/db/open.ts'
import { serverFirst } from '../support/hostile-modes.ts'
import { hostileServer, type HostileClient, type Script } from '../support/hostile-server.ts'
import { makeCertificates, startLoginServer, type LoginServer } from '../support/login-server.ts'
import {
  AUTH,
  authentication,
  commandComplete,
  dataRow,
  errorResponse,
  int32,
  loggedIn,
  message,
  parameterStatus,
  readyForQuery,
  rowDescription,
} from '../support/messages.ts'
import { listen, targetAt } from '../support/sockets.ts'

async function refusal(target: ServerTarget): Promise<SkillsError> {
  const error = await openDb(target, { onWarning: () => undefined }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(SkillsError)
  expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 3, hint: expect.any(String) })
  return error as SkillsError
}

/** Sends the list of mechanisms after the startup packet. */
async function offer(client: HostileClient, ...mechanisms: string[]): Promise<void> {
  await client.startup()
  await client.send(authentication(AUTH.sasl, `${mechanisms.map((name) => `${name}\0`).join('')}\0`))
}

const scramUntilProof = async (client: HostileClient): Promise<void> => {
  await client.scram(serverFirst(4096))
  await client.until('p')
}

describe('server that logs in wrongly', () => {
  test.each<[string, Script, RegExp, LoginRules?]>([
    [
      'AuthenticationOk after the list of mechanisms',
      async (client) => {
        await offer(client, 'SCRAM-SHA-256')
        await client.until('p')
        await client.send(loggedIn())
      },
      /did not prove that it knows the password/,
    ],
    [
      'AuthenticationOk in place of its proof',
      async (client) => {
        await scramUntilProof(client)
        await client.send(loggedIn())
      },
      /did not prove that it knows the password/,
    ],
    [
      'a wrong proof',
      async (client) => {
        await scramUntilProof(client)
        await client.send(authentication(AUTH.saslFinal, `v=${Buffer.alloc(32).toString('base64')}`), loggedIn())
      },
      /did not prove that it knows the password/,
    ],
    ['a nonce of its own', (client) => client.scram(() => 'r=other,s=AAAA,i=4096'), /a SCRAM nonce that does not continue ours/],
    ['our nonce alone', (client) => client.scram((nonce) => `r=${nonce},s=AAAA,i=4096`), /a SCRAM nonce that does not continue ours/],
    ['2,000,000,000 iterations', (client) => client.scram(serverFirst('2000000000')), /requires 2000000000 SCRAM iterations/],
    [
      'AuthenticationOk at once, where SCRAM is required',
      async (client) => {
        await client.startup()
        await client.send(loggedIn())
      },
      /requires no authentication, which require_auth does not allow/,
      { methods: ['scram-sha-256'] },
    ],
    [
      'MD5, where SCRAM is required',
      async (client) => {
        await client.startup()
        await client.send(authentication(AUTH.md5, int32(7)))
      },
      /requires the method md5, which require_auth does not allow/,
      { methods: ['scram-sha-256'] },
    ],
    [
      'MD5 without encryption',
      async (client) => {
        await client.startup()
        await client.send(authentication(AUTH.md5, int32(7)))
      },
      /requires an MD5 digest of the password over a connection that is not encrypted/,
    ],
    [
      'the password without encryption',
      async (client) => {
        await client.startup()
        await client.send(authentication(AUTH.cleartext))
      },
      /requires the password over a connection that is not encrypted/,
    ],
    [
      'the password after SCRAM',
      async (client) => {
        await offer(client, 'SCRAM-SHA-256')
        await client.until('p')
        await client.send(authentication(AUTH.cleartext))
      },
      /requires a second authentication/,
      { permitsUnencrypted: true },
    ],
    [
      'the password twice',
      async (client) => {
        await client.startup()
        await client.send(authentication(AUTH.cleartext))
        await client.until('p')
        await client.send(authentication(AUTH.cleartext))
      },
      /requires a second authentication/,
      { permitsUnencrypted: true },
    ],
    ['channel binding without TLS', (client) => offer(client, 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'), /offers channel binding without TLS/],
    ['OAuth', (client) => offer(client, 'OAUTHBEARER'), /requires the method OAUTHBEARER, which is not supported/],
    ...([2, 6, 7, 9] as const).map((code): [string, Script, RegExp] => [
      `authentication ${code}`,
      async (client) => {
        await client.startup()
        await client.send(authentication(code))
      },
      /requires (Kerberos 5|SCM credentials|GSSAPI|SSPI) authentication, which is not supported/,
    ]),
    [
      'a request that no version of the protocol has',
      async (client) => {
        await client.startup()
        await client.send(authentication(4711))
      },
      /invalid authentication request/,
    ],
    [
      'a second AuthenticationOk',
      async (client) => {
        await client.startup()
        await client.send(authentication(AUTH.ok), authentication(AUTH.ok))
      },
      /not a PostgreSQL server/,
    ],
  ])('%s -> DATABASE_UNREACHABLE; nothing else is sent', async (_, script, reason, rules = {}) => {
    let later = 0
    const { port, connections } = await hostileServer(async (client) => {
      await script(client)
      // a client that goes on sends a statement, a proof or a password
      for (;;) {
        const { type } = await client.message()
        if (type !== 'X') later++
      }
    })
    // the host is not followed by another one
    const hosts = [1, 2].map(() => ({ host: '127.0.0.1', port }))
    const error = await refusal(await targetAt(port, { mode: 'disable' }, { login: rules, hosts, connectTimeoutMs: 20_000 }))
    expect(error.message).toMatch(reason)
    expect(error.message).not.toContain('s3cr3t')
    expect(later).toBe(0)
    expect(connections()).toBe(/not a PostgreSQL/.test(error.message) ? 2 : 1)
  })

  test('password without encryption that require_auth permits -> sent, with a warning', async () => {
    const warnings: string[] = []
    let password = ''
    const { port } = await hostileServer(async (client) => {
      await client.startup()
      await client.send(authentication(AUTH.cleartext))
      password = (await client.until('p')).toString()
      client.close()
    })
    const target = await targetAt(port, { mode: 'disable' }, { login: { methods: ['password'], permitsUnencrypted: true }, password: 'pw' })
    await openDb(target, { onWarning: (text) => warnings.push(text) }).catch(() => undefined)
    expect(password).toBe('pw\0')
    expect(warnings).toEqual(['the server requires the password over a connection that is not encrypted; require_auth permits it'])
  })
})

/** A server in this state that ends the connection at the first statement. */
const state =
  (standby: 'on' | 'off', readOnly: 'on' | 'off'): Script =>
  async (client) => {
    await client.startup()
    await client.send(
      authentication(AUTH.ok),
      parameterStatus('in_hot_standby', standby),
      parameterStatus('default_transaction_read_only', readOnly),
      readyForQuery(),
    )
    await client.statement()
    await client.send(message('E', 'SFATAL\0C57P01\0Mchosen\0\0'))
    client.close()
  }

describe('target_session_attrs', () => {
  test.each<[NonNullable<ServerTarget['sessionAttributes']>, string]>([
    ['primary', 'primary'],
    ['read-write', 'primary'],
    ['standby', 'standby'],
    ['prefer-standby', 'standby'],
    ['read-only', 'read-only primary'],
  ])('%s -> the first host that has it: the %s', async (sessionAttributes, expected) => {
    const servers: Record<string, Script> = {
      'read-only primary': state('off', 'on'),
      standby: state('on', 'off'),
      primary: state('off', 'off'),
    }
    const chosen: string[] = []
    const hosts = []
    for (const [name, script] of Object.entries(servers)) {
      // `primary` is for a primary that can be written
      if (sessionAttributes === 'primary' && name === 'read-only primary') continue
      const { port } = await hostileServer(async (client) => {
        const statement = client.statement.bind(client)
        client.statement = async () => {
          const text = await statement()
          chosen.push(name)
          return text
        }
        await script(client)
      })
      hosts.push({ host: '127.0.0.1', port })
    }
    await refusal(await targetAt(0, { mode: 'disable' }, { hosts, sessionAttributes }))
    expect(chosen).toEqual([expected])
  })
})

const mechanisms = (...names: string[]): Buffer => authentication(AUTH.sasl, `${names.map((name) => `${name}\0`).join('')}\0`)
const withoutPlus = (chunk: Buffer): Buffer =>
  chunk.equals(mechanisms('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256')) ? mechanisms('SCRAM-SHA-256') : chunk

/** Answers the query of the state, and ends the connection at the next statement. */
const reportsState =
  (answer: string): Script =>
  async (client) => {
    await client.startup()
    await client.send(loggedIn())
    await client.statement()
    await client.send(rowDescription([{ name: 'concat' }]), dataRow([answer]), commandComplete(), readyForQuery())
    await client.statement()
    await client.send(message('E', 'SFATAL\0C57P01\0Mchosen\0\0'))
    client.close()
  }

describe('target_session_attrs and a server that does not report its state, such as a pooler: it is queried', () => {
  test.each<[NonNullable<ServerTarget['sessionAttributes']>, string, RegExp]>([
    ['primary', 'f off', /: chosen \(SQLSTATE/],
    ['primary', 't on', /the server is a standby/],
    ['standby', 't on', /: chosen \(SQLSTATE/],
    ['standby', 'f off', /the server is not a standby/],
    ['read-write', 'f off', /: chosen \(SQLSTATE/],
    ['read-write', 'f on', /the session is read-only/],
    ['read-only', 'f on', /: chosen \(SQLSTATE/],
    ['read-only', 'f off', /the session is not read-only/],
  ])('%s, answer %j', async (sessionAttributes, answer, reason) => {
    const { port } = await hostileServer(reportsState(answer))
    const error = await refusal(await targetAt(port, { mode: 'disable' }, { sessionAttributes }))
    expect(error.message).toMatch(reason)
  })
})

describe('refused login, and a server without TLS: the first error is reported', () => {
  const fields = { S: 'FATAL', V: 'FATAL', C: '28000', M: 'nicht erlaubt' }

  test.each<[string, 'prefer' | 'allow', Record<string, string>, number, RegExp]>([
    ['no rule of pg_hba.conf', 'prefer', { ...fields, R: 'ClientAuthentication' }, 2, /pg_hba\.conf/],
    ['no rule of pg_hba.conf', 'allow', { ...fields, R: 'ClientAuthentication' }, 2, /sslmode/],
    ['a pooler that names no function', 'prefer', fields, 2, /pg_hba\.conf/],
    ['no such role', 'prefer', { ...fields, R: 'InitializeSessionUserId' }, 1, /create the role/],
    ['no such role', 'allow', { ...fields, R: 'InitializeSessionUserId' }, 1, /create the role/],
    ['a wrong password', 'prefer', { ...fields, C: '28P01', R: 'auth_failed' }, 1, /check user and password/],
  ])('%s, sslmode=%s', async (_, mode, refused, attempts, hint) => {
    const { port, connections } = await hostileServer(async (client) => {
      await client.startup()
      await client.send(errorResponse(refused))
      client.close()
    })
    const error = await refusal(await targetAt(port, { mode }))
    expect(error.message).toMatch(/refused the connection: nicht erlaubt \(SQLSTATE 28/)
    expect(error.hint).toMatch(hint)
    expect(connections()).toBe(attempts)
  })
})

const older =
  (newest: number, unsupported = 0): Script =>
  async (client) => {
    await client.startup()
    await client.send(message('v', int32(newest), int32(unsupported)), message('E', 'SFATAL\0C57P01\0Mnegotiated\0\0'))
    client.close()
  }

describe('NegotiateProtocolVersion', () => {
  test.each<[string, number, number, LoginRules, RegExp]>([
    ['3.0, which is enough', 0x30000, 0, { mostProtocol: 2 }, /negotiated/],
    [
      '3.0, which is not enough',
      0x30000,
      0,
      { leastProtocol: 2, mostProtocol: 2 },
      /supports protocol 3\.0, and min_protocol_version is 3\.2/,
    ],
    ['what was requested', 0x30002, 0, { mostProtocol: 2 }, /does not support the startup message/],
    ['less than the oldest, to a client that requests it', 0x30000, 0, {}, /does not support the startup message/],
    ['parameters that were not sent', 0x30000, 1, { mostProtocol: 2 }, /does not support the startup message/],
  ])('the server offers %s', async (_, newest, unsupported, login, reason) => {
    const { port } = await hostileServer(older(newest, unsupported))
    expect((await refusal(await targetAt(port, { mode: 'disable' }, { login }))).message).toMatch(reason)
  })
})

describe('man in the middle, with a certificate that the client accepts', () => {
  let server: LoginServer
  const other = makeCertificates()
  beforeAll(async () => {
    server = await startLoginServer()
  })
  afterAll(() => server?.stop())

  /** Decrypts what the client sends, and encrypts it again for the server. */
  const between = (change: (fromServer: Buffer) => Buffer): Promise<number> =>
    listen((socket) => {
      socket.once('data', () => {
        socket.write('S')
        const client = new tls.TLSSocket(socket, {
          isServer: true,
          cert: readFileSync(other.serverCert),
          key: readFileSync(other.serverKey),
        })
        const raw = net.connect(server.port, '127.0.0.1', () => raw.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])))
        raw.once('data', () => {
          const secure = tls.connect({ socket: raw, rejectUnauthorized: false })
          client.pipe(secure)
          secure.on('data', (chunk: Buffer) => void client.write(change(chunk)))
          secure.on('close', () => client.end())
          secure.on('error', () => client.destroy())
        })
        raw.on('error', () => client.destroy())
        client.on('close', () => raw.destroy())
        client.on('error', () => raw.destroy())
      })
    })

  const through = async (port: number, login: LoginRules): Promise<SkillsError> =>
    refusal(await server.target('tls_scram', { hosts: [{ host: '127.0.0.1', port }], ssl: { mode: 'require' }, login }))

  test('it forwards the login -> the binding to another certificate is refused', async () => {
    expect((await through(await between((chunk) => chunk), {})).message).toMatch(/channel binding check failed/)
  })

  test('it removes the offer of channel binding -> the server notices', async () => {
    expect((await through(await between(withoutPlus), {})).message).toMatch(/channel binding/)
  })

  test('it removes the offer, and channel_binding=require -> refused before the password is used', async () => {
    expect((await through(await between(withoutPlus), { channelBinding: 'require' })).message).toMatch(
      /does not bind the login to a TLS connection/,
    )
  })
})
