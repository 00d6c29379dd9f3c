import { chmodSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/pg-environment.ts'
import { passwordFromFile } from '../../../src/config/pg-environment.ts'
import { serverTarget } from '../../../src/config/server-target.ts'
import { redact } from '../../../src/core/redaction.ts'
import { scratch } from '../../support/scratch.ts'

const HOME = scratch()

test('PG* variables: all set -> all in the target', () => {
  const root = scratch({ 'ca.pem': '', 'client.crt': '', 'client.key': '' })
  chmodSync(`${root}/client.key`, 0o600)
  const env = {
    HOME,
    PGHOST: 'db',
    PGPORT: '5433',
    PGDATABASE: 'prod',
    PGUSER: 'app',
    PGPASSWORD: 's3cr3t',
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: `${root}/ca.pem`,
    PGSSLCERT: `${root}/client.crt`,
    PGSSLKEY: `${root}/client.key`,
    PGCONNECT_TIMEOUT: '3',
    PGAPPNAME: 'deploy',
    PGOPTIONS: '-c a=b',
  }
  expect(serverTarget({}, env, 'PGHOST')).toEqual({
    kind: 'server',
    hosts: [{ host: 'db', port: 5433 }],
    user: 'app',
    password: 's3cr3t',
    database: 'prod',
    ssl: { mode: 'verify-full', rootCert: `${root}/ca.pem`, cert: `${root}/client.crt`, key: `${root}/client.key` },
    applicationName: 'deploy',
    startupOptions: '-c a=b',
    connectTimeoutMs: 3000,
  })
})

test.each<[string, Parameters<typeof serverTarget>[0], Environment, object]>([
  [
    'what is given goes first',
    { host: 'url', user: 'me' },
    { PGHOST: 'env', PGUSER: 'env', PGPASSWORD: 'p' },
    { hosts: [{ host: 'url', port: 5432 }], user: 'me', password: 'p' },
  ],
  [
    'several hosts share a port',
    {},
    { PGHOST: 'a,b', PGPORT: '1' },
    {
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 1 },
      ],
    },
  ],
  [
    'several hosts with a port each',
    {},
    { PGHOST: 'a,b', PGPORT: '1,2' },
    {
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    },
  ],
  ['the database is named like the user', {}, { PGHOST: 'db', PGUSER: 'app' }, { database: 'app' }],
  [
    'empty is unset',
    {},
    { PGHOST: 'db', PGUSER: 'app', PGPORT: '', PGSSLMODE: '' },
    { hosts: [{ host: 'db', port: 5432 }], ssl: { mode: 'prefer' } },
  ],
])('%s', (_, given, env, expected) => {
  expect(serverTarget(given, { HOME, ...env }, 'test')).toMatchObject(expected)
})

test('password: registered as a secret, unless it equals a printed name', () => {
  serverTarget({ host: 'db', user: 'postgres', password: 'postgres' }, { HOME }, 'test')
  expect(redact('postgres://postgres@db:5432/postgres')).toBe('postgres://postgres@db:5432/postgres')
  serverTarget({ host: 'db', user: 'app' }, { HOME, PGPASSWORD: 'tr0ub4dor' }, 'test')
  expect(redact('it is tr0ub4dor')).toBe('it is ***')
})

test.each([
  [{ PGHOST: 'db', PGPORT: 'x' }, /port "x"/],
  [{ PGHOST: 'db', PGSSLMODE: 'yes' }, /sslmode "yes"/],
])('%j is refused', (env, message) => {
  expect(() => serverTarget({}, { HOME, ...env }, 'PGHOST')).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringMatching(message) }),
  )
})

