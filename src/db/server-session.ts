import type net from 'node:net'
import { SkillsError } from '../core/errors.ts'
import { hostAndPort, type ServerHost, type ServerTarget, type SessionAttributes, type SslMode } from '../core/target.ts'
import { COPY_FAIL, copyMessages } from './copy-rows.ts'
import { DatabaseError } from './database-error.ts'
import type { Notice, OpenOptions } from './db.ts'
import { hostsToTry } from './hosts-to-try.ts'
import { describeLink } from './link.ts'
import { handOver, LOGGED_IN, replaceWrite } from './login/hand-over.ts'
import { logIn, type BackendKey } from './login/log-in.ts'
import { LoginError } from './login/login-error.ts'
import { errorOf } from './login/messages.ts'
import { missingAttribute } from './login/session-attributes.ts'
import { SocketReader } from './login/socket-reader.ts'
import { MessageGuard } from './message-guard.ts'
import { checkMessages, isLoopback, isUnixSocket, openSocket, socketError, SocketError } from './network-socket.ts'
import { PacedSender } from './paced-sender.ts'
import { SQLSTATE, UNKNOWN_ROLE } from './sqlstates.ts'
import { queryMessage, type StoredText } from './stored-text.ts'
import { TimeLimit } from './time-limit.ts'

/** A connection that has logged in, ready for the driver. */
export interface ServerSession {
  socket: net.Socket
  /** The host, with the address that it was reached at. */
  host: ServerHost
  mode: SslMode
  backendKey: BackendKey | undefined
  /** As the server reported it with the login. */
  isSuperuser: boolean
  /** The first answer was read: ends the time limit of opening. */
  opened: () => void
  /** The error that the server sent without ending its answer. */
  lastError: () => DatabaseError | undefined
  /** Runs a COPY ... FROM STDIN, and sends these rows when the server asks for them. Throws what the iterator throws. */
  copy: (rows: Iterable<string>, run: () => Promise<unknown>) => Promise<void>
  /** Sends this text in place of the statement that `run` sends. When it cannot be read, the connection ends. */
  replace: (text: StoredText, run: () => Promise<unknown>) => Promise<void>
  /** When the last bytes of the server arrived, as `clockMs()`. */
  receivedAt: () => number
}

export interface SessionOptions extends Pick<OpenOptions, 'background' | 'onConnected' | 'onWarning' | 'signal'> {
  onNotice: (notice: Notice) => void
  /** How many statements the driver has sent. */
  statements: () => number
}

/**
 * Connects to the first host of the target that has the wanted attributes, and logs in. As in libpq, a host that cannot be
 * reached, or is still starting, is followed by the next one; one that refuses the login is not.
 */
export async function openSession(target: ServerTarget, options: SessionOptions): Promise<ServerSession> {
  const wanted = target.sessionAttributes
  const failures: (SocketError | DatabaseError)[] = []
  for (const attributes of wanted === 'prefer-standby' ? [wanted, undefined] : [wanted]) {
    for await (const host of hostsToTry(target)) {
      const limit = new TimeLimit(target.connectTimeoutMs, hostAndPort(host), options)
      try {
        const login = await limit.of((signal) => openHost(host, attributes, target, { ...options, signal }))
        return finish(login, limit)
      } catch (error) {
        limit.end()
        options.signal?.throwIfAborted()
        const failure = isExpected(error) ? error : socketError(error, host)
        if (!(failure instanceof SocketError) && !isStarting(failure)) throw failure
        failures.push(failure)
      }
    }
  }
  throw oneOf(failures)
}

/** The limit goes on: it ends with the first answer to the driver. */
function finish({ guard, ...login }: LoggedIn, limit: TimeLimit): ServerSession {
  const opened = (): void => {
    limit.end()
    guard.opened()
  }
  login.socket.once('close', () => limit.end())
  const { socket } = login
  const copy: ServerSession['copy'] = async (rows, run) => {
    const sender = new PacedSender(socket, copyMessages(rows), () => socket.write(COPY_FAIL))
    guard.expectCopy(() => sender.send())
    await untilSent(sender, run).finally(() => guard.expectCopy(undefined))
  }
  const replace: ServerSession['replace'] = async (text, run) => {
    const sender = new PacedSender(socket, queryMessage(text), () => socket.destroy())
    const restore = replaceWrite(socket, () => sender.send())
    await untilSent(sender, run).finally(restore)
  }
  return { ...login, opened, copy, replace, lastError: () => (guard.lastError === undefined ? undefined : errorOf(guard.lastError)) }
}

async function untilSent(sender: PacedSender, run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    throw sender.failure ?? error
  } finally {
    sender.stop()
  }
}

