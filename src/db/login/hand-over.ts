import type net from 'node:net'

/** The end of a login as the driver knows it: AuthenticationOk, BackendKeyData of no process, ReadyForQuery. */
export const LOGGED_IN = Buffer.from('R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\0\0\0\0\0Z\0\0\0\x05I', 'latin1')

/** The answer to an empty query: EmptyQueryResponse, ReadyForQuery. */
const NOTHING = Buffer.from('I\0\0\0\x04Z\0\0\0\x05I', 'latin1')

/**
 * Prepares a socket that has logged in for postgres.js, which begins with a login of its own and, in `createDriver`, an empty
 * query: its first two messages are dropped and answered here. `rest` is what the server sent after the login. Afterwards the
 * socket is as it was.
 */
export function handOver(socket: net.Socket, rest: Buffer): net.Socket {
  // until the driver listens, an error without a listener would end the process
  socket.on('error', () => undefined)
  if (rest.length > 0) socket.push(rest)
  const answers = [LOGGED_IN, NOTHING]
  socket.write = () => {
    const answer = answers.shift()
    // the method of the class again
    if (answers.length === 0) delete (socket as { write?: unknown }).write
    // not now: postgres.js loses answers that arrive while it is writing
    queueMicrotask(() => socket.unshift(answer))
    return true
  }
  return socket
}

/** Calls back in place of the next write. Returns what ends that. */
export function replaceWrite(socket: net.Socket, instead: () => void): () => void {
  // the method of the class again
  const restore = (): void => void delete (socket as { write?: unknown }).write
  socket.write = () => {
    restore()
    instead()
    return true
  }
  return restore
}
