import net from 'node:net'
import tls from 'node:tls'
import { osReason } from '../core/os-error.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { SkillsError, reasonOf } from '../core/errors.ts'
import type { ServerHost, SslMode, SslSettings } from '../core/target.ts'

/** The name of PostgreSQL's protocol in TLS (ALPN). */
const PROTOCOL = 'postgresql'

/**
 * Encrypts an open socket, with the checks of libpq: `require` encrypts, and verifies the chain when a root certificate is
 * given; `verify-ca` verifies the chain, `verify-full` also the name. The result has not finished its handshake.
 */
export function startTls(
  socket: net.Socket,
  { host }: ServerHost,
  mode: SslMode,
  ssl: SslSettings,
): { secure: net.Socket; protocolIsAgreed: () => boolean } {
  const fromFile = ssl.rootCert !== undefined && ssl.rootCert !== 'system'
  const verifyChain = mode === 'verify-ca' || mode === 'verify-full' || (mode !== 'disable' && fromFile)
  const secure = tls.connect({
    socket,
    secureContext: context(ssl, fromFile),
    ALPNProtocols: [PROTOCOL],
    rejectUnauthorized: verifyChain,
    ...(net.isIP(host) > 0 || ssl.hideName === true ? {} : { servername: host }),
    // its own check compares with "localhost" when no server name was sent
    checkServerIdentity: (_: string, certificate: tls.PeerCertificate) =>
      mode === 'verify-full' ? tls.checkServerIdentity(host, certificate) : undefined,
  })
  return { secure, protocolIsAgreed: () => secure.alpnProtocol === PROTOCOL }
}

function context(ssl: SslSettings, fromFile: boolean): tls.SecureContext {
  const files = {
    ...(fromFile ? { ca: read('sslrootcert', ssl.rootCert) } : {}),
    ...(ssl.cert === undefined ? {} : { cert: read('sslcert', ssl.cert) }),
    ...(ssl.key === undefined ? {} : { key: read('sslkey', ssl.key) }),
    ...(ssl.revocationLists === undefined ? {} : { crl: ssl.revocationLists.map((file) => read('sslcrl', file)) }),
  }
  try {
    return tls.createSecureContext({
      ...files,
      ...(ssl.passphrase === undefined ? {} : { passphrase: ssl.passphrase }),
      ...(ssl.leastVersion === undefined ? {} : { minVersion: ssl.leastVersion }),
      ...(ssl.mostVersion === undefined ? {} : { maxVersion: ssl.mostVersion }),
    })
  } catch (error) {
    // OpenSSL does not say which file it is about
    const named = [ssl.cert, ssl.key, fromFile ? ssl.rootCert : undefined, ...(ssl.revocationLists ?? [])].filter(
      (file) => file !== undefined,
    )
    throw new SkillsError('DATABASE_URL_INVALID', `the TLS files cannot be used: ${reasonOf(error)}`, {
      hint: `check ${named.join(', ')}, and sslpassword for an encrypted key; all are PEM files`,
      cause: error,
    })
  }
}

/** Of a certificate, key or list. */
const MAX_BYTES = 4 * 1024 * 1024

function read(name: string, file = ''): Buffer {
  try {
    return readRegularFile(file, MAX_BYTES)
  } catch (error) {
    throw new SkillsError('DATABASE_URL_INVALID', `cannot read the ${name} file ${file}: ${osReason(error)}`, {
      hint: 'check the path and its permissions',
      cause: error,
    })
  }
}
