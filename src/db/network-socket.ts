import net from 'node:net'
import { reasonOf, SkillsError } from '../core/errors.ts'
import { hostAndPort, type ServerHost, type ServerTarget, type SslMode, type SslSettings } from '../core/target.ts'
import { MessageGuard, NOT_POSTGRES } from './message-guard.ts'
import { startTls } from './tls-socket.ts'

// PostgreSQL manual, "Message Formats": Int32(8) Int32(80877103), and Int32(16) Int32(80877102) pid secret
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const CANCEL_REQUEST_CODE = 80_877_102

const CHECK_ADDRESS = 'check that host and port belong to a PostgreSQL server'

/** A socket that failed to open: its address, and the reason as text. */
export class SocketError extends Error {
  readonly address: string
  /** The hint, when waiting for the server does not help. */
  readonly remedy: string | undefined

  constructor(address: string, reason: string, options: ErrorOptions & { remedy?: string | undefined } = {}) {
    super(reason, options)
    this.name = 'SocketError'
    this.address = address
    this.remedy = options.remedy
  }
}

/** An open socket to a server, whose messages are checked. */
export interface ServerSocket {
  socket: net.Socket
  host: ServerHost
  /** The first answer was read: ends the time limit of opening. */
  opened: () => void
  /** When the last bytes of the server arrived, as `performance.now()`. */
  receivedAt: () => number
}

/**
 * Opens a socket to the first host of the target that answers, encrypted according to `mode`, before any message of the
 * protocol. The time limit of the host goes on until `opened` is called. With `background` the attempt does not keep the
 * process alive.
 */
export async function openNetworkSocket(
  target: ServerTarget,
  mode: SslMode,
  { background = false }: { background?: boolean | undefined } = {},
): Promise<ServerSocket> {
  let failure: SocketError | undefined
  for (const host of target.hosts) {
    try {
      return await openOne(host, mode, target, background)
    } catch (error) {
      if (error instanceof SkillsError) throw error
      failure = error instanceof SocketError ? error : new SocketError(hostAndPort(host), socketReason(error), { cause: error })
    }
  }
  throw failure ?? new SocketError('', 'no host given')
}

/** Sends a CancelRequest for a connection over a new socket; the server closes it when it has received the request. */
export async function sendCancelRequest(target: ServerTarget, mode: SslMode, key: { pid: number; secret: number }): Promise<void> {
  const { socket } = await openNetworkSocket(target, mode, { background: true })
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  message.writeUInt32BE(key.pid, 8)
  message.writeUInt32BE(key.secret, 12)
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    socket.once('error', () => resolve())
    // not end(): a pooler drops the request of a client that disconnects
    socket.write(message)
    socket.resume()
  })
}

/** Whether the connection cannot leave this machine. */
export function isLoopback({ host, address = host }: Pick<ServerHost, 'host' | 'address'>): boolean {
  return address.startsWith('/') || address === 'localhost' || address === '::1' || address.startsWith('127.')
}

async function openOne(
  place: ServerHost,
  mode: SslMode,
  { ssl, connectTimeoutMs: timeoutMs, keepAliveMs = KEEP_ALIVE_MS }: ServerTarget,
  background: boolean,
): Promise<ServerSocket> {
  const { host, port, address = host } = place
  const isLocal = address.startsWith('/')
  let socket = isLocal ? net.connect(hostAndPort(place)) : net.connect({ host: address, port, noDelay: true })
  if (keepAliveMs !== null) socket.setKeepAlive(true, keepAliveMs)
  const timer = setTimeout(() => socket.destroy(new SocketError(hostAndPort(place), `no answer within ${timeoutMs / 1000} s`)), timeoutMs)
  if (background) timer.unref()
  try {
    if (background) socket.unref()
    await event(socket, 'connect')
    if (!isLocal && mode !== 'disable') socket = await encrypt(socket, place, mode, ssl)
    if (background) socket.unref()
  } catch (error) {
    clearTimeout(timer)
    socket.destroy()
    if (error instanceof SkillsError) throw error
    throw new SocketError(hostAndPort(place), socketReason(error), { cause: error, remedy: remedyOf(error) })
  }
  socket.once('close', () => clearTimeout(timer))
  const guard = new MessageGuard()
  return {
    socket,
    host: place,
    opened: () => {
      clearTimeout(timer)
      guard.opened()
    },
    receivedAt: checkMessages(socket, guard, hostAndPort(place)),
  }
}

