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

/** Builds the target from a URL. The environment and the service file of libpq fill the gaps, in the order of libpq. */
export function serverTarget(given: Keywords, env: Environment, origin: string): ServerTarget {
  const fromEnv = keywordsFromEnvironment(env)
  const service = given.service ?? fromEnv.service
  const keywords: Keywords = { ...fromEnv, ...(service === undefined ? {} : keywordsFromService(service, env)), ...given }
  const user = keywords.user ?? os.userInfo().username
  const database = keywords.dbname ?? user
  const names = (keywords.host ?? '').split(',')
  const hosts = readHosts(keywords, origin).map((address, i): ServerHost => {
    if (keywords.password !== undefined) return address
    // the password file has host names, also when hostaddr is given
    const host = (names[i] ?? '') === '' ? address.host : (names[i] ?? '')
    const password = passwordFromFile(keywords.passfile, { host, port: address.port, database, user }, env)
    return password === undefined ? address : { ...address, password }
  })
  for (const password of [keywords.password, ...hosts.map((host) => host.password)]) {
    // a password that equals a name cannot be hidden: it would hide the name too (and the scheme, for `postgres`)
    if (password !== user && password !== database) registerSecret(password)
  }
  const ignored = keywords.password === undefined ? ignoredPasswordFile(keywords.passfile, env) : undefined
  return {
    kind: 'server',
    hosts,
    user,
    password: keywords.password,
    ...(ignored === undefined ? {} : { ignoredPasswordFile: ignored }),
    database,
    ssl: readSsl(keywords, env, origin),
    applicationName: keywords.application_name ?? 'skills',
    startupOptions: keywords.options,
    connectTimeoutMs: readTimeout(keywords.connect_timeout, origin),
  }
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
