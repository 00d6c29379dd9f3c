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
  login?: LoginRules
  /** Default: `any`. */
  sessionAttributes?: SessionAttributes
  /** Hosts, and the addresses of a name, are tried in random order. */
  randomOrder?: boolean
  /** Absent: 30 s; null: no keep-alive messages. */
  keepAliveMs?: number | null
  applicationName: string | undefined
  /** The libpq `options` string, sent only when given: poolers refuse it. */
  startupOptions: string | undefined
  connectTimeoutMs: number
}

export interface ServerHost {
  /** The name that TLS verifies and the password file has. */
  host: string
  port: number
  /** The IP address to connect to; absent: that of `host`. */
  address?: string
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
  /** The passphrase of `key`. */
  passphrase?: string
  /** Certificate revocation lists: paths of PEM files. */
  revocationLists?: readonly string[]
  /** TLS begins at once, without the request of PostgreSQL before it. */
  direct?: boolean
  /** The name of the host is not sent unencrypted (server name indication). */
  hideName?: boolean
  leastVersion?: TlsVersion
  mostVersion?: TlsVersion
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** How a server can authenticate this client; `none`: it does not ask. */
export const LOGIN_METHODS = ['password', 'md5', 'scram-sha-256', 'none'] as const
export type LoginMethod = (typeof LOGIN_METHODS)[number]

/** What a login must be like. */
export interface LoginRules {
  /** Absent: every method, but `password` and `md5` only when no other user can read the connection. */
  methods?: readonly LoginMethod[]
  /** `require_auth` names `password` or `md5`: they are permitted without encryption. */
  permitsUnencrypted?: true
  /** Binding of the login to the TLS connection; default: `prefer`. */
  channelBinding?: 'disable' | 'prefer' | 'require'
  /** Minor version of protocol 3; default: 0. */
  leastProtocol?: ProtocolMinor
  mostProtocol?: ProtocolMinor
}

export type ProtocolMinor = 0 | 2

export type SessionAttributes = 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby'

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
  if (first.host.startsWith('/') && first.address === undefined)
    return `postgres://${user}@/${database}?host=${first.host}${first.port === 5432 ? '' : `&port=${first.port}`}`
  return `postgres://${user}@${target.hosts.map(hostAndPort).join(',')}/${database}`
}

/** `127.0.0.1:5432`, `[::1]:5432`, or the path of the socket. */
export function hostAndPort({ host, port, address = host }: Pick<ServerHost, 'host' | 'port' | 'address'>): string {
  if (address.startsWith('/')) return `${host}/.s.PGSQL.${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