/** A dead peer is noticed after this time and ten more seconds, unless data is on its way to it. */
const KEEP_ALIVE_MS = 30_000

/** Ends the connection at the first message that the guard refuses, before the driver sees it. Returns when bytes arrived last. */
function checkMessages(socket: net.Socket, guard: MessageGuard, address: string): () => number {
  let receivedAt = performance.now()
  const push = socket.push.bind(socket)
  socket.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
    if (chunk === null) return push(chunk, encoding)
    receivedAt = performance.now()
    try {
      const messages = guard.take(chunk as Buffer)
      return messages === undefined || push(messages, encoding)
    } catch (error) {
      socket.destroy(new SocketError(address, reasonOf(error), { cause: error, remedy: CHECK_ADDRESS }))
      return false
    }
  }
  return () => receivedAt
}

/** Encrypts the connection, unless the server does not offer TLS and `mode` permits that. */
async function encrypt(socket: net.Socket, place: ServerHost, mode: SslMode, ssl: SslSettings): Promise<net.Socket> {
  if (ssl.direct !== true && !(await requestTls(socket, place, mode))) return socket
  const { secure, protocolIsAgreed } = await startTls(socket, place, mode, ssl)
  await event(secure, 'secureConnect')
  if (ssl.direct === true && !protocolIsAgreed()) {
    throw new SocketError(hostAndPort(place), 'the server does not support sslnegotiation=direct', {
      remedy: 'remove sslnegotiation; a server needs PostgreSQL 17 for it',
    })
  }
  return secure
}

async function requestTls(socket: net.Socket, place: ServerHost, mode: SslMode): Promise<boolean> {
  socket.write(SSL_REQUEST)
  const answer = (await event(socket, 'data')) as Buffer
  const kind = answer.toString('latin1', 0, 1)
  if (kind === 'E') throw new Error('the server refused the connection before TLS began')
  // one byte: unencrypted bytes after it could be taken for a part of the encrypted protocol
  if (answer.length !== 1 || !'SN'.includes(kind)) throw new SocketError(hostAndPort(place), NOT_POSTGRES, { remedy: CHECK_ADDRESS })
  if (kind === 'S') return true
  if (mode === 'prefer' || mode === 'allow') return false
  throw new SocketError(hostAndPort(place), `the server does not offer TLS, and sslmode is ${mode}`, {
    remedy: 'enable TLS on the server, or set sslmode=disable on a private network',
  })
}

/** The next `name` event, or a rejection when the socket fails or closes first. */
function event(socket: net.Socket, name: 'connect' | 'data' | 'secureConnect'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      socket.removeListener(name, onEvent)
      socket.removeListener('error', onError)
      socket.removeListener('close', onClose)
      act()
    }
    const onEvent = (value: unknown): void => settle(() => resolve(value))
    const onError = (error: Error): void => settle(() => reject(error))
    const onClose = (): void => settle(() => reject(new Error('the server closed the connection')))
    socket.once(name, onEvent)
    socket.once('error', onError)
    socket.once('close', onClose)
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be resolved',
  ETIMEDOUT: 'no answer (timed out)',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ECONNRESET: 'the connection was reset',
  ENOENT: 'no such socket',
  EACCES: 'permission denied',
}

/** The hint for a certificate error, which waiting does not solve. */
function remedyOf(error: unknown): string | undefined {
  if (error instanceof SocketError) return error.remedy
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'connect with a name that is in the certificate, or set sslmode=verify-ca'
  return /CERT|UNABLE_TO_(?:GET|VERIFY)/.test(code)
    ? 'set the certificate of the authority that signed it: sslrootcert=FILE, or sslrootcert=system'
    : undefined
}

function socketReason(error: unknown): string {
  // a name with several addresses fails with an AggregateError without a message
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error)) return String(first)
  const code = (first as NodeJS.ErrnoException).code ?? ''
  return REASONS[code] ?? first.message
}
