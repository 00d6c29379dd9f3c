import net from 'node:net'
import { SkillsError } from '../core/errors.ts'
import { hostAndPort, type ServerHost, type ServerTarget, type SslMode, type SslSettings } from '../core/target.ts'
import { startTls } from './tls-socket.ts'

// PostgreSQL manual, "Message Formats": Int32(8) Int32(80877103), and Int32(16) Int32(80877102) pid secret
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const CANCEL_REQUEST_CODE = 80_877_102

const NOT_POSTGRES = 'the other side is not a PostgreSQL server'
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

/**
 * Opens a socket to the first host of the target that answers, encrypted according to `mode`, before any message of the
 * protocol. With `background` the attempt does not keep the process alive.
 */
export async function openNetworkSocket(
  target: ServerTarget,
  mode: SslMode,
  { background = false, onHost }: { background?: boolean | undefined; onHost?: (host: ServerHost) => void } = {},
): Promise<net.Socket> {
  let failure: SocketError | undefined
  for (const host of target.hosts) {
    try {
      const socket = guardFirstAnswer(await openOne(host, mode, target, background), hostAndPort(host))
      onHost?.(host)
      return socket
    } catch (error) {
      if (error instanceof SkillsError) throw error
      failure = error instanceof SocketError ? error : new SocketError(hostAndPort(host), socketReason(error), { cause: error })
    }
  }
  throw failure ?? new SocketError('', 'no host given')
}

/**
 * Ends the connection when the first answer is not a PostgreSQL message (Authentication, ErrorResponse, NoticeResponse,
 * NegotiateProtocolVersion). It checks the bytes before the driver, which would wait for the end of such a message.
 */
function guardFirstAnswer(socket: net.Socket, address: string): net.Socket {
  const push = socket.push.bind(socket)
  socket.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
    socket.push = push
    if (chunk === null || 'RENv'.includes(String.fromCharCode(chunk[0] ?? 0))) return push(chunk, encoding)
    socket.destroy(new SocketError(address, NOT_POSTGRES, { remedy: CHECK_ADDRESS }))
    return false
  }
  return socket
}

/** Sends a CancelRequest for a connection over a new socket; the server closes it when it has received the request. */
export async function sendCancelRequest(target: ServerTarget, mode: SslMode, key: { pid: number; secret: number }): Promise<void> {
  const socket = await openNetworkSocket(target, mode)
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  message.writeUInt32BE(key.pid, 8)
  message.writeUInt32BE(key.secret, 12)
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    socket.once('error', () => resolve())
    socket.setTimeout(target.connectTimeoutMs, () => socket.destroy())
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
  { ssl, connectTimeoutMs: timeoutMs }: ServerTarget,
  background: boolean,
): Promise<net.Socket> {
  const { host, port, address = host } = place
  const isLocal = address.startsWith('/')
  const socket = isLocal ? net.connect(hostAndPort(place)) : net.connect({ host: address, port, noDelay: true })
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
  if (background) {
    timer.unref()
    socket.unref()
  }
  try {
    await event(socket, 'connect')
    if (isLocal || mode === 'disable') return socket
    return await encrypt(socket, place, mode, ssl)
  } catch (error) {
    socket.destroy()
    if (error instanceof SkillsError) throw error
    throw new SocketError(hostAndPort(place), socketReason(error), { cause: error, remedy: remedyOf(error) })
  } finally {
    clearTimeout(timer)
  }
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
