import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import os from 'node:os'
import { SkillsError } from '../core/errors.ts'
import { registerSecret } from '../core/redaction.ts'
import type { ServerHost, ServerTarget, SessionAttributes } from '../core/target.ts'
import { invalidKeyword, type Keywords } from './connection-keywords.ts'
import { readLoginRules } from './login-rules.ts'
import { ignoredPasswordFile, keywordsFromEnvironment, keywordsFromService, passwordFromFile, type Environment } from './pg-environment.ts'
import { readSsl } from './ssl-settings.ts'

const DEFAULT_PORT = 5432
const DEFAULT_TIMEOUT_S = 10
const LONGEST_TIMEOUT_S = 86_400

/** The user who runs the command, as seen from a source of settings. */
export interface User {
  /** The exported variables: they say where the files of the user are. */
  environment: Environment
  /**
   * Whether the source may use the password file, the service file and the default client certificate of the user: options and the
   * environment may. Files of a project may not, because they are often written by somebody else, who would choose the
   * host that gets a password of the user.
   */
  mayUseCredentials: boolean
}

/**
 * Builds the target from a URL and the `PG*` variables of the same source, in the order of libpq: the URL, then the service file,
 * then the variables.
 */
export function serverTarget(
  given: Keywords,
  variables: Environment,
  origin: string,
  user: User = { environment: variables, mayUseCredentials: true },
): ServerTarget {
  const own = { ...keywordsFromEnvironment(variables), ...given }
  if (!user.mayUseCredentials) refuseFilesOfUser(own, origin)
  const { service, servicefile = nonEmpty(user.environment['PGSERVICEFILE']) } = own
  const fromService = service === undefined ? {} : keywordsFromService(service, servicefile, user.environment)
  return targetOf({ ...own, ...fromService, ...given }, origin, user)
}

function targetOf(keywords: Keywords, origin: string, { environment, mayUseCredentials }: User): ServerTarget {
  const user = keywords.user ?? systemUser()
  const database = keywords.dbname ?? user
  const passwordFile = keywords.passfile ?? nonEmpty(environment['PGPASSFILE'])
  const readsPasswordFile = keywords.password === undefined && mayUseCredentials
  const hosts = readHosts(keywords, origin).map((host): ServerHost => {
    if (!readsPasswordFile) return host
    const password = passwordFromFile(passwordFile, { host: host.host, port: host.port, database, user }, environment)
    return password === undefined ? host : { ...host, password }
  })
  for (const secret of [keywords.password, keywords.sslpassword, ...hosts.map((host) => host.password)]) {
    // a password that equals a name cannot be hidden: it would hide the name too (and the scheme, for `postgres`)
    if (secret !== user && secret !== database) registerSecret(secret)
  }
  const ignored = readsPasswordFile ? ignoredPasswordFile(passwordFile, environment) : undefined
  const login = readLoginRules(keywords, origin)
  const attributes = keywords.target_session_attrs
  return {
    kind: 'server',
    hosts,
    user,
    password: keywords.password,
    ...(ignored === undefined ? {} : { ignoredPasswordFile: ignored }),
    database,
    ssl: readSsl(mayUseCredentials ? keywords : withoutDefaultCertificate(keywords), environment, origin),
    ...(login === undefined ? {} : { login }),
    ...(attributes === undefined || attributes === 'any' ? {} : { sessionAttributes: attributes as SessionAttributes }),
    ...(keywords.load_balance_hosts === 'random' ? { randomOrder: true } : {}),
    ...readKeepAlive(keywords, origin),
    applicationName: keywords.application_name ?? keywords.fallback_application_name ?? 'skills',
    startupOptions: keywords.options,
    connectTimeoutMs: readSeconds('connect_timeout', keywords.connect_timeout, origin) ?? DEFAULT_TIMEOUT_S * 1000,
  }
}

