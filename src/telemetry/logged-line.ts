import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { isUuid } from './input-checks.ts'
import { BadEvent, loggedEvent, type LoggedEvent } from './logged-event.ts'
import { MOMENT_EXPECTED, momentOf } from './moment.ts'
import { readSpan, spansOf, type Span } from './otel-span.ts'
import { isOwnerLine } from './spill-owner.ts'
import { spilledEvent } from './spill.ts'
import type { LineEvent, UsageEvent } from './usage-event.ts'
import type { UserIdForm } from './user-uuid.ts'

/** What a value of the input contains. */
export type LoggedItem =
  | { kind: 'event'; event: LoggedEvent; unknownKeys: string[] }
  | { kind: 'span'; span: Span }
  /** The path is empty for the whole value. */
  | { kind: 'bad'; path: string; message: string }

/** Reads a value of the input: an event, OpenTelemetry spans in one of their forms, or a list of these. */
export function readValue(value: unknown, { line, userIdAs }: { line: number; userIdAs: UserIdForm }): LoggedItem[] {
  if (!Array.isArray(value)) return readOne(value, { line, userIdAs, place: '' })
  return value.flatMap((item: unknown, i) => readOne(item, { line, userIdAs, place: `[${i}]` }))
}

interface Place {
  line: number
  userIdAs: UserIdForm
  place: string
}

function readOne(value: unknown, { line, userIdAs, place }: Place): LoggedItem[] {
  if (!isJsonObject(value)) return [{ kind: 'bad', path: place, message: `the ${place === '' ? 'line' : 'item'} is not a JSON object` }]
  try {
    const spilled = spilledLine(value)
    if (spilled !== undefined) return spilled.map((event) => ({ kind: 'event', event, unknownKeys: [] }))
    const spans = spansOf(value)
    if (spans !== undefined)
      return spans.map((span) => {
        const path = place !== '' && span.path !== '' ? `${place}.${span.path}` : place + span.path
        return { kind: 'span', span: readSpan({ ...span, path }, line) }
      })
    const { unknownKeys, ...own } = ownEvent(value)
    return [{ kind: 'event', event: loggedEvent(own, userIdAs), unknownKeys }]
  } catch (error) {
    if (error instanceof BadEvent || error instanceof RangeError) return [{ kind: 'bad', path: place, message: error.message }]
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
  const get = (what: string): Json | undefined =>
    NAMES[what]?.map((name) => line[name]).find((value) => value !== undefined && value !== null)
  const id = get('id')
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') throw new BadEvent('id is not a text or a number')
  const fields = Object.fromEntries(Object.keys(NAMES).map((what) => [what, get(what)]))
  return {
    // as in the registry for a skill without a version
    event: { ...fields, version: get('version') ?? '0.0.0', at: timeOf(get('at')) } as unknown as UsageEvent,
    id: id === undefined ? undefined : String(id),
    unknownKeys: Object.keys(line).filter((key) => !KNOWN.has(key)),
  }
}

function timeOf(value: Json | undefined): Date | undefined {
  if (value === undefined) return undefined
  const moment = momentOf(value)
  const time = new Date(moment ?? Number.NaN)
  if (!Number.isFinite(time.getTime())) throw new BadEvent(`invalid created_at (expected ${MOMENT_EXPECTED})`)
  return time
}
