/** Which database to open: plain data, resolved by `config`, opened by `db`. */
export type DatabaseTarget = ServerTarget | EmbeddedTarget

export interface ServerTarget {
  kind: 'server'
  /** Tried in order; a host that begins with `/` is the folder of a Unix socket. */
  hosts: readonly ServerHost[]
  user: string
  /** For every host without its own password. */
  password: string | undefined
  /** A password file that was ignored, because other users can read it, or it is not a file. */
  ignoredPasswordFile?: string
  database: string
  ssl: SslSettings
  applicationName: string | undefined
  /** The libpq `options` string, sent only when given: poolers refuse it. */
  startupOptions: string | undefined
  connectTimeoutMs: number
}

export interface ServerHost {
  host: string
  port: number
  /** From the password file, which can have a different password for each host. */
  password?: string
}

/** The modes of libpq, with its meanings (PostgreSQL manual, "SSL support", table of sslmode). */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

export interface SslSettings {
  mode: SslMode
  /** Paths of PEM files; `system` as rootCert means the certificates that Node trusts. */
  rootCert?: string
  cert?: string
  key?: string
}

export interface EmbeddedTarget {
  kind: 'embedded'
  /** Folder of the database, or `memory` for a temporary one. */
  directory: string
  /** A packed database to start a new one from: much faster than creating it. */
  archive?: string | undefined
}

/** The target for people and JSON: never with a password. */
export function describeTarget(target: DatabaseTarget): string {
  if (target.kind === 'embedded') return target.directory === 'memory' ? 'embedded (memory)' : `embedded ${target.directory}`
  const [first] = target.hosts
  if (first === undefined) return 'postgres://'
  const user = encodeURIComponent(target.user)
  const database = encodeURIComponent(target.database)
  if (first.host.startsWith('/'))
    return `postgres://${user}@/${database}?host=${first.host}${first.port === 5432 ? '' : `&port=${first.port}`}`
  return `postgres://${user}@${target.hosts.map(hostAndPort).join(',')}/${database}`
}

/** `127.0.0.1:5432`, `[::1]:5432`, or the path of the socket. */
export function hostAndPort({ host, port }: { host: string; port: number }): string {
  if (host.startsWith('/')) return `${host}/.s.PGSQL.${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
