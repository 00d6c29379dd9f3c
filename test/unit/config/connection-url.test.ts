import { describe, expect, test } from 'vitest'
import { loadSettings } from '../../../src/config/settings.ts'
import { SkillsError } from '../../../src/core/errors.ts'
import type { ServerTarget } from '../../../src/core/target.ts'
import { scratch, writeFiles } from '../../support/scratch.ts'

const cwd = scratch({ 'ca.pem': '' })

async function target(url: string, env: Record<string, string> = {}): Promise<ServerTarget> {
  const { database } = await loadSettings({ databaseUrl: url }, { HOME: cwd, ...env }, cwd)
  if (database.value.kind !== 'server') throw new Error('not a server')
  return database.value
}

describe('password in a URL:', () => {
  test.each([
    ['percent-encoded', 'p%40ss%23w%2Frd%25%3A', 'p@ss#w/rd%:'],
    ['with #', 'p#ss', 'p#ss'],
    ['with /', 'p/ss', 'p/ss'],
    ['with @', 'p@ss', 'p@ss'],
    ['with all of them', '#@/p@/#', '#@/p@/#'],
    ['with :', 'p:ss', 'p:ss'],
    ['with ?', 'p?ss', 'p?ss'],
    ['with ?word=', 'p?ss=word', 'p?ss=word'],
    ['with % that encodes nothing', '100%', '100%'],
    ['with + and blanks', 'a+b%20c', 'a+b c'],
    ['that is empty', '', ''],
  ])('%s', async (_, text, password) => {
    expect(await target(`postgres://app:${text}@db:5433/prod?sslmode=require`)).toMatchObject({
      user: 'app',
      password,
      hosts: [{ host: 'db', port: 5433 }],
      database: 'prod',
      ssl: { mode: 'require' },
    })
  })
})

describe('URL:', () => {
  test.each<[string, object]>([
    [
      'postgresql://app@db/prod',
      { hosts: [{ host: 'db', port: 5432 }], user: 'app', password: undefined, database: 'prod', ssl: { mode: 'prefer' } },
    ],
    ['POSTGRES://app@db/prod', { user: 'app' }],
    [' postgres://app@db/prod\n', { database: 'prod' }],
    ['postgres://app@db', { database: 'app' }],
    ['postgres://app@[::1]:5433/prod', { hosts: [{ host: '::1', port: 5433 }] }],
    ['postgres://app@[fe80::1%25eth0]/prod', { hosts: [{ host: 'fe80::1%eth0', port: 5432 }] }],
    [
      'postgres://app@a:1,b,[::1]:3/prod',
      {
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 5432 },
          { host: '::1', port: 3 },
        ],
      },
    ],
    ['postgres://app@/prod?host=/run/pg', { hosts: [{ host: '/run/pg', port: 5432 }] }],
    ['postgres://app@/prod?host=%2Frun%2Fpg&port=5433', { hosts: [{ host: '/run/pg', port: 5433 }] }],
    ['postgres://app@:5433/prod?host=/run/pg', { hosts: [{ host: '/run/pg', port: 5433 }] }],
    ['postgres://app@%2Frun%2Fpg/prod', { hosts: [{ host: '/run/pg', port: 5432 }] }],
    [
      'postgres:///prod?host=db&user=app&password=p%26+w',
      { hosts: [{ host: 'db', port: 5432 }], user: 'app', password: 'p&+w', database: 'prod' },
    ],
    ['postgres://db/prod?user=me@corp', { hosts: [{ host: 'db', port: 5432 }], user: 'me@corp' }],
    ['postgres://a%40b:x@db/my%20db', { user: 'a@b', database: 'my db' }],
    ['postgres://app@azure:x@db/prod', { user: 'app@azure', password: 'x' }],
    [
      'postgres://app@db/prod?connect_timeout=3&application_name=deploy&options=-c+a%3Db',
      { connectTimeoutMs: 3000, applicationName: 'deploy', startupOptions: '-c a=b' },
    ],
    ['postgres://app@db/prod?connect_timeout=0', { connectTimeoutMs: 10_000 }],
    ['postgres://app@db/prod?ssl=true', { ssl: { mode: 'require' } }],
    ['postgres://app@db/prod?ssl=false', { ssl: { mode: 'disable' } }],
    ['postgres://app@db/prod?sslmode=no-verify', { ssl: { mode: 'require' } }],
    ['postgres://app@db/prod?sslmode=verify-full&sslrootcert=system', { ssl: { mode: 'verify-full', rootCert: 'system' } }],
    [`postgres://app@db/prod?sslrootcert=${cwd}/ca.pem`, { ssl: { mode: 'prefer', rootCert: `${cwd}/ca.pem` } }],
    ['postgres://app@db/prod?pgbouncer=true&channel_binding=require&gssencmode=disable', { database: 'prod' }],
  ])('%s', async (url, expected) => {
    expect(await target(url)).toMatchObject(expected)
  })

  test('~/.postgresql/root.crt exists -> trusted, as in libpq, unless sslmode is no-verify', async () => {
    const home = scratch()
    writeFiles(home, { '.postgresql/root.crt': '' })
    expect((await target('postgres://app@db', { HOME: home })).ssl).toEqual({ mode: 'prefer', rootCert: `${home}/.postgresql/root.crt` })
    expect((await target('postgres://app@db?sslmode=no-verify', { HOME: home })).ssl).toEqual({ mode: 'require' })
  })
})

describe('invalid URL -> DATABASE_URL_INVALID without the text of the URL:', () => {
  test.each([
    ['another scheme', 'mysql://app:s3cr3t@db/prod', /must begin with postgres:\/\//],
    ['no URL', 's3cr3t', /must begin/],
    ['a port that is none', 'postgres://app:s3cr3t@db:s3cr3t/prod', /invalid host or port/],
    ['a port out of range', 'postgres://app:s3cr3t@db:70000/prod', /port "70000"/],
    ['half an IPv6 address', 'postgres://app:s3cr3t@[::1/prod', /invalid host or port/],
    ['a typo in a parameter', 'postgres://app:s3cr3t@db/prod?sslmod=require', /unknown parameter "sslmod"; did you mean "sslmode"\?/],
    ['an unknown parameter', 'postgres://app:s3cr3t@db/prod?frobnicate=1', /unknown parameter "frobnicate"$/],
    ['an unknown sslmode', 'postgres://app:s3cr3t@db/prod?sslmode=full', /sslmode "full"/],
    [
      'a CA file that is not there',
      'postgres://app:s3cr3t@db/prod?sslrootcert=/no/ca.pem',
      /sslrootcert file .* does not exist: \/no\/ca.pem/,
    ],
    ['a timeout that is no number', 'postgres://app:s3cr3t@db/prod?connect_timeout=soon', /connect_timeout "soon"/],
    ['an unescaped password that looks like a host', 'postgres://app:12#s3cr3t', /invalid host or port/],
    ['an unescaped password that looks like a parameter', 'postgres://app:12@x?scrt=s3cr3t@db/prod', /unknown parameter$/],
    ['an unescaped password that is a parameter', 'postgres://app:s3cr3t?host=3t@db/prod', /invalid host or port/],
  ])('%s', async (_, url, message) => {
    const error = await target(url).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SkillsError)
    expect(error).toMatchObject({ code: 'DATABASE_URL_INVALID', exitCode: 2, message: expect.stringMatching(message) })
    const { hint = '', message: text, cause } = error as SkillsError
    expect(`${text} ${hint} ${String(cause)}`).not.toMatch(/s3cr|scrt/)
  })
})
