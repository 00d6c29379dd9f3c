import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ServerTarget } from '../../src/core/target.ts'
import { openDb } from '../../src/db/open.ts'
import { targetOf } from './databases.ts'
import { startPostgres } from './postgres-server.ts'
import { scratch, writeFiles } from './scratch.ts'

export const PASSWORD = 'péncil\u00ad-s3cr3t'

/** The roles are named after the rule of pg_hba.conf that they meet over TCP. */
const RULES = `
local   all all                        trust
host    all postgres       127.0.0.1/32 trust
host    all trusted        127.0.0.1/32 trust
host    all scram          127.0.0.1/32 scram-sha-256
host    all md5_digest     127.0.0.1/32 md5
host    all cleartext      127.0.0.1/32 password
host    all rejected       127.0.0.1/32 reject
hostssl all tls_scram      127.0.0.1/32 scram-sha-256
hostssl all tls_cleartext  127.0.0.1/32 password
hostssl all certified      127.0.0.1/32 cert
host    all missing        127.0.0.1/32 trust
host    all missing_scram  127.0.0.1/32 scram-sha-256
`
const ROLES = ['trusted', 'scram', 'cleartext', 'rejected', 'tls_scram', 'tls_cleartext', 'certified', 'unlisted']

export interface LoginServer {
  port: number
  version: number
  files: CertificateFiles
  /** The target of a role, with the password that it has. */
  target: (user: string, over?: Partial<ServerTarget>) => Promise<ServerTarget>
  stop: () => Promise<void>
}

/** A server with TLS, and a role for each way to log in. */
export async function startLoginServer(): Promise<LoginServer> {
  const files = makeCertificates()
  const data = scratch()
  // the server runs as another user
  chmodSync(data, 0o755)
  const server = await startPostgres({
    tcp: true,
    keep: path.join(data, 'data'),
    settings: {
      ssl: 'on',
      ssl_cert_file: files.serverCert,
      ssl_key_file: files.serverKey,
      ssl_ca_file: files.ca,
    },
  })
  const admin = await openDb(await targetOf(server.url('postgres')))
  const password = `'${PASSWORD}'`
  await admin.exec(
    [
      "SET password_encryption = 'scram-sha-256'",
      ...ROLES.map((role) => `CREATE ROLE ${role} LOGIN PASSWORD ${password}`),
      "SET password_encryption = 'md5'",
      `CREATE ROLE md5_digest LOGIN PASSWORD ${password}`,
    ].join(';'),
  )
  writeFileSync(path.join(data, 'data', 'pg_hba.conf'), RULES)
  await admin.exec('SELECT pg_catalog.pg_reload_conf()')
  const { version } = admin.info
  await admin.close()
  const port = Number(new URL(server.url('postgres')).port)
  return {
    port,
    version,
    files,
    target: async (user, over = {}) => ({
      ...((await targetOf(server.url('postgres'))) as ServerTarget),
      user,
      password: PASSWORD,
      ssl: { mode: 'disable' },
      connectTimeoutMs: 20_000,
      ...over,
    }),
    stop: () => server.stop(),
  }
}

export interface CertificateFiles {
  ca: string
  serverCert: string
  serverKey: string
  clientCert: string
  clientKey: string
  /** `clientKey` with the passphrase `open sesame`. */
  encryptedKey: string
  /** A list of the authority that revokes nothing, and one that revokes the certificate of the server. */
  emptyCrl: string
  serverCrl: string
}

const CA_CONFIG = `
[ca]
default_ca = test
[test]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
certificate = ca.crt
private_key = ca.key
`

/** An authority, a certificate of it for 127.0.0.1, and one for the role `certified`. */
export function makeCertificates(): CertificateFiles {
  const folder = scratch()
  // the server runs as another user
  chmodSync(folder, 0o755)
  writeFiles(folder, { 'ca.cnf': CA_CONFIG, 'index.txt': '', crlnumber: '01\n' })
  const openssl = (...parameters: string[]): void => void execFileSync('openssl', parameters, { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...newKey, '-days', '30', '-subj', '/CN=skills-test-ca', '-keyout', 'ca.key', '-out', 'ca.crt')
  const issue = (name: string, subject: string, extension: string): void => {
    writeFiles(folder, { [`${name}.ext`]: extension })
    openssl('req', ...newKey, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', `${name}.ext`]
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`)
    chmodSync(path.join(folder, `${name}.key`), 0o600)
  }
  issue('server', '/CN=skills-test', 'subjectAltName=IP:127.0.0.1,DNS:localhost')
  issue('client', '/CN=certified', 'extendedKeyUsage=clientAuth')
  openssl('ec', '-in', 'client.key', '-aes256', '-passout', 'pass:open sesame', '-out', 'encrypted.key')
  chmodSync(path.join(folder, 'encrypted.key'), 0o600)
  openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'empty.crl')
  openssl('ca', '-config', 'ca.cnf', '-revoke', 'server.crt')
  openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'server.crl')
  const serverKey = path.join(folder, 'server.key')
  if (process.getuid?.() === 0) chownSync(serverKey, 65_534, 65_534)
  return {
    ca: path.join(folder, 'ca.crt'),
    serverCert: path.join(folder, 'server.crt'),
    serverKey,
    clientCert: path.join(folder, 'client.crt'),
    clientKey: path.join(folder, 'client.key'),
    encryptedKey: path.join(folder, 'encrypted.key'),
    emptyCrl: path.join(folder, 'empty.crl'),
    serverCrl: path.join(folder, 'server.crl'),
  }
}
