import type { ServerTarget } from '../core/target.ts'
import type { DbInfo } from '../db/db.ts'
import type { Link } from '../db/link.ts'
import { isLoopback } from '../db/network-socket.ts'
import type { Finding } from './finding.ts'
import { finding, fine } from './finding.ts'

const DAY_MS = 86_400_000
const CERTIFICATE_DAYS = 14

/** The way to the server, and who answers there. */
export function examineConnection(info: DbInfo, target: ServerTarget, link: Link | undefined, connectMs: number): Finding[] {
  const address = link?.address === undefined ? '' : ` to ${link.address}`
  return [
    fine('connection.address', `connected${address} in ${Math.round(connectMs)} ms`),
    ...(link === undefined ? [] : [examineTls(link, target)]),
    fine('connection.server', `PostgreSQL ${info.versionText}`),
    info.pooled
      ? finding(
          'note',
          'connection.pooler',
          'a pooler in transaction mode stands between',
          'give migrations the server itself: DIRECT_URL, --direct-url or directUrl (only no-transaction files need it)',
        )
      : fine('connection.pooler', 'no pooler in transaction mode between'),
    info.superuser
      ? finding(
          'note',
          'connection.role',
          `the role ${info.user} is a superuser`,
          'a role that owns the schema is enough for migrate, less for the rest',
        )
      : fine('connection.role', `the role ${info.user}`),
    ...(info.inRecovery
      ? [finding('error', 'connection.standby', 'this is a standby: nothing can be written', 'connect to the primary')]
      : []),
  ]
}

function examineTls({ tls }: Link, { hosts, ssl }: ServerTarget): Finding {
  if (tls === undefined) {
    if (hosts.every(({ host }) => isLoopback(host))) return fine('connection.tls', 'not encrypted, and does not leave this machine')
    return finding(
      'warning',
      'connection.tls',
      'not encrypted',
      'add ?sslmode=verify-full to the URL (require encrypts, but does not check who answers)',
    )
  }
  const words = `${tls.protocol}, ${tls.cipher}`
  const left = tls.validTo === null ? Infinity : Date.parse(tls.validTo) - Date.now()
  if (left < CERTIFICATE_DAYS * DAY_MS) {
    const when = left < 0 ? 'has expired' : 'expires soon'
    return finding(
      'warning',
      'connection.tls',
      `${words}; the certificate of the server ${when} (${tls.validTo ?? ''})`,
      'renew it on the server',
    )
  }
  if (ssl.mode === 'verify-full' || ssl.mode === 'verify-ca') return fine('connection.tls', `${words}, ${ssl.mode}`)
  return finding(
    'note',
    'connection.tls',
    `${words}, but sslmode=${ssl.mode} does not check who answers`,
    tls.trusted ? 'sslmode=verify-full with sslrootcert=system would work here' : 'sslmode=verify-full with sslrootcert=FILE checks it',
  )
}
