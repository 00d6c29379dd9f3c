import { Backoff } from '../core/backoff.ts'
import { SkillsError, reasonOf } from '../core/errors.ts'
import { describeTarget, hostAndPort, type ServerHost, type ServerTarget, type SslMode } from '../core/target.ts'
import { backendState } from './backend-state.ts'
import { DatabaseError } from './database-error.ts'
import type { Db, DbInfo, Notice, Notification, OpenOptions } from './db.ts'
import { greet } from './greeting.ts'
import { describeLink } from './link.ts'
import { isLoopback, openNetworkSocket, sendCancelRequest, SocketError, type ServerSocket } from './network-socket.ts'
import { createDriver } from './postgresjs.ts'
import { createConnection } from './connection.ts'
import { SQLSTATE, STARTING_UP } from './sqlstates.ts'
import { StatementWatch } from './statement-watch.ts'

/** Connects to a server, waiting up to `waitMs` for one that is still starting. */
export async function openServer(target: ServerTarget, options: OpenOptions): Promise<Db> {
  const deadline = Date.now() + (options.waitMs ?? 0)
  const backoff = new Backoff({ shortestMs: 200, longestMs: 1_000 })
  for (;;) {
    try {
      return await openWithAnyMode(target, options)
    } catch (error) {
      const waitMs = backoff.failed()
      if (!isTransient(error) || Date.now() + waitMs > deadline) throw explain(error, target)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** `allow`, and `prefer` to an address that cannot leave the machine, try without TLS first: it saves a round trip. */
async function openWithAnyMode(target: ServerTarget, options: OpenOptions): Promise<Db> {
  const { mode } = target.ssl
  const local = target.hosts.every(isLoopback)
  if (mode !== 'allow' && !(mode === 'prefer' && local)) return openOnce(target, mode, options)
  try {
    return await openOnce(target, 'disable', options)
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === SQLSTATE.invalidAuthorization)) throw error
    return openOnce(target, 'require', options)
  }
}

async function openOnce(target: ServerTarget, mode: SslMode, options: OpenOptions): Promise<Db> {
  const { schema, background, onConnected } = options
  const listeners = new Set<(notice: Notice) => void>()
  const notificationListeners = new Set<(notification: Notification) => void>()
  let link: ServerSocket | undefined
  let info: DbInfo | undefined
  const watch = new StatementWatch(
    {
      receivedAt: () => link?.receivedAt() ?? 0,
      unsent: () => link?.socket.writableLength ?? 0,
      ask: async () => {
        if (link === undefined || info === undefined) return 'unknown'
        const { host } = link
        return backendState(() => openOnce(secondTarget(target, host), mode, { background: true }), info)
      },
      cancel: () => cancel(),
      end: (reason) => driver.abandon(reason),
    },
    options.watch,
  )
  const driver = createDriver({
    connect: async () => {
      const { socket } = (link = await openNetworkSocket(target, mode, { background }))
      onConnected?.(() => describeLink(socket))
      return socket
    },
    user: target.user,
    password: () => link?.host.password ?? target.password,
    database: target.database,
    applicationName: target.applicationName,
    startupOptions: target.startupOptions,
    onNotice: (notice) => listeners.forEach((listener) => listener(notice)),
    onNotification: (notification) => notificationListeners.forEach((listener) => listener(notification)),
    watch,
  })
  const cancel = async (): Promise<void> => {
    const key = driver.backendKey()
    if (key !== undefined && link !== undefined) await sendCancelRequest(secondTarget(target, link.host), mode, key).catch(() => undefined)
  }
  try {
    info = await greet(driver, 'server', describeTarget(target), schema)
    link?.opened()
    return createConnection({
      driver,
      info,
      listeners,
      notificationListeners,
      cancel,
      limitStatements: (ms) => watch.limit(ms),
      release: () => Promise.resolve(),
    })
  } catch (error) {
    await driver.end().catch(() => undefined)
    throw error
  }
}

/** For a second connection to the host of the first one, within a limited time. */
function secondTarget(target: ServerTarget, host: ServerHost): ServerTarget {
  const { sessionAttributes: _, ...same } = target
  return { ...same, hosts: [host], connectTimeoutMs: Math.min(target.connectTimeoutMs, SECOND_MS) }
}

const SECOND_MS = 10_000

function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseError) return STARTING_UP.has(error.code)
  if (error instanceof SocketError) return error.remedy === undefined
  return error instanceof SkillsError && error.code === 'CONNECTION_LOST'
}

/** The error of a failed connection: host, port, reason and a hint. Never the password. */
function explain(error: unknown, target: ServerTarget): unknown {
  const address = target.hosts.map(hostAndPort).join(', ')
  if (error instanceof SocketError) {
    return new SkillsError('DATABASE_UNREACHABLE', `cannot connect to PostgreSQL at ${error.address || address}: ${error.message}`, {
      hint: error.remedy ?? 'check host and port, and that the server runs; --wait 30s waits for a server that is still starting',
      cause: error,
    })
  }
  if (error instanceof DatabaseError) {
    return new SkillsError(
      'DATABASE_UNREACHABLE',
      `PostgreSQL at ${address} refused the connection: ${error.message} (SQLSTATE ${error.code})`,
      {
        hint: ignoredPassword(error, target) ?? requiresTls(error, target) ?? REMEDIES[error.code] ?? 'check the connection settings',
        cause: error,
      },
    )
  }
  if (error instanceof SkillsError && error.code !== 'CONNECTION_LOST') return error
  const reason = error instanceof SkillsError ? 'the server closed the connection before it answered' : reasonOf(error)
  return new SkillsError('DATABASE_UNREACHABLE', `cannot connect to PostgreSQL at ${address}: ${reason}`, {
    hint: 'check that host and port belong to a PostgreSQL server',
    cause: error,
  })
}

/** A user with a password file does not expect that it was ignored. */
function ignoredPassword({ code }: DatabaseError, { password, ignoredPasswordFile: file }: ServerTarget): string | undefined {
  const refused = code === SQLSTATE.invalidPassword || code === SQLSTATE.invalidAuthorization
  if (!refused || password !== undefined || file === undefined) return undefined
  return `the password file ${file} was ignored, because other users can read it: run chmod 600 ${file}`
}

/** No rule of pg_hba.conf fits the connection: most often the rules require TLS. */
function requiresTls({ code }: DatabaseError, { ssl: { mode } }: ServerTarget): string | undefined {
  if (code !== SQLSTATE.invalidAuthorization || (mode !== 'disable' && mode !== 'allow')) return undefined
  return `check the user; or the server requires TLS, which sslmode=${mode} does not use: try sslmode=verify-full or require`
}

const REMEDIES: Readonly<Record<string, string>> = {
  [SQLSTATE.invalidPassword]: 'check user and password; special characters in a URL must be percent-encoded',
  [SQLSTATE.invalidAuthorization]: 'check the user, and the rules in pg_hba.conf on the server',
  [SQLSTATE.undefinedDatabase]: 'check the name of the database, or create it',
  [SQLSTATE.cannotConnectNow]: 'the server is starting: --wait 30s waits for it',
  [SQLSTATE.tooManyConnections]: 'all connections are in use: try again, or pass --wait 30s',
  [SQLSTATE.protocolViolation]: 'if this is a pooler, remove `options` from the connection settings',
}
