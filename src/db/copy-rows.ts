import type { Duplex } from 'node:stream'

/** Code units in one message: a message and its bytes are in memory at the same time as the text. */
const CHUNK = 65_536

/** Sends the rows of a COPY ... FROM STDIN as protocol messages (PostgreSQL manual, "COPY Operations"), no faster than the server takes them. */
export class CopyRows {
  readonly #socket: Duplex
  readonly #text: string
  #at = 0
  #stopped = false

  constructor(socket: Duplex, text: string) {
    this.#socket = socket
    this.#text = text
  }

  /** Sends all rows, then the end of them. */
  send(): void {
    // a socket that has ended emits no "drain"
    while (!this.#stopped && !this.#socket.destroyed) {
      if (this.#at >= this.#text.length) {
        this.#socket.write(COPY_DONE)
        return
      }
      if (!this.#socket.write(this.#nextMessage())) {
        this.#socket.once('drain', () => this.send())
        return
      }
    }
  }

  /** The statement has ended: after an error the server drops the rows that still come. */
  stop(): void {
    this.#stopped = true
  }

  #nextMessage(): Buffer {
    let end = Math.min(this.#at + CHUNK, this.#text.length)
    // both halves of a character are in one message
    if ((this.#text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end++
    const part = this.#text.slice(this.#at, end)
    this.#at = end
    const message = Buffer.allocUnsafe(HEADER + Buffer.byteLength(part))
    message.write('d', 0, 'latin1')
    message.writeInt32BE(message.length - 1, 1)
    message.write(part, HEADER)
    return message
  }
}

const HEADER = 5
const COPY_DONE = Buffer.from('c\0\0\0\x04', 'latin1')
