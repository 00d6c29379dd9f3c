import * as fc from 'fast-check'
import net from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DatabaseError } from '../../../../src/db/database-error.ts'
import { logIn } from '../../../../src/db/login/log-in.ts'
import { LoginError } from '../../../../src/db/login/login-error.ts'
import { SocketReader } from '../../../../src/db/login/socket-reader.ts'
import { ProtocolError } from '../../../../src/db/message-guard.ts'
import {
  AUTH,
  authentication,
  errorResponse,
  int32,
  loggedIn,
  message,
  messageOfLength,
  parameterStatus,
} from '../../../support/messages.ts'

/** What the server of the test sends when a client connects. It ends the connection afterwards. */
let answer: Buffer = Buffer.alloc(0)
const server = net.createServer((socket) => {
  socket.on('error', () => undefined)
  socket.resume().end(answer)
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))

async function logInTo(bytes: Buffer): Promise<string> {
  answer = bytes
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
  const options = { user: 'app', password: 'pw', database: 'prod', applicationName: 'test', startupOptions: undefined }
  try {
    await logIn(socket, new SocketReader(socket), {
      ...options,
      rules: { mostProtocol: 2 },
      isUnixSocket: true,
      onNotice: () => undefined,
      onWarning: () => undefined,
    })
    return 'logged in'
  } catch (error) {
    if (error instanceof DatabaseError || error instanceof LoginError || error instanceof ProtocolError) return error.message
    const { message: text, code = text } = error as NodeJS.ErrnoException
    return /closed the connection|ECONNRESET|EPIPE/.test(code) ? 'closed' : `another error: ${String((error as Error).stack)}`
  } finally {
    socket.destroy()
  }
}

const PIECES = [
  ...Object.values(AUTH).map((code) => authentication(code, 'SCRAM-SHA-256\0\0')),
  authentication(AUTH.sasl, '\0'),
  authentication(AUTH.saslContinue, 'r=x,s=AAAA,i=1'),
  authentication(AUTH.saslFinal, 'v='),
  loggedIn(),
  parameterStatus('a', 'b'),
  errorResponse({ S: 'NOTICE', M: 'hello' }, 'N'),
  errorResponse({ S: 'FATAL', C: '28000' }),
  message('E'),
  message('v', int32(0x30000), int32(0)),
  message('v'),
  message('K'),
  message('K', Buffer.alloc(260)),
  message('S', 'a'),
  message('R'),
  message('Z'),
  messageOfLength('R', -1),
  messageOfLength('N', 2_147_483_647),
]

test('login: messages in any order, with any bytes between them -> it ends with an expected error, or is logged in', async () => {
  const piece = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }) })
  const bytes = fc.array(piece, { maxLength: 12 }).map((parts) => Buffer.concat(parts))
  const ends = new Set<string>()
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const end = await logInTo(sent)
      ends.add(end)
      expect(end).not.toMatch(/^another error/)
    }),
    { seed: 20_261_129, numRuns: 500 },
  )
  // the pieces reach every part of a login
  expect(ends.size).toBeGreaterThan(10)
  expect(ends).toContain('logged in')
})
