import type { ServerTarget } from '../core/target.ts'
import type { DbInfo } from '../db/db.ts'
import type { Link } from '../db/link.ts'
import { isLoopback } from '../db/network-socket.ts'
import { finding, fine, type Finding } from './report.ts'

const DAY_MS = 86_400_000
const CERTIFICATE_DAYS = 14

/** The connection to the server, and the role. */
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
          'there is a pooler in transaction mode between this machine and the server',
          'set DIRECT_URL, --direct-url or directUrl to the server for migrations (only no-transaction files need it)',
        )
      : fine('connection.pooler', 'no pooler in transaction mode'),
    info.superuser
      ? finding(
          'note',
          'connection.role',
          `the role ${info.user} is a superuser`,
          'use a role that owns the schema for migrate, and a role with fewer privileges for the other commands',
        )
      : fine('connection.role', `the role ${info.user}`),
    ...(info.inRecovery
      ? [finding('error', 'connection.standby', 'this server is a standby, which is read-only', 'connect to the primary')]
      : []),
  ]
}

function examineTls({ tls }: Link, { hosts, ssl }: ServerTarget): Finding {
  if (tls === undefined) {
    if (hosts.every(isLoopback)) return fine('connection.tls', 'not encrypted; the connection stays on this machine')
    return finding(
      'warning',
      'connection.tls',
      'not encrypted',
      'add ?sslmode=verify-full to the URL (require encrypts, but does not verify the server)',
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
      'renew the certificate on the server',
    )
  }
  if (ssl.mode === 'verify-full' || ssl.mode === 'verify-ca') return fine('connection.tls', `${words}, ${ssl.mode}`)
  return finding(
    'note',
    'connection.tls',
    `${words}, but sslmode=${ssl.mode} does not verify the server`,
    tls.trusted ? 'use sslmode=verify-full with sslrootcert=system' : 'use sslmode=verify-full with sslrootcert=FILE',
  )
}

/** One query of the time: when it was sent and answered here, and the time of the server, in milliseconds since 1970. */
export interface ClockSample {
  sent: number
  answered: number
  server: number
}

/** A larger difference makes the times in reports look wrong. */
const TOLERATED_MS = 2_000

/**
 * How far the clock of the server is ahead, from the sample with the shortest round trip: the server answered between sending and
 * receiving, so the middle is correct within half the round trip (Cristian's algorithm).
 */
export function clockSkew(samples: readonly ClockSample[]): { aheadMs: number; withinMs: number } | undefined {
  const [best] = samples.toSorted((a, b) => a.answered - a.sent - (b.answered - b.sent))
  if (best === undefined) return undefined
  return { aheadMs: best.server - (best.sent + best.answered) / 2, withinMs: (best.answered - best.sent) / 2 }
}

/** The tables have the time of the server; reports and CI have the time of this machine. */
export function examineClock(samples: readonly ClockSample[]): Finding[] {
  const skew = clockSkew(samples)
  if (skew === undefined) return []
  const { aheadMs, withinMs } = skew
  const off = Math.abs(aheadMs)
  if (off - withinMs <= TOLERATED_MS) return [fine('connection.clock', 'the clocks of this machine and the server agree')]
  const text = `the clock of the server is ${seconds(off)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine (within ${seconds(withinMs)})`
  return [finding('warning', 'connection.clock', text, 'set the wrong clock with NTP; timedatectl shows the state of this machine')]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