/** Errors that are reported as they are. */
function isExpected(error: unknown): error is SkillsError | DatabaseError | LoginError {
  return error instanceof SkillsError || error instanceof DatabaseError || error instanceof LoginError
}

function isStarting(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code === SQLSTATE.cannotConnectNow
}

/** The failures of several hosts as one error. Waiting can help when it can help for one of them. */
function oneOf(failures: readonly (SocketError | DatabaseError)[]): Error {
  const [first, ...others] = failures
  if (first === undefined || others.length === 0) return first ?? new SocketError('', 'no host given')
  const remedies = failures.map((error) => (error instanceof SocketError ? error.remedy : undefined))
  const remedy = remedies.includes(undefined) ? undefined : remedies[0]
  const address = first instanceof SocketError ? first.address : ''
  return new SocketError(address, [...new Set([first.message, ...others.map(withAddress)])].join('; '), { cause: first, remedy })
}

function withAddress(error: Error): string {
  return error instanceof SocketError ? `${error.address}: ${error.message}` : error.message
}

type HostOptions = SessionOptions & { signal: AbortSignal }
type LoggedIn = Omit<ServerSession, 'opened' | 'lastError' | 'copy' | 'replace'> & { guard: MessageGuard }

/** One host, with the TLS that `sslmode` wants. When the second attempt fails only because there is no TLS, the first error counts. */
async function openHost(
  host: ServerHost,
  attributes: SessionAttributes | undefined,
  target: ServerTarget,
  options: HostOptions,
): Promise<LoggedIn> {
  const [first, second] = modesOf(host, target)
  try {
    return await openOnce(host, first, attributes, target, options)
  } catch (error) {
    if (second === undefined || !canTlsHelp(error)) throw error
    try {
      return await openOnce(host, second, attributes, target, options)
    } catch (again) {
      throw again instanceof SocketError && again.offersNoTls ? error : again
    }
  }
}

/** `allow`, and `prefer` to an address that cannot leave the machine, begin without TLS: it saves a round trip. */
function modesOf(host: ServerHost, { ssl: { mode }, login }: ServerTarget): [SslMode, SslMode?] {
  const beginsWithout = mode === 'allow' || (mode === 'prefer' && isLoopback(host) && login?.channelBinding !== 'require')
  return beginsWithout && !isUnixSocket(host) ? ['disable', 'require'] : [mode]
}

/** Whether the login can succeed over TLS: a rule of pg_hba.conf can require it, but it does not create a role. */
function canTlsHelp(error: unknown): boolean {
  if (error instanceof LoginError) return error.needs === 'encryption'
  return error instanceof DatabaseError && error.code === SQLSTATE.invalidAuthorization && error.routine !== UNKNOWN_ROLE
}

async function openOnce(
  host: ServerHost,
  mode: SslMode,
  attributes: SessionAttributes | undefined,
  target: ServerTarget,
  { background = false, onConnected, onNotice, onWarning = warnOnce, signal, statements }: HostOptions,
): Promise<LoggedIn> {
  const { keepAliveMs = KEEP_ALIVE_MS } = target
  const socket = await openSocket(host, { mode, ssl: target.ssl, keepAliveMs, background, signal })
  const reader = new SocketReader(socket)
  try {
    const loggingIn = logIn(socket, reader, {
      user: target.user,
      password: host.password ?? target.password,
      database: target.database,
      rules: target.login ?? {},
      applicationName: target.applicationName,
      startupOptions: target.startupOptions,
      isUnixSocket: isUnixSocket(host),
      onNotice,
      onWarning,
    })
    onConnected?.(() => describeLink(socket))
    const { parameters, backendKey } = await loggingIn
    const missing = attributes === undefined ? undefined : await missingAttribute(attributes, parameters, socket, reader)
    if (missing !== undefined) throw new SocketError(hostAndPort(host), missing)
    const { remoteAddress: address } = socket
    const reached = address === undefined || isUnixSocket(host) ? host : { ...host, address }
    const rest = reader.release()
    const guard = new MessageGuard(undefined, statements)
    guard.take(LOGGED_IN)
    const receivedAt = checkMessages(socket, guard, host)
    const isSuperuser = parameters.get('is_superuser') === 'on'
    return { socket: handOver(socket, rest), host: reached, mode, backendKey, isSuperuser, guard, receivedAt }
  } catch (error) {
    socket.destroy()
    if (error instanceof LoginError) error.address = hostAndPort(host)
    throw isExpected(error) ? error : socketError(error, host)
  }
}

/** A dead peer is noticed after this time and ten more seconds, unless data is on its way to it. */
const KEEP_ALIVE_MS = 30_000

const warned = new Set<string>()

function warnOnce(text: string): void {
  if (!warned.has(text)) process.emitWarning(text, 'SkillsWarning')
  warned.add(text)
}
