import net from 'node:net'
import { SkillsError } from '../core/errors.ts'
import { hostAndPort, type ServerHost, type SslMode, type SslSettings } from '../core/target.ts'
import { MessageGuard, NOT_POSTGRES, ProtocolError } from './message-guard.ts'
import { SocketReader } from './login/socket-reader.ts'
import { clockMs } from '../core/times.ts'

// PostgreSQL manual, "Message Formats": Int32(8) Int32(80877103)
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** A connection that failed to open: its address, and the reason as text. */
export class SocketError extends Error {
  readonly address: string
  /** The hint, when waiting for the server does not help. */
  readonly remedy: string | undefined
  /** The server has no TLS, and the mode requires it. */
  readonly offersNoTls: boolean

  constructor(address: string, reason: string, options: ErrorOptions & { remedy?: string | undefined; offersNoTls?: boolean } = {}) {
    super(reason, options)
    this.name = 'SocketError'
    this.address = address
    this.remedy = options.remedy
    this.offersNoTls = options.offersNoTls ?? false
  }
}

/** How to open a socket. */
export interface SocketOptions {
  mode: SslMode
  ssl: SslSettings
  /** The idle time before a keep-alive message; null: none. */
  keepAliveMs: number | null
  /** The socket does not keep the process alive. */
  background: boolean
  /** Ends the attempt, with its reason as the error. */
  signal: AbortSignal
}

/** Opens a socket to a host, encrypted according to `mode`, before any other message of the protocol. Throws SocketError. */
export async function openSocket(host: ServerHost, { mode, ssl, keepAliveMs, background, signal }: SocketOptions): Promise<net.Socket> {
  const isUnix = isUnixSocket(host)
  signal.throwIfAborted()
  let socket = isUnix ? net.connect(hostAndPort(host)) : net.connect({ host: host.address ?? host.host, port: host.port, noDelay: true })
  const abort = (): void => void socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  if (background) socket.unref()
  if (keepAliveMs !== null) socket.setKeepAlive(true, keepAliveMs)
  try {
    await event(socket, 'connect')
    if (!isUnix && mode !== 'disable') socket = await encrypt(socket, host, mode, ssl)
    if (background) socket.unref()
    return socket
  } catch (error) {
    socket.destroy()
    throw error instanceof SkillsError ? error : socketError(error, host)
  }
}

/** Whether the connection is a Unix socket: then it is never encrypted. */
export function isUnixSocket({ host, address = host }: Pick<ServerHost, 'host' | 'address'>): boolean {
  return address.startsWith('/')
}

/** Whether the connection cannot leave this machine. */
export function isLoopback({ host, address = host }: Pick<ServerHost, 'host' | 'address'>): boolean {
  return isUnixSocket({ host, address }) || address === 'localhost' || address === '::1' || address.startsWith('127.')
}

/** Ends the connection at the first message that the guard refuses, before the driver sees it. Returns when bytes arrived last. */
export function checkMessages(socket: net.Socket, guard: MessageGuard, host: ServerHost): () => number {
  let receivedAt = clockMs()
  const push = socket.push.bind(socket)
  socket.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
    if (chunk === null) return push(chunk, encoding)
    receivedAt = clockMs()
    try {
      const messages = guard.take(chunk as Buffer)
      return messages === undefined || push(messages, encoding)
    } catch (error) {
      socket.destroy(socketError(error, host))
      return false
    }
  }
  return () => receivedAt
}

/** An error of a socket as a SocketError of its host. */
export function socketError(error: unknown, host: ServerHost): SocketError {
  if (error instanceof SocketError) return error
  return new SocketError(hostAndPort(host), socketReason(error), { cause: error, remedy: remedyOf(error) })
}

