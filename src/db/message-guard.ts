/** The server sent something that no PostgreSQL server sends, or more than fits in memory. */
export class ProtocolError extends Error {}

/** In bytes. A row counts for more than its bytes, because its values become objects. */
export interface GuardLimits {
  /** All that a server sends before `opened` is called. */
  opening: number
  message: number
  /** From one ReadyForQuery to the next. */
  answer: number
}

export const NOT_POSTGRES = 'the other side is not a PostgreSQL server'

const LIMITS: GuardLimits = { opening: 2 ** 20, message: 2 ** 26, answer: 2 ** 29 }

/**
 * Checks the messages of a server before the driver sees them (PostgreSQL manual, "Message Formats"): the driver trusts
 * lengths and counts, and a wrong one makes it loop without end, or read the bytes of another message. Passes on complete
 * messages only.
 */
export class MessageGuard {
  readonly #limits: GuardLimits
  readonly #statements: () => number
  /** The beginning of a message that is not complete. */
  #held: Buffer[] = []
  #heldBytes = 0
  /** How many bytes must be held to go on. */
  #needed = 0
  #isFirst = true
  #isOpening = true
  #isLoggedIn = false
  /** Answers that ended since the login. */
  #answers = 0
  /** A result or an error has come since the last ReadyForQuery. */
  #hasResult = false
  /** What the messages since the last ReadyForQuery cost; while opening, since the beginning. */
  #cost = 0
  /** Columns of the rows that may follow; -1: no row may follow. */
  #columns = -1
  /** What each byte of their rows costs besides its own. */
  #extraWeight = 0
  /** Since the last ReadyForQuery. */
  #errors = 0
  /** The body of the last error since then. */
  #lastError: Buffer | undefined
  /** Called when the server asks for the rows of a COPY; undefined: it has no reason to. */
  #sendRows: (() => void) | undefined

  /** `statements`: how many the client has sent; the server ends the answer to each with one ReadyForQuery. */
  constructor(limits: GuardLimits = LIMITS, statements: () => number = () => Infinity) {
    this.#limits = limits
    this.#statements = statements
  }

  /** The first answer was read: from now on answers can be long. */
  opened(): void {
    this.#isOpening = false
    this.#cost = 0
  }

  /** The error that the server sent without ending its answer: a FATAL one, after which it closes the connection. */
  get lastError(): Buffer | undefined {
    return this.#lastError
  }

  /** The next statement is a COPY ... FROM STDIN: when the server asks for its rows, `sendRows` is called in place of the driver. */
  expectCopy(sendRows: (() => void) | undefined): void {
    this.#sendRows = sendRows
  }

