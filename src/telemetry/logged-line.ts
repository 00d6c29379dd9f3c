import { createHash, randomUUID } from 'node:crypto'
import type { JsonObject } from '../core/json.ts'
import { isJsonObject } from '../core/json.ts'
import { isUuid } from './checks.ts'
import type { LineEvent } from './line-event.ts'
import { spanEvents } from './otel-span.ts'
import type { EncodedEvent, UsageEvent } from './usage-event.ts'
import { encodeEvent, eventFault } from './usage-event.ts'

/** An event of a line, ready to be written, with the key by which it is recognised. */
export interface LoggedEvent extends EncodedEvent {
  key: string
}

export type LoggedLine =
  /** No events: a span of something else than a tool. */
  { kind: 'events'; events: LoggedEvent[]; unknownKeys: string[] } | { kind: 'bad'; message: string; column?: number }

/** Reads a line of NDJSON: an event, or OpenTelemetry spans (one flat, or an export of OTLP). */
export function readLine(text: string): LoggedLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /at position (\d+)/.exec(message)?.[1]
    const column = position === undefined ? undefined : Array.from(text.slice(0, Number(position))).length + 1
    return { kind: 'bad', message: 'this is not JSON', ...(column === undefined ? {} : { column }) }
  }
  if (!isJsonObject(value)) return { kind: 'bad', message: 'this is no JSON object' }
  try {
    const spans = spanEvents(value)
    if (spans !== undefined) return { kind: 'events', events: spans.map(encode), unknownKeys: [] }
    const { unknownKeys, ...line } = ownEvent(value)
    return { kind: 'events', events: [encode(line)], unknownKeys }
  } catch (error) {
    if (error instanceof LineFault || error instanceof RangeError) return { kind: 'bad', message: error.message }
    throw error
  }
}

/** What is wrong with a line. */
export class LineFault extends Error {}

/** Column of skill_usage_events and the names that a line may use for it. */
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
  at: ['created_at', 'createdAt', 'at'],
  id: ['id', 'event_key', 'eventKey'],
}
const KNOWN: ReadonlySet<string> = new Set(Object.values(NAMES).flat())

function ownEvent(line: JsonObject): LineEvent & { unknownKeys: string[] } {
  const get = (what: string): unknown => NAMES[what]?.map((name) => line[name]).find((value) => value !== undefined && value !== null)
  const id = get('id')
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') throw new LineFault('id is neither a text nor a number')
  const fields = Object.fromEntries(Object.keys(NAMES).map((what) => [what, get(what)]))
  return {
    // the version of a skill that has none, as in the registry
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
    throw new LineFault('created_at is no time such as 2026-01-31T12:00:00Z, nor a number of milliseconds')
  return time
}

function encode({ event, id }: LineEvent): LoggedEvent {
  const fault = eventFault(event)
  if (fault !== undefined) throw new LineFault(fault)
  // the same line is the same event: its key follows from what the line says
  const content = event.at === undefined ? randomUUID() : contentOf(event, event.at)
  const key = id === undefined ? uuidOf(content) : isUuid(id) ? id.toLowerCase() : uuidOf(`id\u0000${id}`)
  // the server's time where there is none: an id is then looked for among the user's events of the last days
  return { ...encodeEvent(event, { key, serverTime: true }), key }
}

/** All that an event says. Another form would be other keys, and lines that were imported would be written again: it stays as it is. */
function contentOf(event: UsageEvent, at: Date): string {
  const { userId, sessionId, skillId, version, tier, outcome, latencyMs, inputHash, stateSnapshot, artifacts } = event
  const names = [userId.toLowerCase(), sessionId, skillId, version, tier, outcome]
  return JSON.stringify([...names, latencyMs, inputHash, stateSnapshot, artifacts, at.toISOString()])
}

/** A UUID of version 8 (RFC 9562) from a text: the first bits of its SHA-256. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
