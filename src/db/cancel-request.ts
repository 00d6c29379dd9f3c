import type { ServerTarget } from '../core/target.ts'
import { int32 } from './login/messages.ts'
import { openSocket } from './network-socket.ts'
import type { ServerSession } from './server-session.ts'

// PostgreSQL manual, "Message Formats": Int32 length, Int32(80877102), Int32 pid, secret
const CANCEL_REQUEST_CODE = 80_877_102

/** Sends a CancelRequest for a session over a new socket; the server closes it when it has received the request. */
export async function sendCancelRequest({ host, mode, backendKey }: ServerSession, { ssl, connectTimeoutMs }: ServerTarget): Promise<void> {
  if (backendKey === undefined) return
  const signal = AbortSignal.timeout(connectTimeoutMs)
  const socket = await openSocket(host, { mode, ssl, keepAliveMs: null, background: true, signal })
  const { pid, secret } = backendKey
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    socket.once('error', () => resolve())
    // not end(): a pooler drops the request of a client that disconnects
    socket.write(Buffer.concat([int32(12 + secret.length), int32(CANCEL_REQUEST_CODE), int32(pid | 0), secret]))
    socket.resume()
  })
}