  /** Takes what was received and returns the messages that it completes, if any. Throws ProtocolError. */
  take(chunk: Buffer): Buffer | undefined {
    let bytes = chunk
    if (this.#heldBytes > 0) {
      this.#held.push(chunk)
      this.#heldBytes += chunk.length
      if (this.#heldBytes < this.#needed) return undefined
      bytes = Buffer.concat(this.#held, this.#heldBytes)
    }
    let at = 0
    let needed = HEADER
    let from = 0
    const parts: Buffer[] = []
    while (at < bytes.length) {
      const type = bytes[at] as number
      this.#checkType(type)
      if (bytes.length - at < HEADER) break
      const size = this.#checkLength(bytes.readInt32BE(at + 1)) + 1
      if (size > bytes.length - at) {
        needed = size
        break
      }
      this.#checkBody(type, bytes, at, at + size)
      if (type === COPY_IN_RESPONSE) {
        parts.push(bytes.subarray(from, at))
        from = at + size
      }
      at += size
    }
    this.#heldBytes = bytes.length - at
    this.#held = this.#heldBytes === 0 ? [] : [bytes.subarray(at)]
    this.#needed = needed
    parts.push(bytes.subarray(from, at))
    const passed = parts.length === 1 ? bytes.subarray(from, at) : Buffer.concat(parts)
    return passed.length === 0 ? undefined : passed
  }

  #checkType(type: number): void {
    if (this.#isFirst && FIRST[type] !== 1) throw new ProtocolError(NOT_POSTGRES)
    if (type === COPY_IN_RESPONSE && this.#sendRows !== undefined) return
    if (this.#isLoggedIn ? ANSWERS[type] === 1 : OPENING[type] === 1) return
    if (COPY[type] === 1) throw new ProtocolError('COPY with STDIN or STDOUT is not supported')
    const name = type > 0x20 && type < 0x7f ? `"${String.fromCharCode(type)}"` : `0x${type.toString(16).padStart(2, '0')}`
    throw new ProtocolError(`the server sent a message of the unexpected type ${name}`)
  }

  #checkLength(length: number): number {
    if (length < 4) throw new ProtocolError(`the server sent a message with the length ${length}`)
    const { opening, message, answer } = this.#limits
    const cost = this.#cost + length
    if (this.#isOpening && cost > opening) throw new ProtocolError(`the server sent more than ${inMiB(opening)} before its first answer`)
    if (length > message) throw new ProtocolError(`the server sent a message of more than ${inMiB(message)}`)
    if (cost > answer) throw new ProtocolError(`the server sent an answer of more than ${inMiB(answer)}`)
    return length
  }

  /** Checks one message, from its type to its end. */
  #checkBody(type: number, bytes: Buffer, at: number, end: number): void {
    this.#isFirst = false
    this.#cost += end - at + MESSAGE_COST
    const body = at + HEADER
    switch (type) {
      case DATA_ROW:
        this.#cost += this.#columns * VALUE_COST + (end - at) * this.#extraWeight
        if (!isDataRow(bytes, body, end, this.#columns)) throw malformed('row')
        return
      case ROW_DESCRIPTION:
        this.#cost += RESULT_COST
        this.#columns = columnsOf(bytes, body, end)
        if (this.#columns < 0) throw malformed('description of a row')
        this.#extraWeight = hasJson(bytes, body, end) ? JSON_WEIGHT - 1 : 0
        return
      case ERROR_RESPONSE:
        // a FATAL error can follow another one
        if (++this.#errors > 2) throw new ProtocolError('the server sent more than two errors for one statement')
        this.#hasResult = true
        if (!isText(bytes, body, end)) throw malformed('error')
        this.#lastError = bytes.subarray(body, end)
        return
      case COPY_IN_RESPONSE:
        if (!isCopyInText(bytes, body, end)) throw malformed('request for the rows of a COPY')
        this.#sendRows?.()
        this.#sendRows = undefined
        return
      case READY_FOR_QUERY:
        if (end - body !== 1 || STATES[bytes[body] as number] !== 1) throw malformed('ReadyForQuery')
        this.#endAnswer()
        this.#columns = -1
        this.#errors = 0
        if (!this.#isOpening) this.#cost = 0
        return
      case COMMAND_COMPLETE:
      case EMPTY_QUERY:
        this.#columns = -1
        this.#hasResult = true
        if (type === COMMAND_COMPLETE ? !isText(bytes, body, end) : end > body) throw malformed('end of a result')
        return
      default:
        if (CHECKS[type]?.(bytes, body, end) === false) throw malformed(`message of type "${String.fromCharCode(type)}"`)
    }
  }

  #endAnswer(): void {
    if (this.#isLoggedIn && (!this.#hasResult || ++this.#answers > this.#statements()))
      throw new ProtocolError('the server ended an answer that nothing asked for')
    this.#isLoggedIn = true
    this.#hasResult = false
    this.#lastError = undefined
  }
}

/** Type and length. */
const HEADER = 5
// what the messages become in memory, about
const MESSAGE_COST = 64
const VALUE_COST = 64
const RESULT_COST = 1_024
const JSON_WEIGHT = 4

/** 1 for each type in the text: a table is faster than a set, and every row is looked up. */
function codes(types: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const code of Buffer.from(types, 'latin1')) table[code] = 1
  return table
}

const FIRST = codes('RENv')
const OPENING = codes('RENvSKZ')
/** No COPY but one that `expectCopy` announced, no closed statements, no partial results: the driver does not request them. */
const ANSWERS = codes('12tnTDCIZENSA')
const COPY = codes('GHWdc')
const STATES = codes('ITE')
const [DATA_ROW, ROW_DESCRIPTION, COMMAND_COMPLETE, EMPTY_QUERY, READY_FOR_QUERY, ERROR_RESPONSE, COPY_IN_RESPONSE] = [
  0x44, 0x54, 0x43, 0x49, 0x5a, 0x45, 0x47,
] as const
/** OIDs of json and jsonb. */
const JSON_TYPES: ReadonlySet<number> = new Set([114, 3802])

type Check = (bytes: Buffer, body: number, end: number) => boolean

/** Format 0 (text), a count of columns, and 0 for each. */
const isCopyInText: Check = (bytes, body, end) =>
  end - body >= 3 && bytes[body] === 0 && end - body === 3 + 2 * bytes.readUInt16BE(body + 1)

const isEmpty: Check = (_, body, end) => body === end
const isText: Check = (bytes, body, end) => end > body && bytes[end - 1] === 0

const CHECKS: Readonly<Record<number, Check>> = byType({
  '1': isEmpty,
  '2': isEmpty,
  n: isEmpty,
  N: isText,
  S: isText,
  R: (_, body, end) => end - body >= 4,
  v: (_, body, end) => end - body >= 8,
  // protocol 3.2 has keys of up to 256 bytes
  K: (_, body, end) => end - body >= 8 && end - body <= 260,
  t: (bytes, body, end) => end - body >= 2 && end - body === 2 + 4 * bytes.readUInt16BE(body),
  // process ID, channel, payload
  A: (bytes, body, end) => end - body >= 6 && bytes[end - 1] === 0 && bytes.indexOf(0, body + 4) < end - 1,
})

function byType(checks: Readonly<Record<string, Check>>): Record<number, Check> {
  return Object.fromEntries(Object.entries(checks).map(([type, check]) => [type.charCodeAt(0), check]))
}

/** Bytes of a column after its name: table, number, type, size, modifier, format. */
const COLUMN_BYTES = 18

/** The count of columns; -1 when the description does not hold that many. */
function columnsOf(bytes: Buffer, body: number, end: number): number {
  if (end - body < 2) return -1
  const count = bytes.readUInt16BE(body)
  let at = body + 2
  for (let i = 0; i < count; i++) {
    const name = bytes.indexOf(0, at)
    if (name === -1 || name + 1 + COLUMN_BYTES > end) return -1
    at = name + 1 + COLUMN_BYTES
  }
  return at === end ? count : -1
}

/** Whether a column of a description, which was checked, is JSON. */
function hasJson(bytes: Buffer, body: number, end: number): boolean {
  let at = body + 2
  while (at < end) {
    const name = bytes.indexOf(0, at)
    if (JSON_TYPES.has(bytes.readUInt32BE(name + 7))) return true
    at = name + 1 + COLUMN_BYTES
  }
  return false
}

function isDataRow(bytes: Buffer, body: number, end: number, columns: number): boolean {
  if (end - body < 2 || bytes.readUInt16BE(body) !== columns) return false
  let at = body + 2
  for (let i = 0; i < columns; i++) {
    if (end - at < 4) return false
    // faster than readInt32BE, for every value of a result
    const length =
      ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
    if (length < -1) return false
    at += length === -1 ? 4 : 4 + length
  }
  return at === end
}

function malformed(what: string): ProtocolError {
  return new ProtocolError(`the server sent a malformed ${what}`)
}

function inMiB(bytes: number): string {
  return `${bytes / 2 ** 20} MiB`
}
