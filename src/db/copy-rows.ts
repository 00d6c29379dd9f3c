/** Code units in one message: a message and its bytes are in memory at the same time as the text. */
const CHUNK = 65_536

/** The protocol messages with the rows of a COPY ... FROM STDIN, and the end of them (PostgreSQL manual, "COPY Operations"). */
export function* copyMessages(rows: Iterable<string>): Generator<Buffer> {
  for (const part of rows) yield* dataMessages(part)
  yield COPY_DONE
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
/** Ends a COPY without its rows; the reason is empty, because the client knows it. */
export const COPY_FAIL: Buffer = Buffer.from('f\0\0\0\x05\0', 'latin1')
