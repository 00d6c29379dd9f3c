import { Duplex } from 'node:stream'
import { reasonOf } from '../core/errors.ts'
import { FatalErrorReader } from './fatal-error.ts'
import { SocketError } from './network-socket.ts'

/** The part of PGlite that the bridge uses, so that its types stay out of ours. */
export interface ProtocolEngine {
  execProtocolRawStream(message: Uint8Array, options: { onRawData: (data: Uint8Array) => void }): Promise<void>
}

/**
 * The client end of a connection to PGlite in this process: splits the byte stream into protocol messages (an Int32
 * length, after a type byte in all messages but the first one, the startup packet) and runs them one after the other.
 */
export class PgliteSocket extends Duplex {
  /** postgres.js sends Terminate only to a socket in this state. */
  readyState = 'open'
  readonly #engine: ProtocolEngine
  readonly #fatalErrors = new FatalErrorReader()
  #pending: Buffer = Buffer.alloc(0)
  #started = false

  constructor(engine: ProtocolEngine) {
    super()
    this.#engine = engine
  }

  override _read(): void {
    // data is pushed when it arrives
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    this.#drain().then(
      () => done(),
      (error: unknown) => done(stopped(error)),
    )
  }

  override _final(done: (error?: Error | null) => void): void {
    this.readyState = 'closed'
    this.push(null)
    done()
    this.destroy()
  }

  async #drain(): Promise<void> {
    // PGlite answers before it returns, and postgres.js loses answers that arrive while it is writing
    await Promise.resolve()
    for (;;) {
      const header = this.#started ? 1 : 0
      if (this.#pending.length < header + 4) return
      const size = header + this.#pending.readInt32BE(header)
      if (this.#pending.length < size) return
      const message = this.#pending.subarray(0, size)
      this.#pending = this.#pending.subarray(size)
      const terminate = this.#started && message[0] === 0x58
      this.#started = true
      if (terminate) return
      await this.#run(message)
    }
  }

  /** A server closes the connection after an error that ends the session; the engine only stops to answer. */
  async #run(message: Uint8Array): Promise<void> {
    let fatal: string | undefined
    const onRawData = (data: Uint8Array): void => {
      const bytes = Buffer.from(data)
      fatal ??= this.#fatalErrors.take(bytes)
      this.push(bytes)
    }
    await this.#engine.execProtocolRawStream(message, { onRawData })
    if (fatal !== undefined) throw new Error(fatal)
  }
}

/** The first line of an error of the engine: others can contain 7 KB of source text. */
function stopped(error: unknown): SocketError {
  return new SocketError('', `the embedded engine stopped: ${reasonOf(error).split('\n')[0] ?? ''}`, { cause: error })
}
