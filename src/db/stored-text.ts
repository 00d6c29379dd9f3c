/** A statement whose text is not in memory: it is read while it is sent. */
export interface StoredText {
  /** Of the text in UTF-8. */
  readonly byteLength: number
  /** Throws at its end when the text is not the one that is meant. */
  pieces(): Iterable<Uint8Array>
}

/** The protocol message Query with the text (PostgreSQL manual, "Message Formats"), in parts. */
export function* queryMessage(text: StoredText): Generator<Uint8Array> {
  const header = Buffer.from('Q\0\0\0\0', 'latin1')
  header.writeInt32BE(4 + text.byteLength + 1, 1)
  yield header
  yield* text.pieces()
  yield Buffer.of(0)
}
