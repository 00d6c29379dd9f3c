import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import { registerSecret } from '../core/redaction.ts'
import type { ServerHost, ServerTarget, SslMode, SslSettings } from '../core/target.ts'
import type { Keywords } from './connection-keywords.ts'
import { ignoredPasswordFile, keywordsFromEnvironment, keywordsFromService, passwordFromFile, type Environment } from './pg-environment.ts'
import { list } from './values.ts'

const SSL_MODES: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']
const DEFAULT_PORT = 5432
const DEFAULT_TIMEOUT_S = 10

/** The user who runs the command, as seen from a source of settings. */
export interface User {
  /** The exported variables: they say where the files of the user are. */
  environment: Environment
  /**
   * Whether the source may use the password file and the service file of the user: options and the environment may. Files of a
   * project may not, because they are often written by somebody else: they would choose the host to which a password is sent.
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
  const fromVariables = keywordsFromEnvironment(variables)
  const service = given.service ?? fromVariables.service
  if (!user.mayUseCredentials) refuseFilesOfUser({ ...fromVariables, ...given }, origin)
  const fromService = service === undefined ? {} : keywordsFromService(service, user.environment)
  const keywords: Keywords = { ...fromVariables, ...fromService, ...given }
  return targetOf(keywords, origin, user)
}

function targetOf(keywords: Keywords, origin: string, { environment, mayUseCredentials }: User): ServerTarget {
  const user = keywords.user ?? userOfSystem(origin)
  const database = keywords.dbname ?? user
  const names = (keywords.host ?? '').split(',')
  const passwordFile = keywords.passfile ?? nonEmpty(environment['PGPASSFILE'])
  const readsPasswordFile = keywords.password === undefined && mayUseCredentials
  const hosts = readHosts(keywords, origin).map((address, i): ServerHost => {
    if (!readsPasswordFile) return address
    // the password file has host names, also when hostaddr is given
    const host = (names[i] ?? '') === '' ? address.host : (names[i] ?? '')
    const password = passwordFromFile(passwordFile, { host, port: address.port, database, user }, environment)
    return password === undefined ? address : { ...address, password }
  })
  for (const password of [keywords.password, ...hosts.map((host) => host.password)]) {
    // a password that equals a name cannot be hidden: it would hide the name too (and the scheme, for `postgres`)
    if (password !== user && password !== database) registerSecret(password)
  }
  const ignored = readsPasswordFile ? ignoredPasswordFile(passwordFile, environment) : undefined
  return {
    kind: 'server',
    hosts,
    user,
    password: keywords.password,
    ...(ignored === undefined ? {} : { ignoredPasswordFile: ignored }),
    database,
    ssl: readSsl(keywords, environment, origin),
    applicationName: keywords.application_name ?? 'skills',
    startupOptions: keywords.options,
    connectTimeoutMs: readTimeout(keywords.connect_timeout, origin),
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

function userOfSystem(origin: string): string {
  try {
    return os.userInfo().username
  } catch (error) {
    throw new SkillsError(
      'DATABASE_URL_INVALID',
      `the connection from ${origin} names no user, and this process runs as a user without a name`,
      {
        hint: 'name the user: postgres://USER@HOST/DATABASE, or PGUSER',
        cause: error,
      },
    )
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function readHosts(keywords: Keywords, origin: string): { host: string; port: number }[] {
  const hosts = (keywords.hostaddr ?? keywords.host ?? '').split(',')
  const ports = (keywords.port ?? '').split(',')
  return hosts.map((host, i) => {
    const text = (ports.length === 1 ? ports[0] : ports[i]) ?? ''
    const port = text === '' ? DEFAULT_PORT : Number(text)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new SkillsError('DATABASE_URL_INVALID', `invalid port "${text}" from ${origin} (expected 1 to 65535)`)
    }
    return { host: host === '' ? defaultHost(port) : host, port }
  })
}

/** The socket folder of a local server, as in libpq; otherwise this machine over TCP. */
function defaultHost(port: number): string {
  return ['/var/run/postgresql', '/tmp'].find((folder) => existsSync(`${folder}/.s.PGSQL.${port}`)) ?? 'localhost'
}

function readSsl(keywords: Keywords, env: Environment, origin: string): SslSettings {
  const mode = keywords.sslmode === 'no-verify' ? 'require' : (keywords.sslmode ?? 'prefer')
  if (!(SSL_MODES as readonly string[]).includes(mode)) {
    throw new SkillsError('DATABASE_URL_INVALID', `invalid sslmode "${mode}" from ${origin} (expected ${list(SSL_MODES)})`)
  }
  const defaultRoot = path.join(env['HOME'] ?? os.homedir(), '.postgresql', 'root.crt')
  const rootCert = keywords.sslrootcert ?? (keywords.sslmode !== 'no-verify' && existsSync(defaultRoot) ? defaultRoot : undefined)
  for (const [name, file] of Object.entries({
    sslrootcert: rootCert === 'system' ? undefined : rootCert,
    sslcert: keywords.sslcert,
    sslkey: keywords.sslkey,
  })) {
    if (file !== undefined && !existsSync(file))
      throw new SkillsError('DATABASE_URL_INVALID', `the ${name} file from ${origin} does not exist: ${file}`)
  }
  return {
    mode: mode as SslMode,
    ...(rootCert === undefined ? {} : { rootCert }),
    ...(keywords.sslcert === undefined ? {} : { cert: keywords.sslcert }),
    ...(keywords.sslkey === undefined ? {} : { key: keywords.sslkey }),
  }
}

function readTimeout(text: string | undefined, origin: string): number {
  const seconds = text === undefined ? DEFAULT_TIMEOUT_S : Number(text)
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new SkillsError('DATABASE_URL_INVALID', `invalid connect_timeout "${text}" from ${origin} (expected a number of seconds)`)
  // in libpq zero is no timeout, which is wrong for a deploy
  return (seconds === 0 ? DEFAULT_TIMEOUT_S : seconds) * 1000
}