describe('password file:', () => {
  const wanted = { host: 'db', port: 5432, database: 'prod', user: 'app' }
  const find = (content: string, over: Partial<typeof wanted> = {}, mode = 0o600): string | undefined => {
    const folder = scratch({ '.pgpass': content })
    chmodSync(`${folder}/.pgpass`, mode)
    return passwordFromFile(undefined, { ...wanted, ...over }, { HOME: folder })
  }

  test.each([
    ['an exact line', 'db:5432:prod:app:s3cr3t', 's3cr3t'],
    ['wildcards', '*:*:*:app:s3cr3t', 's3cr3t'],
    ['the first line that fits', 'db:5433:*:*:other\ndb:*:*:*:first\n*:*:*:*:second', 'first'],
    ['comments and blank lines', '# db:5432:prod:app:no\n\n*:*:*:*:yes\n', 'yes'],
    ['CRLF', '*:*:*:*:s3cr3t\r\n', 's3cr3t'],
    ['an escaped colon and backslash', '*:*:*:*:a\\:b\\\\c', 'a:b\\c'],
    ['an escaped colon in a name', '*:*:pr\\:od:*:s3cr3t', 's3cr3t', { database: 'pr:od' }],
    ['a socket is localhost', 'localhost:*:*:*:s3cr3t', 's3cr3t', { host: '/run/pg' }],
    ['no line that fits', 'other:*:*:*:s3cr3t', undefined],
    ['a line cut short', 'db:5432:prod:app', undefined],
    ['nothing', '', undefined],
  ])('%s', (_, content, expected, over: Partial<typeof wanted> = {}) => {
    expect(find(content, over)).toBe(expected)
  })

  test.skipIf(process.platform === 'win32').each([0o644, 0o640, 0o604])('others can read it (%o) -> ignored', (mode) => {
    expect(find('*:*:*:*:s3cr3t', {}, mode)).toBeUndefined()
  })

  test('PGPASSFILE is set -> that file, when no password is given', () => {
    const folder = scratch({ mine: '*:*:*:*:s3cr3t' })
    chmodSync(`${folder}/mine`, 0o600)
    const env = { HOME, PGPASSFILE: `${folder}/mine`, PGHOST: 'db', PGUSER: 'app' }
    expect(serverTarget({}, env, 'PGHOST').hosts).toEqual([{ host: 'db', port: 5432, password: 's3cr3t' }])
    const given = serverTarget({}, { ...env, PGPASSWORD: 'env' }, 'PGHOST')
    expect(given).toMatchObject({ password: 'env', hosts: [{ host: 'db', port: 5432 }] })
    expect(given.hosts[0]).not.toHaveProperty('password')
    const none = serverTarget({}, { ...env, PGPASSFILE: `${folder}/none` }, 'PGHOST')
    expect(none.password).toBeUndefined()
    expect(none.hosts).toEqual([{ host: 'db', port: 5432 }])
  })

  test('several hosts -> a password for each host name', () => {
    const folder = scratch({ mine: 'a:*:*:*:first\nb:5433:*:*:second\n' })
    chmodSync(`${folder}/mine`, 0o600)
    const env = { HOME, PGPASSFILE: `${folder}/mine`, PGUSER: 'app' }
    expect(serverTarget({ host: 'a,b,c', port: '5432,5433,5434' }, env, 'test').hosts).toEqual([
      { host: 'a', port: 5432, password: 'first' },
      { host: 'b', port: 5433, password: 'second' },
      { host: 'c', port: 5434 },
    ])
    expect(serverTarget({ host: 'a', hostaddr: '10.0.0.1' }, env, 'test').hosts).toEqual([
      { host: 'a', address: '10.0.0.1', port: 5432, password: 'first' },
    ])
    expect(redact('first and second')).toBe('*** and ***')
  })

  test('ignored -> named in the target, for the error message', () => {
    const folder = scratch({ mine: '*:*:*:*:s3cr3t', 'folder/x': '' })
    chmodSync(`${folder}/mine`, 0o644)
    const open = { HOME, PGPASSFILE: `${folder}/mine`, PGHOST: 'db', PGUSER: 'app' }
    expect(serverTarget({}, open, 'test').ignoredPasswordFile).toBe(`${folder}/mine`)
    expect(serverTarget({ password: 'given' }, open, 'test').ignoredPasswordFile).toBeUndefined()
    const noFile = serverTarget({}, { ...open, PGPASSFILE: `${folder}/folder` }, 'test')
    expect(noFile).toMatchObject({ ignoredPasswordFile: `${folder}/folder`, password: undefined })
  })
})

describe('service file:', () => {
  const folder = scratch({
    '.pg_service.conf':
      '# ours\n[test]\nhost=other\n\n[prod]\nhost = db\r\nport=5433\nuser=app\ndbname=prod\n[unknown]\nfrobnicate=1\n[broken]\n12#s3cr3t\n',
  })

  test('keyword not in the URL -> from the service, before the variables', () => {
    const env = { HOME: folder, PGSERVICE: 'prod', PGUSER: 'env', PGAPPNAME: 'deploy' }
    expect(serverTarget({}, env, 'PGSERVICE')).toMatchObject({
      hosts: [{ host: 'db', port: 5433 }],
      user: 'app',
      database: 'prod',
      applicationName: 'deploy',
    })
    expect(serverTarget({ user: 'url', service: 'prod' }, { HOME: folder }, 'test')).toMatchObject({ user: 'url', database: 'prod' })
  })

  test('no such section in the file of the user -> the file of the system', () => {
    const system = scratch({ 'pg_service.conf': '[shared]\nhost=shared\n[prod]\nhost=never\n' })
    const env = { HOME: folder, PGSYSCONFDIR: system }
    expect(serverTarget({ service: 'shared' }, env, 'test').hosts).toMatchObject([{ host: 'shared' }])
    expect(serverTarget({ service: 'prod' }, env, 'test').hosts).toMatchObject([{ host: 'db' }])
    expect(() => serverTarget({ service: 'none' }, env, 'test')).toThrow(/pg_service\.conf and .*pg_service\.conf has no service "none"/)
  })

  test.each([
    ['unknown', /pg_service\.conf:11: unknown parameter "frobnicate"/],
    ['broken', /pg_service\.conf:13: expected keyword=value/],
  ])('line of %s that is no keyword -> CONFIG_INVALID with its place', (service, message) => {
    expect(() => serverTarget({ service }, { HOME: folder }, 'test')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  test('PGSERVICEFILE is set -> that file', () => {
    expect(
      serverTarget({}, { HOME, PGSERVICEFILE: `${folder}/.pg_service.conf`, PGSERVICE: 'test', PGUSER: 'app' }, 'PGSERVICE'),
    ).toMatchObject({ hosts: [{ host: 'other' }] })
  })

  test.each([
    [folder, 'staging', /has no service "staging"/],
    [HOME, 'prod', /does not exist/],
  ])('of %s without the service is refused', (home, service, message) => {
    expect(() => serverTarget({}, { HOME: home, PGSERVICE: service }, 'PGSERVICE')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('PGSERVICEFILE'),
      }),
    )
  })
})
