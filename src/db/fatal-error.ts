import { fieldsOf } from './login/messages.ts'

/**
 * Finds the error that ends a session in the stream of a server's messages: a server closes the connection after an error
 * of the severity FATAL or PANIC. Messages can arrive in parts.
 */
export class FatalErrorReader {
  /** The bytes of the error message that is being read, or of the header of another message. */
  #held: Buffer = Buffer.alloc(0)
  /** How many bytes of the message can be skipped. */
  #skip = 0

  /** The message of such an error, once it has arrived whole. */
  take(chunk: Buffer): string | undefined {
    let bytes = chunk
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length)
      this.#skip -= skipped
      bytes = this.#held.length === 0 ? bytes.subarray(skipped) : Buffer.concat([this.#held, bytes.subarray(skipped)])
      this.#held = EMPTY
      if (bytes.length === 0) return undefined
      const size = bytes.length < HEADER ? Infinity : 1 + bytes.readInt32BE(1)
      if (bytes.length < HEADER || (bytes[0] === ERROR && bytes.length < size)) {
        this.#held = Buffer.from(bytes)
        return undefined
      }
      const fatal = bytes[0] === ERROR ? fatalMessage(bytes.subarray(HEADER, size)) : undefined
      if (fatal !== undefined) return fatal
      this.#skip = size
    }
  }
}

const EMPTY = Buffer.alloc(0)
const HEADER = 5
const ERROR = 0x45

function fatalMessage(body: Buffer): string | undefined {
  const { severity, message } = fieldsOf(body)
  return severity === 'FATAL' || severity === 'PANIC' ? (message ?? severity) : undefined
}
