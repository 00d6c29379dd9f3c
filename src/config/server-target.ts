import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import { registerSecret } from '../core/redaction.ts'
import type { ServerHost, ServerTarget, SslMode, SslSettings } from '../core/target.ts'
import type { Keywords } from './connection-keywords.ts'
import type { Environment } from './pg-environment.ts'
import { ignoredPasswordFile, keywordsFromEnvironment, keywordsFromService, passwordFromFile } from './pg-environment.ts'

const SSL_MODES: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']
const DEFAULT_PORT = 5432
const DEFAULT_TIMEOUT_S = 10

/** Builds the target from what a URL said; libpq's environment and service file fill the gaps, in libpq's order. */
export function serverTarget(given: Keywords, env: Environment, origin: string): ServerTarget {
  const fromEnv = keywordsFromEnvironment(env)
  const service = given.service ?? fromEnv.service
  const keywords: Keywords = { ...fromEnv, ...(service === undefined ? {} : keywordsFromService(service, env)), ...given }
  const user = keywords.user ?? os.userInfo().username
  const database = keywords.dbname ?? user
  const names = (keywords.host ?? '').split(',')
  const hosts = readHosts(keywords, origin).map((address, i): ServerHost => {
    if (keywords.password !== undefined) return address
    // the file has names, also where the address of the name is given
    const host = (names[i] ?? '') === '' ? address.host : (names[i] ?? '')
    const password = passwordFromFile(keywords.passfile, { host, port: address.port, database, user }, env)
    return password === undefined ? address : { ...address, password }
  })
  for (const password of [keywords.password, ...hosts.map((host) => host.password)]) {
    // one that is also a name cannot be hidden: blanking it would blank the names (and the scheme, when it is `postgres`)
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
      throw new SkillsError('DATABASE_URL_INVALID', `the port "${text}" of ${origin} is not a number from 1 to 65535`)
    }
    return { host: host === '' ? defaultHost(port) : host, port }
  })
}

/** The socket folder of a local server, where libpq looks too; otherwise this machine over TCP. */
function defaultHost(port: number): string {
  return ['/var/run/postgresql', '/tmp'].find((folder) => existsSync(`${folder}/.s.PGSQL.${port}`)) ?? 'localhost'
}

function readSsl(keywords: Keywords, env: Environment, origin: string): SslSettings {
  const mode = keywords.sslmode === 'no-verify' ? 'require' : (keywords.sslmode ?? 'prefer')
  if (!(SSL_MODES as readonly string[]).includes(mode)) {
    throw new SkillsError('DATABASE_URL_INVALID', `sslmode "${mode}" of ${origin} is unknown`, {
      hint: `use one of ${SSL_MODES.join(', ')}`,
    })
  }
  const defaultRoot = path.join(env['HOME'] ?? os.homedir(), '.postgresql', 'root.crt')
  const rootCert = keywords.sslrootcert ?? (keywords.sslmode !== 'no-verify' && existsSync(defaultRoot) ? defaultRoot : undefined)
  for (const [name, file] of Object.entries({
    sslrootcert: rootCert === 'system' ? undefined : rootCert,
    sslcert: keywords.sslcert,
    sslkey: keywords.sslkey,
  })) {
    if (file !== undefined && !existsSync(file))
      throw new SkillsError('DATABASE_URL_INVALID', `the ${name} file of ${origin} does not exist: ${file}`)
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
    throw new SkillsError('DATABASE_URL_INVALID', `connect_timeout "${text}" of ${origin} is not a number of seconds`)
  // libpq: zero means for ever, which no deploy wants
  return (seconds === 0 ? DEFAULT_TIMEOUT_S : seconds) * 1000
}
