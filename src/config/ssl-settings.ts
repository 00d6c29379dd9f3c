import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import type { SslMode, SslSettings, TlsVersion } from '../core/target.ts'
import type { Keywords } from './connection-keywords.ts'
import { homeOf, type Environment } from './pg-environment.ts'

/** The settings of TLS, with the rules and default files of libpq. Throws DATABASE_URL_INVALID for settings that contradict each other. */
export function readSsl(keywords: Keywords, env: Environment, origin: string): SslSettings {
  const mode = readMode(keywords, origin)
  const inHome = (name: string): string | undefined => {
    const file = path.join(homeOf(env), '.postgresql', name)
    return existsSync(file) ? file : undefined
  }
  const rootCert = keywords.sslrootcert ?? (keywords.sslmode === 'no-verify' ? undefined : inHome('root.crt'))
  if (mode === 'verify-ca' && rootCert === undefined) {
    throw refused(origin, 'sslmode=verify-ca needs a root certificate', 'set sslrootcert=FILE, or use sslmode=verify-full')
  }
  if (rootCert !== 'system') mustExist('sslrootcert', rootCert, origin)
  const verifies = mode === 'verify-ca' || mode === 'verify-full' || (mode !== 'disable' && rootCert !== undefined)
  return {
    mode,
    ...(rootCert === undefined ? {} : { rootCert }),
    ...clientCertificate(keywords, mode, inHome, origin),
    ...revocationLists(keywords, verifies, inHome('root.crl'), origin),
    ...(keywords.sslnegotiation === 'direct' ? { direct: true } : {}),
    ...(keywords.sslsni === '0' ? { hideName: true } : {}),
    ...versions(keywords, origin),
  }
}

const WEAK: ReadonlySet<SslMode> = new Set(['disable', 'allow', 'prefer'])

function readMode({ sslmode, requiressl, sslrootcert, sslnegotiation }: Keywords, origin: string): SslMode {
  if (sslrootcert === 'system' && sslmode !== undefined && sslmode !== 'verify-full') {
    // anybody can have a certificate from one of these authorities: only the name says whose it is
    throw refused(origin, `sslmode=${sslmode} is too weak for sslrootcert=system`, 'use sslmode=verify-full, or set sslrootcert=FILE')
  }
  const given = sslmode ?? (sslrootcert === 'system' ? 'verify-full' : requiressl === '1' ? 'require' : 'prefer')
  const mode = given === 'no-verify' ? 'require' : (given as SslMode)
  if (sslnegotiation === 'direct' && WEAK.has(mode)) {
    throw refused(origin, `sslmode=${mode} is too weak for sslnegotiation=direct`, 'use sslmode=require, verify-ca or verify-full')
  }
  return mode
}

function clientCertificate(
  { sslcert, sslkey, sslpassword, sslcertmode }: Keywords,
  mode: SslMode,
  inHome: (name: string) => string | undefined,
  origin: string,
): Partial<SslSettings> {
  if (sslcertmode === 'disable' || mode === 'disable') return {}
  const cert = sslcert ?? inHome('postgresql.crt')
  if (cert === undefined) {
    if (sslkey !== undefined) throw refused(origin, 'sslkey is set, but there is no client certificate', 'set sslcert=FILE')
    return {}
  }
  mustExist('sslcert', cert, origin)
  const key = sslkey ?? inHome('postgresql.key')
  if (key === undefined) throw refused(origin, `there is no private key for the client certificate ${cert}`, 'set sslkey=FILE')
  mustExist('sslkey', key, origin)
  mustBePrivate(key, origin)
  return { cert, key, ...(sslpassword === undefined ? {} : { passphrase: sslpassword }) }
}

/** As in libpq: a key of root can be readable for a group, another key only for its owner. */
function mustBePrivate(key: string, origin: string): void {
  const status = statSync(key)
  if (!status.isFile()) throw refused(origin, `the sslkey ${key} is not a regular file`, 'name a PEM file')
  const forbidden = status.uid === 0 ? 0o037 : 0o077
  if (process.platform === 'win32' || (status.mode & forbidden) === 0) return
  throw refused(origin, `other users can read the sslkey ${key}`, `run chmod 600 ${key}`)
}

function revocationLists(
  { sslcrl, sslcrldir }: Keywords,
  verifies: boolean,
  inHome: string | undefined,
  origin: string,
): Partial<SslSettings> {
  if (sslcrl === undefined && sslcrldir === undefined) return verifies && inHome !== undefined ? { revocationLists: [inHome] } : {}
  const name = sslcrl === undefined ? 'sslcrldir' : 'sslcrl'
  if (!verifies) throw refused(origin, `${name} is set, but the certificate of the server is not verified`, 'use sslmode=verify-full')
  mustExist('sslcrl', sslcrl, origin)
  mustExist('sslcrldir', sslcrldir, origin)
  // the names that openssl rehash gives: HASH.r0, HASH.r1
  const inFolder = sslcrldir === undefined ? [] : readdirSync(sslcrldir).filter((file) => /^[0-9a-f]{8}\.r\d+$/.test(file))
  if (sslcrldir !== undefined && inFolder.length === 0) {
    throw refused(origin, `the sslcrldir ${sslcrldir} has no file such as 0a1b2c3d.r0`, `run openssl rehash ${sslcrldir}`)
  }
  return { revocationLists: [...(sslcrl === undefined ? [] : [sslcrl]), ...inFolder.map((file) => path.join(sslcrldir ?? '', file))] }
}

function versions(keywords: Keywords, origin: string): Partial<SslSettings> {
  const least = keywords.ssl_min_protocol_version as TlsVersion | undefined
  const most = keywords.ssl_max_protocol_version as TlsVersion | undefined
  // the names sort like the versions
  if (most !== undefined && most < (least ?? 'TLSv1.2')) {
    throw refused(
      origin,
      `ssl_max_protocol_version=${most} is below the minimum ${least ?? 'TLSv1.2'}`,
      'set ssl_min_protocol_version lower, or the maximum higher',
    )
  }
  return { ...(least === undefined ? {} : { leastVersion: least }), ...(most === undefined ? {} : { mostVersion: most }) }
}

function mustExist(name: string, file: string | undefined, origin: string): void {
  if (file !== undefined && !existsSync(file)) throw refused(origin, `the ${name} file from ${origin} does not exist: ${file}`)
}

function refused(origin: string, reason: string, hint = 'correct the path'): SkillsError {
  const where = reason.includes(origin) ? '' : ` (from ${origin})`
  return new SkillsError('DATABASE_URL_INVALID', `${reason}${where}`, { hint })
}
