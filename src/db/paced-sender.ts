import type { Duplex } from 'node:stream'

/** Sends what an iterator gives, no faster than the server takes it, and asks for it no faster. */
export class PacedSender {
  readonly #socket: Duplex
  readonly #messages: Iterator<Uint8Array>
  readonly #abort: () => void
  #failure: unknown
  #stopped = false

  /** `abort`: called when the iterator throws. */
  constructor(socket: Duplex, messages: Iterable<Uint8Array>, abort: () => void) {
    this.#socket = socket
    this.#messages = messages[Symbol.iterator]()
    this.#abort = abort
  }

  /** What the iterator threw. */
  get failure(): unknown {
    return this.#failure
  }

  send(): void {
    // a socket that has ended emits no "drain"
    while (!this.#stopped && !this.#socket.destroyed) {
      const message = this.#next()
      if (message === undefined) return
      if (!this.#socket.write(message)) {
        this.#socket.once('drain', () => this.send())
        return
      }
    }
  }

  /** The statement has ended: after an error the server drops what still comes. */
  stop(): void {
    this.#stopped = true
  }

  #next(): Uint8Array | undefined {
    try {
      return this.#messages.next().value as Uint8Array | undefined
    } catch (error) {
      this.#failure = error
      this.#abort()
      return undefined
    }
  }
}
