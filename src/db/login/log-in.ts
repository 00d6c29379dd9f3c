import type net from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { LoginRules } from '../../core/target.ts'
import type { Notice } from '../db.ts'
import { Authentication, isAccepted } from './authentication.ts'
import { LoginError } from './login-error.ts'
import { errorOf, fieldsOf, readMessage, startupMessage, textsOf } from './messages.ts'
import type { SocketReader } from './socket-reader.ts'

export interface LoginOptions {
  user: string
  password: string | undefined
  database: string
  rules: LoginRules
  applicationName: string | undefined
  startupOptions: string | undefined
  isUnixSocket: boolean
  onNotice: (notice: Notice) => void
  onWarning: (text: string) => void
}

export interface Login {
  /** What the server reported about itself: `server_version`, `in_hot_standby`, ... */
  parameters: ReadonlyMap<string, string>
  /** For a CancelRequest; a pooler can have none. */
  backendKey: BackendKey | undefined
}

export interface BackendKey {
  pid: number
  /** 4 bytes; with protocol 3.2 up to 256. */
  secret: Buffer
}

/** A login has about 20 messages; a server that never ends it must not keep this process busy. */
const MOST_MESSAGES = 1_000

/**
 * Logs in on an open socket, from the startup message to the first ReadyForQuery. Throws DatabaseError for what the server
 * refuses, LoginError for what this side refuses.
 */
export async function logIn(socket: net.Socket, reader: SocketReader, options: LoginOptions): Promise<Login> {
  const { rules } = options
  const minor = rules.mostProtocol ?? 0
  socket.write(
    startupMessage(minor, {
      user: options.user,
      database: options.database,
      client_encoding: 'UTF8',
      application_name: options.applicationName,
      options: options.startupOptions,
    }),
  )
  await authenticate(socket, reader, minor, options)
  return untilReady(reader, options)
}

async function authenticate(socket: net.Socket, reader: SocketReader, minor: number, options: LoginOptions): Promise<void> {
  const isEncrypted = 'encrypted' in socket
  const authentication = new Authentication({
    ...options,
    isEncrypted,
    isPrivate: isEncrypted || options.isUnixSocket,
    certificateHash: () => (isEncrypted ? certificateHash(socket as TLSSocket) : Promise.resolve(undefined)),
  })
  for (let i = 0; i < MOST_MESSAGES; i++) {
    const { type, body } = await readMessage(reader, 'RENv')
    if (type === 'E') throw errorOf(body)
    if (type === 'N') options.onNotice(noticeOf(body))
    else if (type === 'v') acceptProtocol(body, minor, options.rules)
    else if (isAccepted(body)) return authentication.accept()
    else {
      const answer = await authentication.answer(body)
      if (answer !== undefined) socket.write(answer)
    }
  }
  throw new LoginError('the server does not end the login')
}

/** The settings of the server, and the key of the connection. */
async function untilReady(reader: SocketReader, { onNotice }: LoginOptions): Promise<Login> {
  const parameters = new Map<string, string>()
  let backendKey: BackendKey | undefined
  for (let i = 0; i < MOST_MESSAGES; i++) {
    const { type, body } = await readMessage(reader, 'ENSKZ')
    if (type === 'E') throw errorOf(body)
    if (type === 'N') onNotice(noticeOf(body))
    else if (type === 'S') {
      const [name = '', value = ''] = textsOf(body)
      parameters.set(name, value)
    } else if (type === 'K') {
      if (body.length < 8 || body.length > 260) throw new LoginError('the server sent an invalid key for this connection')
      backendKey = { pid: body.readUInt32BE(0), secret: Buffer.from(body.subarray(4)) }
    } else return { parameters, backendKey }
  }
  throw new LoginError('the server does not end the login')
}

/** The server has an older minor version of the protocol than was requested. */
function acceptProtocol(body: Buffer, requested: number, { leastProtocol = 0 }: LoginRules): void {
  // a server sends the whole version, 3 in the upper half
  const newest = body.length < 8 ? -1 : body.readInt32BE(0) & 0xffff
  if (newest < 0 || newest >= requested || body.readInt32BE(4) !== 0)
    throw new LoginError('the server does not support the startup message of this client')
  if (newest < leastProtocol)
    throw new LoginError(
      `the server supports protocol 3.${newest}, and min_protocol_version is 3.${leastProtocol}`,
      'lower min_protocol_version',
    )
}

async function certificateHash(socket: TLSSocket): Promise<Buffer | undefined> {
  const certificate = socket.getPeerCertificate(true).raw as Buffer | undefined
  const { signatureHash } = await import('./certificate-hash.ts')
  const algorithm = certificate === undefined ? undefined : signatureHash(certificate)
  if (certificate === undefined || algorithm === undefined) return undefined
  const { createHash } = await import('node:crypto')
  return createHash(algorithm).update(certificate).digest()
}

function noticeOf(body: Buffer): Notice {
  const { severity = 'NOTICE', code = '00000', message = '' } = fieldsOf(body)
  return { severity, code, message }
}
