import { createHash, randomUUID } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { isUuid } from './input-checks.ts'
import { isOwnerLine } from './spill-owner.ts'
import { spilledEvent } from './spill.ts'
import { spanEvents } from './otel-span.ts'
import { encodeEvent, eventProblem, reasonAndCost, type EncodedEvent, type LineEvent, type UsageEvent } from './usage-event.ts'

/** An event of a line, ready to be written, with the key that identifies it. */
export interface LoggedEvent extends EncodedEvent {
  key: string
}

export type LoggedLine =
  /** No events: a span that is not a tool call. */
  { kind: 'events'; events: LoggedEvent[]; unknownKeys: string[] } | { kind: 'bad'; message: string; column?: number }

/** Reads a line of NDJSON: an event, or OpenTelemetry spans (one span, or an OTLP export). */
export function readLine(text: string): LoggedLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /at position (\d+)/.exec(message)?.[1]
    const column = position === undefined ? undefined : Array.from(text.slice(0, Number(position))).length + 1
    return { kind: 'bad', message: 'the line is not JSON', ...(column === undefined ? {} : { column }) }
  }
  if (!isJsonObject(value)) return { kind: 'bad', message: 'the line is not a JSON object' }
  try {
    const spilled = spilledLine(value)
    if (spilled !== undefined) return { kind: 'events', events: spilled, unknownKeys: [] }
    const spans = spanEvents(value)
    if (spans !== undefined) return { kind: 'events', events: spans.map(encode), unknownKeys: [] }
    const { unknownKeys, ...line } = ownEvent(value)
    return { kind: 'events', events: [encode(line)], unknownKeys }
  } catch (error) {
    if (error instanceof BadLine || error instanceof RangeError) return { kind: 'bad', message: error.message }
    throw error
  }
}

/** The events of a line of a spill file, none for its owner. Undefined for other lines. */
function spilledLine(value: JsonObject): LoggedEvent[] | undefined {
  if (isOwnerLine(value)) return []
  if (Object.keys(value).length !== 2) return undefined
  const spilled = spilledEvent(value)
  const { event } = value
  const key = Array.isArray(event) ? event[EVENT_KEY] : isJsonObject(event) ? event['event_key'] : undefined
  return spilled === undefined || !isUuid(key) ? undefined : [{ ...spilled, key }]
}

/** Place of the key among the values that `encodeEvent` writes. */
const EVENT_KEY = 10

export interface InputLine {
  /** From 1. */
  number: number
  /** Without its line break; undefined for a line longer than 1 MiB. */
  text: string | undefined
}

const LONGEST_LINE = 1024 * 1024

/** Splits UTF-8 chunks into lines, at LF or CRLF only: JSON can contain other line separators. */
export async function* splitLines(input: AsyncIterable<Uint8Array | string>): AsyncGenerator<InputLine> {
  const decoder = new TextDecoder()
  let number = 0
  let rest = ''
  let isTooLong = false
  for await (const chunk of input) {
    // only the new text is searched: a line can come in many small chunks
    const [first = '', ...others] = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n')
    const lines = [rest + first, ...others]
    rest = lines.pop() ?? ''
    for (const line of lines) {
      yield { number: ++number, text: isTooLong || line.length > LONGEST_LINE ? undefined : line.replace(/\r$/, '') }
      isTooLong = false
    }
    if (rest.length > LONGEST_LINE) {
      isTooLong = true
      rest = ''
    }
  }
  rest += decoder.decode()
  if (rest !== '' || isTooLong) yield { number: ++number, text: isTooLong ? undefined : rest.replace(/\r$/, '') }
}

/** A line that is not an event; the message says why. */
class BadLine extends Error {}

/** A field of an event, and the names that a line can use for it. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  userId: ['user_id', 'userId'],
  skillId: ['skill_id', 'skillId'],
  version: ['version'],
  outcome: ['outcome'],
  sessionId: ['session_id', 'sessionId'],
  tier: ['tier'],
  latencyMs: ['latency_ms', 'latencyMs'],
  inputHash: ['input_hash', 'inputHash'],
  stateSnapshot: ['state_snapshot', 'stateSnapshot'],
  artifacts: ['artifacts'],
  errorType: ['error_type', 'errorType'],
  inputTokens: ['input_tokens', 'inputTokens'],
  outputTokens: ['output_tokens', 'outputTokens'],
  costUsd: ['cost_usd', 'costUsd'],
  at: ['created_at', 'createdAt', 'at'],
  id: ['id', 'event_key', 'eventKey'],
}
const KNOWN: ReadonlySet<string> = new Set(Object.values(NAMES).flat())

function ownEvent(line: JsonObject): LineEvent & { unknownKeys: string[] } {
  const get = (what: string): unknown => NAMES[what]?.map((name) => line[name]).find((value) => value !== undefined && value !== null)
  const id = get('id')
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') throw new BadLine('id is not a text or a number')
  const fields = Object.fromEntries(Object.keys(NAMES).map((what) => [what, get(what)]))
  return {
    // as in the registry for a skill without a version
    event: { ...fields, version: get('version') ?? '0.0.0', at: timeOf(get('at')) } as unknown as UsageEvent,
    id: id === undefined ? undefined : String(id),
    unknownKeys: Object.keys(line).filter((key) => !KNOWN.has(key)),
  }
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)$/i

/** ISO 8601 with a zone, or milliseconds since 1970. */
function timeOf(value: unknown): Date | undefined {
  if (value === undefined) return undefined
  const time = typeof value === 'number' || (typeof value === 'string' && ISO.test(value)) ? new Date(value) : undefined
  if (time === undefined || !Number.isFinite(time.getTime()))
    throw new BadLine('invalid created_at (expected a time such as 2026-01-31T12:00:00Z, or milliseconds)')
  return time
}

function encode({ event, id }: LineEvent): LoggedEvent {
  const fault = eventProblem(event)
  if (fault !== undefined) throw new BadLine(fault)
  // the same line is the same event: its key is computed from its content
  const content = event.at === undefined ? randomUUID() : contentOf(event, event.at)
  const key = id === undefined ? uuidOf(content) : isUuid(id) ? id.toLowerCase() : uuidOf(`id\u0000${id}`)
  // an event without a time gets the server's; its ID is then searched among the user's events of the last days
  return { ...encodeEvent(event, { key, serverTime: true }), key }
}

/** The whole content of an event. Do not change the form: the keys would change, and imported lines would be written again. */
function contentOf(event: UsageEvent, at: Date): string {
  const { userId, sessionId, skillId, version, tier, outcome, latencyMs, inputHash, stateSnapshot, artifacts } = event
  const names = [userId.toLowerCase(), sessionId, skillId, version, tier, outcome]
  return JSON.stringify([...names, latencyMs, inputHash, stateSnapshot, artifacts, at.toISOString(), ...reasonAndCost(event)])
}

/** A UUID version 8 (RFC 9562) from a text: the first bits of its SHA-256. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