/** Encrypts the connection, unless the server does not offer TLS and `mode` permits that. */
async function encrypt(socket: net.Socket, host: ServerHost, mode: SslMode, ssl: SslSettings): Promise<net.Socket> {
  if (ssl.direct !== true && !(await requestTls(socket, host, mode))) return socket
  const { startTls } = await import('./tls-socket.ts')
  const { secure, protocolIsAgreed } = startTls(socket, host, mode, ssl)
  await event(secure, 'secureConnect')
  if (ssl.direct === true && !protocolIsAgreed()) {
    throw new SocketError(hostAndPort(host), 'the server does not support sslnegotiation=direct', {
      remedy: 'remove sslnegotiation; a server needs PostgreSQL 17 for it',
    })
  }
  return secure
}

async function requestTls(socket: net.Socket, host: ServerHost, mode: SslMode): Promise<boolean> {
  const reader = new SocketReader(socket)
  socket.write(SSL_REQUEST)
  const answer = (await reader.bytes(1)).toString('latin1')
  // unencrypted bytes behind the answer could be taken for a part of the encrypted protocol
  const isClean = reader.release().length === 0
  if (answer === 'E') throw new Error('the server refused the connection before TLS began')
  if (!'SN'.includes(answer) || !isClean) throw new ProtocolError(NOT_POSTGRES)
  if (answer === 'S') return true
  if (mode === 'prefer' || mode === 'allow') return false
  throw new SocketError(hostAndPort(host), `the server does not offer TLS, and sslmode is ${mode}`, {
    remedy: 'enable TLS on the server, or set sslmode=disable on a private network',
    offersNoTls: true,
  })
}

/** The next `name` event, or a rejection when the socket fails or closes first. */
function event(socket: net.Socket, name: 'connect' | 'secureConnect'): Promise<unknown> {
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
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  CERT_NOT_YET_VALID: 'the certificate of the server is not valid yet',
  CRL_HAS_EXPIRED: 'the certificate revocation list has expired',
  UNABLE_TO_GET_CRL: 'there is no certificate revocation list of the authority in sslcrl or sslcrldir',
}

/** The hint for an error that waiting does not solve. */
function remedyOf(error: unknown): string | undefined {
  if (error instanceof ProtocolError) return 'check that host and port belong to a PostgreSQL server'
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'connect with a name that is in the certificate, or set sslmode=verify-ca'
  if (code === 'CERT_HAS_EXPIRED')
    return 'renew the certificate on the server, or an authority above it; sslmode=require connects without verifying it'
  if (code === 'CERT_NOT_YET_VALID') return 'check the clock of this machine, and the certificate of the server'
  if (code === 'CERT_REVOKED') return 'the authority has revoked the certificate of the server: renew it on the server'
  if (/CRL/.test(code)) return 'renew the files of sslcrl and sslcrldir'
  if (/CERT|UNABLE_TO_(?:GET|VERIFY)/.test(code) && !code.startsWith('ERR_SSL_'))
    return 'set the certificate of the authority that signed it: sslrootcert=FILE, or sslrootcert=system'
  // alerts are what the other side says about the certificate of this side
  if (/ALERT_CERTIFICATE_EXPIRED/.test(code)) return 'the client certificate has expired: renew the files of sslcert and sslkey'
  if (/ALERT_CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE/.test(code))
    return 'the server can require a client certificate: set sslcert and sslkey'
  if (/ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE)/.test(code))
    return 'the server does not accept the client certificate: use one that the authority of the server (ssl_ca_file) signed'
  return code.startsWith('ERR_SSL_') ? 'check the TLS settings of both sides: certificates, keys and versions' : undefined
}

function socketReason(error: unknown): string {
  // a name with several addresses fails with an AggregateError without a message
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error)) return String(first)
  const { code = '', reason } = first as NodeJS.ErrnoException & { reason?: unknown }
  // the message of OpenSSL has its file and line
  return REASONS[code] ?? (code.startsWith('ERR_SSL_') && typeof reason === 'string' ? `TLS failed: ${reason}` : first.message)
}
