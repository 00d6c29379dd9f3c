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

/** Builds the target from a URL. The environment and the service file of libpq fill the gaps, in the order of libpq. */
export function serverTarget(given: Keywords, env: Environment, origin: string): ServerTarget {
  const fromEnv = keywordsFromEnvironment(env)
  const service = given.service ?? fromEnv.service
  const serviceFile = given.servicefile ?? fromEnv.servicefile
  const keywords: Keywords = { ...fromEnv, ...(service === undefined ? {} : keywordsFromService(service, serviceFile, env)), ...given }
  const user = keywords.user ?? systemUser()
  const database = keywords.dbname ?? user
  const hosts = readHosts(keywords, origin).map((host): ServerHost => {
    if (keywords.password !== undefined) return host
    const password = passwordFromFile(keywords.passfile, { host: host.host, port: host.port, database, user }, env)
    return password === undefined ? host : { ...host, password }
  })
  for (const secret of [keywords.password, keywords.sslpassword, ...hosts.map((host) => host.password)]) {
    // a password that equals a name cannot be hidden: it would hide the name too (and the scheme, for `postgres`)
    if (secret !== user && secret !== database) registerSecret(secret)
  }
  const ignored = keywords.password === undefined ? ignoredPasswordFile(keywords.passfile, env) : undefined
  const login = readLoginRules(keywords, origin)
  const attributes = keywords.target_session_attrs
  return {
    kind: 'server',
    hosts,
    user,
    password: keywords.password,
    ...(ignored === undefined ? {} : { ignoredPasswordFile: ignored }),
    database,
    ssl: readSsl(keywords, env, origin),
    ...(login === undefined ? {} : { login }),
    ...(attributes === undefined || attributes === 'any' ? {} : { sessionAttributes: attributes as SessionAttributes }),
    ...(keywords.load_balance_hosts === 'random' ? { randomOrder: true } : {}),
    ...readKeepAlive(keywords, origin),
    applicationName: keywords.application_name ?? keywords.fallback_application_name ?? 'skills',
    startupOptions: keywords.options,
    connectTimeoutMs: readSeconds('connect_timeout', keywords.connect_timeout, origin) ?? DEFAULT_TIMEOUT_S * 1000,
  }
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
