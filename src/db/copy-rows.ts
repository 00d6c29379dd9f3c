import type { Duplex } from 'node:stream'

/** Code units in one message: a message and its bytes are in memory at the same time as the text. */
const CHUNK = 65_536

/**
 * Sends the rows of a COPY ... FROM STDIN as protocol messages (PostgreSQL manual, "COPY Operations"), no faster than the server takes
 * them, and reads them no faster.
 */
export class CopyRows {
  readonly #socket: Duplex
  readonly #messages: Iterator<Buffer>
  #failure: unknown
  #stopped = false

  constructor(socket: Duplex, rows: Iterable<string>) {
    this.#socket = socket
    this.#messages = this.#messagesOf(rows)
  }

  /** Why the rows could not be read; the server has none of them then. */
  get failure(): unknown {
    return this.#failure
  }

  /** Sends all rows, then the end of them. */
  send(): void {
    // a socket that has ended emits no "drain"
    while (!this.#stopped && !this.#socket.destroyed) {
      const { done, value } = this.#messages.next()
      if (done === true) return
      if (!this.#socket.write(value)) {
        this.#socket.once('drain', () => this.send())
        return
      }
    }
  }

  /** The statement has ended: after an error the server drops the rows that still come. */
  stop(): void {
    this.#stopped = true
  }

  *#messagesOf(rows: Iterable<string>): Generator<Buffer> {
    try {
      for (const part of rows) yield* dataMessages(part)
      yield COPY_DONE
    } catch (error) {
      this.#failure = error
      yield COPY_FAIL
    }
  }
}

function* dataMessages(text: string): Generator<Buffer> {
  for (let at = 0, end: number; at < text.length; at = end) {
    end = Math.min(at + CHUNK, text.length)
    // both halves of a character are in one message
    if ((text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++
    const part = text.slice(at, end)
    const message = Buffer.allocUnsafe(HEADER + Buffer.byteLength(part))
    message.write('d', 0, 'latin1')
    message.writeInt32BE(message.length - 1, 1)
    message.write(part, HEADER)
    yield message
  }
}

const HEADER = 5
const COPY_DONE = Buffer.from('c\0\0\0\x04', 'latin1')
/** With an empty reason: the client knows it. */
const COPY_FAIL = Buffer.from('f\0\0\0\x05\0', 'latin1')