/** The error for a file of a project that names a file of the user. */
export function notOfProject(name: string, where: string): SkillsError {
  return new SkillsError('CONFIG_INVALID', `${name}${where} is not allowed: a file of a project must not use passwords of the user`, {
    hint: 'export the variable, or write host and password together in the file',
  })
}

function refuseFilesOfUser({ service, passfile }: Keywords, origin: string): void {
  if (service !== undefined) throw notOfProject('a service (PGSERVICE)', ` of ${origin}`)
  if (passfile !== undefined) throw notOfProject('a password file (PGPASSFILE)', ` of ${origin}`)
}

function withoutDefaultCertificate(keywords: Keywords): Keywords {
  return keywords.sslcert === undefined ? { ...keywords, sslcertmode: 'disable' } : keywords
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

/** The hosts, each with its address and port. As in libpq, one port is for all hosts; otherwise the lists are of one length. */
function readHosts({ host, hostaddr, port }: Keywords, origin: string): ServerHost[] {
  const names = (host ?? '').split(',')
  const addresses = (hostaddr ?? '').split(',')
  const ports = (port ?? '').split(',')
  const count = hostaddr === undefined ? names.length : addresses.length
  if (hostaddr !== undefined && host !== undefined && names.length !== count) {
    throw new SkillsError('DATABASE_URL_INVALID', `${names.length} hosts, but ${count} addresses in hostaddr (from ${origin})`, {
      hint: 'give one hostaddr for each host',
    })
  }
  if (ports.length !== 1 && ports.length !== count) {
    throw new SkillsError('DATABASE_URL_INVALID', `${ports.length} ports for ${count} hosts (from ${origin})`, {
      hint: 'give one port for all hosts, or one for each',
    })
  }
  return Array.from({ length: count }, (_, i) => {
    const name = names[i] ?? ''
    const address = addresses[i] ?? ''
    const number = readPort((ports.length === 1 ? ports[0] : ports[i]) ?? '', origin)
    // the abstract Unix sockets of libpq are not supported
    if (name.startsWith('@')) throw invalidKeyword('host', name, origin, 'a name, an IP address or a folder')
    if (address === '') return { host: name === '' ? defaultHost(number) : name, port: number }
    if (isIP(address) === 0) throw invalidKeyword('hostaddr', address, origin, 'an IP address')
    return { host: name === '' ? address : name, address, port: number }
  })
}

function readPort(text: string, origin: string): number {
  const port = text === '' ? DEFAULT_PORT : Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalidKeyword('port', text, origin, '1 to 65535')
  return port
}

/** The socket folder of a local server, as in libpq; otherwise this machine over TCP. */
function defaultHost(port: number): string {
  return ['/var/run/postgresql', '/tmp'].find((folder) => existsSync(`${folder}/.s.PGSQL.${port}`)) ?? 'localhost'
}

function systemUser(): string {
  try {
    return os.userInfo().username
  } catch (error) {
    throw new SkillsError('DATABASE_URL_INVALID', 'no user is given, and this user of the operating system has no name', {
      hint: 'write the user into the URL, or set PGUSER',
      cause: error,
    })
  }
}

function readKeepAlive({ keepalives, keepalives_idle: idle }: Keywords, origin: string): Pick<ServerTarget, 'keepAliveMs'> {
  const ms = readSeconds('keepalives_idle', idle, origin)
  if (keepalives === '0') return { keepAliveMs: null }
  return ms === undefined ? {} : { keepAliveMs: ms }
}

/** Milliseconds; undefined for the default, which zero is too: in libpq it means no timeout, which is wrong for a deploy. */
function readSeconds(name: string, text: string | undefined, origin: string): number | undefined {
  const seconds = Number(text ?? 0)
  // timers of Node overflow after 24 days, and then end at once
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > LONGEST_TIMEOUT_S)
    throw invalidKeyword(name, text ?? '', origin, `a number of seconds, at most ${LONGEST_TIMEOUT_S}`)
  return seconds === 0 ? undefined : seconds * 1000
}
