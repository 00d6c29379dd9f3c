import type net from 'node:net'

/**
 * Reads a socket in pieces of a known size. It takes no more from the socket than it needs, so what the other side can make
 * this process hold is bounded.
 */
export class SocketReader {
  readonly #socket: net.Socket
  #held: Buffer = Buffer.alloc(0)
  #failure: Error | undefined
  #wake: () => void = () => undefined
  readonly #onReadable = (): void => this.#wake()
  readonly #onError = (error: Error): void => this.#fail(error)
  readonly #onEnd = (): void => this.#fail(new Error('the server closed the connection'))

  constructor(socket: net.Socket) {
    this.#socket = socket
    socket.on('readable', this.#onReadable).on('error', this.#onError).on('end', this.#onEnd).on('close', this.#onEnd)
    if (socket.destroyed) this.#onEnd()
  }

  /** The next bytes. Throws when the connection ends before them. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      const chunk = this.#socket.read() as Buffer | null
      if (chunk !== null) this.#held = Buffer.concat([this.#held, chunk])
      else if (this.#failure !== undefined) throw this.#failure
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    const bytes = this.#held.subarray(0, count)
    this.#held = this.#held.subarray(count)
    return bytes
  }

  /** Stops reading. The result is what arrived and was not read. */
  release(): Buffer {
    const rest = Buffer.concat([this.#held, (this.#socket.read() as Buffer | null) ?? Buffer.alloc(0)])
    this.#socket.off('readable', this.#onReadable).off('error', this.#onError).off('end', this.#onEnd).off('close', this.#onEnd)
    return rest
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}
