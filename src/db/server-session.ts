import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { SkillsError } from '../core/errors.ts'
import { hostAndPort, type ServerHost, type ServerTarget, type SessionAttributes, type SslMode } from '../core/target.ts'
import { DatabaseError } from './database-error.ts'
import type { Notice, OpenOptions } from './db.ts'
import { describeLink } from './link.ts'
import { handOver } from './login/hand-over.ts'
import { logIn, type BackendKey } from './login/log-in.ts'
import { LoginError } from './login/login-error.ts'
import { missingAttribute } from './login/session-attributes.ts'
import { SocketReader } from './login/socket-reader.ts'
import { isLoopback, isUnixSocket, openSocket, socketError, SocketError } from './network-socket.ts'
import { SQLSTATE } from './sqlstates.ts'

/** A connection that has logged in, ready for the driver. */
export interface ServerSession {
  socket: net.Socket
  /** The host, with the address that it was reached at. */
  host: ServerHost
  mode: SslMode
  backendKey: BackendKey | undefined
}

export interface SessionOptions extends Pick<OpenOptions, 'background' | 'onConnected' | 'signal'> {
  onNotice: (notice: Notice) => void
}

/**
 * Connects to the first host of the target that has the wanted attributes, and logs in. As in libpq, a host that cannot be
 * reached, or is still starting, is followed by the next one; one that refuses the login is not.
 */
export async function openSession(target: ServerTarget, options: SessionOptions): Promise<ServerSession> {
  const wanted = target.sessionAttributes
  const failures: (SocketError | DatabaseError)[] = []
  for (const attributes of wanted === 'prefer-standby' ? [wanted, undefined] : [wanted]) {
    for await (const host of candidates(target)) {
      try {
        return await limited(target.connectTimeoutMs, options, (signal) => openHost(host, attributes, target, { ...options, signal }))
      } catch (error) {
        options.signal?.throwIfAborted()
        const failure = isExpected(error) ? error : socketError(error, host)
        if (!(failure instanceof SocketError) && !isStarting(failure)) throw failure
        failures.push(failure)
      }
    }
  }
  throw oneOf(failures)
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
  const text = (error: Error): string => (error instanceof SocketError ? `${error.address}: ${error.message}` : error.message)
  const remedies = failures.map((error) => (error instanceof SocketError ? error.remedy : undefined))
  const remedy = remedies.includes(undefined) ? undefined : remedies[0]
  const address = first instanceof SocketError ? first.address : ''
  return new SocketError(address, [first.message, ...others.map(text)].join('; '), { cause: first, remedy })
}

/** The hosts in the order to try. Where the choice between the addresses of a name matters, each address is one. */
async function* candidates(target: ServerTarget): AsyncGenerator<ServerHost> {
  const ordered = (hosts: readonly ServerHost[]): readonly ServerHost[] => (target.randomOrder === true ? shuffled(hosts) : hosts)
  for (const host of ordered(target.hosts)) {
    const isName = host.address === undefined && !isUnixSocket(host) && net.isIP(host.host) === 0
    const isChoice = target.randomOrder === true || target.sessionAttributes !== undefined
    yield* ordered(isName && isChoice ? await addressesOf(host, target.connectTimeoutMs) : [host])
  }
}

/** A name that cannot be resolved stays: connecting to it fails with the reason. */
async function addressesOf(host: ServerHost, timeoutMs: number): Promise<ServerHost[]> {
  try {
    const addresses = await limited(timeoutMs, {}, () => lookup(host.host, { all: true }))
    return addresses.map(({ address }) => ({ ...host, address }))
  } catch {
    return [host]
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

type HostOptions = SessionOptions & { signal: AbortSignal }

/** One host, with the TLS that `sslmode` wants. When the second attempt fails only because there is no TLS, the first error counts. */
async function openHost(
  host: ServerHost,
  attributes: SessionAttributes | undefined,
  target: ServerTarget,
  options: HostOptions,
): Promise<ServerSession> {
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

/** The function of the server that reports a role that does not exist; its message is in the language of the server. */
const UNKNOWN_ROLE = 'InitializeSessionUserId'

async function openOnce(
  host: ServerHost,
  mode: SslMode,
  attributes: SessionAttributes | undefined,
  target: ServerTarget,
  { background = false, onConnected, onNotice, signal }: HostOptions,
): Promise<ServerSession> {
  const { keepAliveMs = background ? IN_APPLICATION_MS : KEEP_ALIVE_MS } = target
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
    })
    onConnected?.(() => describeLink(socket))
    const { parameters, backendKey } = await loggingIn
    const missing = attributes === undefined ? undefined : await missingAttribute(attributes, parameters, socket, reader)
    if (missing !== undefined) throw new SocketError(hostAndPort(host), missing)
    const { remoteAddress: address } = socket
    const reached = address === undefined || isUnixSocket(host) ? host : { ...host, address }
    return { socket: handOver(socket, reader.release()), host: reached, mode, backendKey }
  } catch (error) {
    socket.destroy()
    if (error instanceof LoginError) error.address = hostAndPort(host)
    throw isExpected(error) ? error : socketError(error, host)
  }
}

const KEEP_ALIVE_MS = 60_000
const IN_APPLICATION_MS = 30_000

/** Runs the work with a signal that ends it after the time, or when the given signal does. */
async function limited<T>(
  ms: number,
  { background = false, signal }: Pick<OpenOptions, 'background' | 'signal'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${ms / 1000} s`)), ms)
  if (background) timer.unref()
  const over = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true })
  })
  try {
    return await Promise.race([work(controller.signal), over])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}
