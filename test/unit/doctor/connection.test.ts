import { expect, test } from 'vitest'
import type { ServerTarget, SslMode } from '../../../src/core/target.ts'
import type { DbInfo } from '../../../src/db/db.ts'
import type { Link } from '../../../src/db/link.ts'
import { examineConnection } from '../../../src/doctor/connection.ts'

const INFO: DbInfo = {
  kind: 'server',
  label: 'postgres://app@db/app',
  version: 150_000,
  versionText: '15.0',
  user: 'app',
  database: 'app',
  schema: 'public',
  schemaChosen: false,
  schemaExists: true,
  otherSchemas: [],
  superuser: false,
  pid: 1,
  inRecovery: false,
  serverStarted: '2026-01-01 00:00:00+00',
  pooled: false,
}

const target = (host: string, mode: SslMode): ServerTarget => ({
  kind: 'server',
  hosts: [{ host, port: 5432 }],
  user: 'app',
  password: undefined,
  database: 'app',
  ssl: { mode },
  applicationName: undefined,
  startupOptions: undefined,
  connectTimeoutMs: 1000,
})

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
const link = (validTo: string | null, trusted = false): Link => ({
  address: '10.0.0.5:5432',
  tls: { protocol: 'TLSv1.3', cipher: 'AES', trusted, validTo },
})

test.each<[string, string, SslMode, Link, string, RegExp]>([
  ['no encryption on this machine', 'localhost', 'prefer', { address: '127.0.0.1:5432' }, 'ok', /stays on this machine/],
  ['no encryption elsewhere', 'db', 'prefer', { address: '10.0.0.5:5432' }, 'warning', /sslmode=verify-full/],
  ['encryption that checks', 'db', 'verify-full', link(inDays(90), true), 'ok', /TLSv1\.3, AES, verify-full/],
  ['encryption that does not check', 'db', 'require', link(inDays(90)), 'note', /sslrootcert=FILE/],
  ['encryption that could check', 'db', 'require', link(inDays(90), true), 'note', /sslrootcert=system/],
  ['a certificate that ends soon', 'db', 'verify-full', link(inDays(3), true), 'warning', /expires soon.*renew/],
  ['a certificate that has ended', 'db', 'require', link(inDays(-3)), 'warning', /has expired/],
  ['a certificate without an end', 'db', 'verify-full', link(null, true), 'ok', /verify-full/],
])('%s', (_, host, mode, way, status, text) => {
  const tls = examineConnection(INFO, target(host, mode), way, 12).find(({ id }) => id === 'connection.tls')
  expect(tls?.status).toBe(status)
  expect(`${tls?.text} ${tls?.next}`).toMatch(text)
})

test('connection: a pooler, a superuser or a standby -> a finding', () => {
  const info = { ...INFO, pooled: true, superuser: true, inRecovery: true }
  const findings = examineConnection(info, target('localhost', 'disable'), undefined, 1)
  expect(findings.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'connection.address ok',
    'connection.server ok',
    'connection.pooler note',
    'connection.role note',
    'connection.standby error',
  ])
})
