import { chmodSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { KEYWORDS, type Keywords } from '../../../src/config/connection-keywords.ts'
import { parsePostgresUrl } from '../../../src/config/postgres-url.ts'
import { serverTarget } from '../../../src/config/server-target.ts'
import { redact } from '../../../src/core/redaction.ts'
import type { ServerTarget } from '../../../src/core/target.ts'
import { scratch } from '../../support/scratch.ts'

/** What PQconndefaults() of libpq 18 returns: each keyword, with its variable. */
const LIBPQ_18 = `
  service=PGSERVICE user=PGUSER password=PGPASSWORD passfile=PGPASSFILE channel_binding=PGCHANNELBINDING
  connect_timeout=PGCONNECT_TIMEOUT dbname=PGDATABASE host=PGHOST hostaddr=PGHOSTADDR port=PGPORT
  client_encoding=PGCLIENTENCODING options=PGOPTIONS application_name=PGAPPNAME fallback_application_name= keepalives=
  keepalives_idle= keepalives_interval= keepalives_count= tcp_user_timeout= sslmode=PGSSLMODE sslnegotiation=PGSSLNEGOTIATION
  sslcompression=PGSSLCOMPRESSION sslcert=PGSSLCERT sslkey=PGSSLKEY sslcertmode=PGSSLCERTMODE sslpassword=
  sslrootcert=PGSSLROOTCERT sslcrl=PGSSLCRL sslcrldir=PGSSLCRLDIR sslsni=PGSSLSNI requirepeer=PGREQUIREPEER
  require_auth=PGREQUIREAUTH min_protocol_version=PGMINPROTOCOLVERSION max_protocol_version=PGMAXPROTOCOLVERSION
  ssl_min_protocol_version=PGSSLMINPROTOCOLVERSION ssl_max_protocol_version=PGSSLMAXPROTOCOLVERSION gssencmode=PGGSSENCMODE
  krbsrvname=PGKRBSRVNAME gsslib=PGGSSLIB gssdelegation=PGGSSDELEGATION replication= target_session_attrs=PGTARGETSESSIONATTRS
  load_balance_hosts=PGLOADBALANCEHOSTS scram_client_key= scram_server_key= oauth_issuer= oauth_client_id= oauth_client_secret=
  oauth_scope= sslkeylogfile= servicefile=PGSERVICEFILE requiressl=PGREQUIRESSL`
  .trim()
  .split(/\s+/)
  .map((pair) => pair.split('='))

const HOME = scratch()
const PEM = scratch({
  'ca.pem': '',
  'client.crt': '',
  'client.key': '',
  'open.key': '',
  'crl.pem': '',
  'crls/0a1b2c3d.r0': '',
  'crls/README': '',
  'empty/README': '',
})
chmodSync(`${PEM}/client.key`, 0o600)
chmodSync(`${PEM}/open.key`, 0o644)

const target = (keywords: string): ServerTarget =>
  serverTarget(parsePostgresUrl(`postgres://app@db/prod?${keywords}`, '--database-url').keywords, { HOME }, '--database-url')

const refusal = (message: RegExp, hint: unknown = expect.any(String)): unknown =>
  expect.objectContaining({ code: 'DATABASE_URL_INVALID', exitCode: 2, message: expect.stringMatching(message), hint })

test('keywords of libpq 18: all are in the table, with their variables', () => {
  const ours = Object.entries(KEYWORDS).map(([name, facts]) => [name, 'variable' in facts ? facts.variable : ''])
  expect(ours.toSorted()).toEqual(LIBPQ_18.toSorted())
})

/** Each keyword that is used, with a value and the part of the target that shows it. */
const USED: readonly (readonly [string, object])[] = [
  ['host=other', { hosts: [{ host: 'other', port: 5432 }] }],
  ['hostaddr=10.0.0.1', { hosts: [{ host: 'db', address: '10.0.0.1', port: 5432 }] }],
  ['port=5433', { hosts: [{ host: 'db', port: 5433 }] }],
  ['dbname=other', { database: 'other' }],
  ['user=other', { user: 'other' }],
  ['password=pw', { password: 'pw' }],
  ['passfile=/nowhere', { password: undefined }],
  ['require_auth=scram-sha-256', { login: { methods: ['scram-sha-256'] } }],
  ['require_auth=md5,none', { login: { methods: ['md5', 'none'] } }],
  ['require_auth=!password,!md5', { login: { methods: ['scram-sha-256', 'none'] } }],
  ['require_auth=!gss', { login: { methods: ['password', 'md5', 'scram-sha-256', 'none'] } }],
  ['channel_binding=require', { login: { channelBinding: 'require' } }],
  ['connect_timeout=3', { connectTimeoutMs: 3000 }],
  ['options=-c+a%3Db', { startupOptions: '-c a=b' }],
  ['application_name=deploy&fallback_application_name=other', { applicationName: 'deploy' }],
  ['fallback_application_name=other', { applicationName: 'other' }],
  ['keepalives=0', { keepAliveMs: null }],
  ['keepalives_idle=20', { keepAliveMs: 20_000 }],
  ['sslmode=require', { ssl: { mode: 'require' } }],
  ['requiressl=1', { ssl: { mode: 'require' } }],
  ['requiressl=1&sslmode=disable', { ssl: { mode: 'disable' } }],
  ['sslmode=require&sslnegotiation=direct', { ssl: { direct: true } }],
  [`sslcert=${PEM}/client.crt&sslkey=${PEM}/client.key`, { ssl: { cert: `${PEM}/client.crt`, key: `${PEM}/client.key` } }],
  [`sslcert=${PEM}/client.crt&sslkey=${PEM}/client.key&sslpassword=s3cr3t-phrase`, { ssl: { passphrase: 's3cr3t-phrase' } }],
  [`sslrootcert=${PEM}/ca.pem`, { ssl: { mode: 'prefer', rootCert: `${PEM}/ca.pem` } }],
  ['sslrootcert=system', { ssl: { mode: 'verify-full', rootCert: 'system' } }],
  ['sslmode=verify-full&sslrootcert=system', { ssl: { mode: 'verify-full' } }],
  [`sslmode=verify-full&sslcrl=${PEM}/crl.pem`, { ssl: { revocationLists: [`${PEM}/crl.pem`] } }],
  [`sslmode=verify-full&sslcrldir=${PEM}/crls`, { ssl: { revocationLists: [`${PEM}/crls/0a1b2c3d.r0`] } }],
  ['sslsni=0', { ssl: { hideName: true } }],
  ['ssl_min_protocol_version=TLSv1.3', { ssl: { leastVersion: 'TLSv1.3' } }],
  ['ssl_max_protocol_version=TLSv1.2', { ssl: { mostVersion: 'TLSv1.2' } }],
  ['min_protocol_version=3.2', { login: { leastProtocol: 2, mostProtocol: 2 } }],
  ['max_protocol_version=latest', { login: { mostProtocol: 2 } }],
  ['target_session_attrs=primary', { sessionAttributes: 'primary' }],
  ['load_balance_hosts=random', { randomOrder: true }],
]

describe('keyword that is used', () => {
  test.each(USED)('%s -> in the target', (keywords, expected) => {
    expect(target(keywords)).toMatchObject(expected)
  })

  test('sslcertmode=disable -> no client certificate', () => {
    expect(target(`sslcertmode=disable&sslcert=${PEM}/client.crt&sslkey=${PEM}/client.key`).ssl).toEqual({ mode: 'prefer' })
  })

  test('default files of libpq exist -> used', () => {
    const home = scratch({
      '.postgresql/root.crt': '',
      '.postgresql/root.crl': '',
      '.postgresql/postgresql.crt': '',
      '.postgresql/postgresql.key': '',
    })
    chmodSync(`${home}/.postgresql/postgresql.key`, 0o600)
    const folder = `${home}/.postgresql`
    expect(serverTarget({ host: 'db', user: 'app' }, { HOME: home }, 'test').ssl).toEqual({
      mode: 'prefer',
      rootCert: `${folder}/root.crt`,
      cert: `${folder}/postgresql.crt`,
      key: `${folder}/postgresql.key`,
      revocationLists: [`${folder}/root.crl`],
    })
  })

  test('sslpassword -> hidden in all output', () => {
    target(`sslcert=${PEM}/client.crt&sslkey=${PEM}/client.key&sslpassword=0pen5esame`)
    expect(redact('it is 0pen5esame')).toBe('it is ***')
  })
})

test.each([
  'sslcompression=1',
  'krbsrvname=POSTGRES',
  'gsslib=gssapi',
  'gssdelegation=1',
  'gssencmode=disable',
  'gssencmode=prefer',
  'client_encoding=UTF8',
  'client_encoding=auto',
  'replication=off',
  'keepalives_interval=1',
  'tcp_user_timeout=0',
  'target_session_attrs=any',
  'load_balance_hosts=disable',
  'sslmode=',
  'pgbouncer=true',
])('keyword without effect here: %s -> ignored', (keywords) => {
  expect(target(keywords)).toEqual(target(''))
})

test.each<[string, RegExp, unknown?]>([
  [
    'gssencmode=require',
    /^gssencmode from --database-url is not supported: GSSAPI encryption/,
    expect.stringContaining('disable or prefer'),
  ],
  ['client_encoding=LATIN1', /^client_encoding .* is always UTF8/],
  ['replication=database', /^replication .* cannot run SQL/],
  ['keepalives_interval=5', /^keepalives_interval .* always uses 1 second/],
  ['keepalives_count=3', /^keepalives_count .* 10 probes/],
  ['tcp_user_timeout=1000', /^tcp_user_timeout .* cannot set it/],
  ['requirepeer=postgres', /^requirepeer .* Unix socket/],
  ['sslkeylogfile=/tmp/keys', /^sslkeylogfile .* never written/],
  ['sslcertmode=require', /^invalid sslcertmode "require"/, expect.stringContaining('does not report')],
  ['scram_client_key=AA', /^scram_client_key/],
  ['scram_server_key=AA', /^scram_server_key/],
  ['oauth_issuer=https://x', /^oauth_issuer .* OAuth is not supported/],
  ['oauth_client_id=x', /^oauth_client_id/],
  ['oauth_client_secret=s3cr3t', /^oauth_client_secret from --database-url is not supported: OAuth is not supported$/],
  ['oauth_scope=x', /^oauth_scope/],
  ['sslrootcert=system&sslmode=require', /sslmode=require is too weak for sslrootcert=system/, expect.stringContaining('verify-full')],
  ['sslrootcert=system&sslmode=verify-ca', /sslmode=verify-ca is too weak/],
  ['sslrootcert=system&sslmode=prefer', /sslmode=prefer is too weak/],
  ['sslnegotiation=direct', /sslmode=prefer is too weak for sslnegotiation=direct/],
  ['sslmode=verify-ca', /verify-ca needs a root certificate/],
  [`sslcert=${PEM}/client.crt`, /no private key/],
  [`sslkey=${PEM}/client.key`, /no client certificate/],
  [`sslcert=${PEM}/client.crt&sslkey=${PEM}/open.key`, /other users can read the sslkey/, expect.stringContaining('chmod 600')],
  [`sslcert=${PEM}/client.crt&sslkey=${PEM}/crls`, /not a regular file/],
  [`sslcrl=${PEM}/crl.pem`, /sslcrl is set, but the certificate of the server is not verified/],
  ['sslmode=verify-full&sslcrl=/nowhere', /the sslcrl file .* does not exist/],
  [`sslmode=verify-full&sslcrldir=${PEM}/empty`, /has no file such as/, expect.stringContaining('openssl rehash')],
  ['ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2', /ssl_max_protocol_version=TLSv1.2 is below the minimum TLSv1.3/],
  ['ssl_max_protocol_version=TLSv1.1', /below the minimum TLSv1.2/],
  ['ssl_min_protocol_version=SSLv3', /invalid ssl_min_protocol_version "SSLv3"/],
  ['min_protocol_version=3.2&max_protocol_version=3.0', /invalid min_protocol_version/],
  ['min_protocol_version=2.0', /invalid min_protocol_version "2.0"/],
  ['channel_binding=yes', /invalid channel_binding "yes".*disable, prefer or require/],
  ['require_auth=kerberos', /invalid require_auth "kerberos"/],
  ['require_auth=md5,!none', /all with "!" or all without/],
  ['require_auth=gss', /allows no supported method/],
  ['require_auth=oauth,sspi', /allows no supported method/],
  ['target_session_attrs=master', /invalid target_session_attrs "master"/],
  ['load_balance_hosts=round-robin', /invalid load_balance_hosts/],
  ['sslsni=yes', /invalid sslsni/],
  ['hostaddr=db.example', /invalid hostaddr "db.example".*an IP address/],
  ['host=@/run/pg', /^invalid host from --database-url \(expected a name/],
  ['host=a,b&hostaddr=10.0.0.1', /2 hosts, but 1 addresses/],
  ['host=a,b,c&port=1,2', /2 ports for 3 hosts/],
  ['keepalives_idle=soon', /invalid keepalives_idle/],
  ['connect_timeout=99999999', /invalid connect_timeout/],
  ['sslmode=s3cr3t@db', /^invalid database URL|^invalid sslmode from/],
])('keyword that cannot be honoured: %s -> DATABASE_URL_INVALID with the reason', (keywords, message, hint) => {
  expect(() => target(keywords)).toThrow(refusal(message, hint) as Error)
})

test('refused variable: the message names the variable', () => {
  expect(() => serverTarget({ host: 'db' }, { HOME, PGREQUIREPEER: 'postgres' }, 'PGHOST')).toThrow(
    refusal(/^requirepeer from PGREQUIREPEER is not supported/) as Error,
  )
})

test('PGTARGETSESSIONATTRS=any: accepted', () => {
  const keywords: Keywords = { host: 'db', user: 'app' }
  expect(serverTarget(keywords, { HOME, PGTARGETSESSIONATTRS: 'any' }, 'test')).toEqual(serverTarget(keywords, { HOME }, 'test'))
})
