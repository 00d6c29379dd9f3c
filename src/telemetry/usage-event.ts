import { randomUUID } from 'node:crypto'
import { BOUNDS } from './bounds.ts'
import { fits, isUuid, nameProblem } from './input-checks.ts'

/** How the use of a skill ended. */
export type UsageOutcome = 'success' | 'soft_fail' | 'hard_refusal'

/** One use of a skill by one user. */
export interface UsageEvent {
  /** UUID. */
  userId: string
  skillId: string
  /** Version of the skill that ran. */
  version: string
  outcome: UsageOutcome
  sessionId?: string | null | undefined
  tier?: string | null | undefined
  /** Whole milliseconds; a fraction is rounded. */
  latencyMs?: number | null | undefined
  inputHash?: string | null | undefined
  /** State of the user, such as `{ tier, element, realm }`: an object that JSON.stringify writes as an object. */
  stateSnapshot?: object | null | undefined
  /** What the skill returned, an object of the same kind. */
  artifacts?: object | null | undefined
  /** Why it failed: a word such as `timeout`, the `error.type` of OpenTelemetry. Default: the text `artifacts.error_type`. */
  errorType?: string | null | undefined
  /** Tokens that models read for this use. */
  inputTokens?: number | null | undefined
  /** Tokens that models wrote for this use. */
  outputTokens?: number | null | undefined
  /** US dollars. */
  costUsd?: number | null | undefined
  /** When it happened; now unless given. */
  at?: Date | undefined
}

/** An event of an input line, before it is checked. */
export interface LineEvent {
  event: UsageEvent
  /** The ID of the event in the line, if it has one. */
  id: string | undefined
}

/** An event as it is buffered, spilled and sent. Later changes to the application's objects do not affect it. */
export interface EncodedEvent {
  userId: string
  /** A JSON array of the values that log_skill_usage_batch takes, in its order. */
  json: string
}

export const OUTCOMES: readonly string[] = ['success', 'soft_fail', 'hard_refusal'] satisfies UsageOutcome[]

/** What is wrong with an event; undefined for a valid one. */
export function eventProblem(event: UsageEvent): string | undefined {
  if (typeof event !== 'object' || event === null) return 'the event is not an object'
  if (!isUuid(event.userId)) return 'userId is not a UUID'
  if (!OUTCOMES.includes(event.outcome)) return `invalid outcome (expected ${OUTCOMES.join(', ')})`
  const { latencyMs, at } = event
  if (!isOptionalNumber(latencyMs, BOUNDS.latency)) return 'latencyMs is not a number of milliseconds'
  if (at !== undefined && !(at instanceof Date && Number.isFinite(at.getTime()))) return 'at is not a date'
  if (at !== undefined && !(at.getTime() >= BOUNDS.earliest && at.getTime() <= Date.now() + BOUNDS.future))
    return 'at is not from 2000-01-01 to one day from now'
  return (
    nameProblem('skillId', event.skillId) ??
    nameProblem('version', event.version) ??
    optionalProblem('sessionId', event.sessionId) ??
    optionalProblem('tier', event.tier) ??
    optionalProblem('inputHash', event.inputHash) ??
    objectProblem('stateSnapshot', event.stateSnapshot) ??
    objectProblem('artifacts', event.artifacts) ??
    optionalProblem('errorType', event.errorType) ??
    tokensProblem('inputTokens', event.inputTokens) ??
    tokensProblem('outputTokens', event.outputTokens) ??
    (isOptionalNumber(event.costUsd, BOUNDS.cost) ? undefined : `costUsd is not a number from 0 to ${BOUNDS.cost}`)
  )
}

export interface EncodeOptions {
  /** Adds `"shadow": true` to the snapshot of the event. */
  shadow?: boolean
  /** Identifies the event when it is sent again; a new UUID unless given. */
  key?: string | undefined
  /** An event without a time gets the time of the server when it is written. */
  serverTime?: boolean
}

/**
 * The event as JSON, with its time and a key that identifies it when it is sent again. NUL and halves of surrogate pairs in
 * snapshot and artifacts become U+FFFD. Throws what JSON.stringify throws, and RangeError for an event that is too long.
 */
export function encodeEvent(
  event: UsageEvent,
  { shadow = false, key = randomUUID(), serverTime = false }: EncodeOptions = {},
): EncodedEvent {
  // values without names: less to write, to send and to parse
  const row = [
    event.sessionId,
    event.skillId,
    event.version,
    event.tier,
    event.outcome,
    typeof event.latencyMs === 'number' ? Math.round(event.latencyMs) : null,
    event.inputHash,
    shadow ? { ...event.stateSnapshot, shadow: true } : event.stateSnapshot,
    event.artifacts,
    event.at ?? (serverTime ? null : new Date()),
    key,
  ]
  row.push(...reasonAndCost(event))
  let json = JSON.stringify(row)
  if (json.includes('\\u')) json = JSON.stringify(row, (_, value: unknown) => storable(value))
  if (!fits(json, BOUNDS.json)) throw new RangeError(`the event is longer than ${BOUNDS.json} bytes of JSON`)
  return { userId: event.userId.toLowerCase(), json }
}

/** The reason of a failure, the tokens and the cost. Empty for most events: nothing to write, to send and to parse. */
export function reasonAndCost({ errorType, inputTokens, outputTokens, costUsd }: UsageEvent): (string | number | null)[] {
  if ((errorType ?? inputTokens ?? outputTokens ?? costUsd ?? null) === null) return []
  return [errorType ?? null, inputTokens ?? null, outputTokens ?? null, costUsd ?? null]
}

function optionalProblem(what: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : nameProblem(what, value)
}

function tokensProblem(what: string, value: unknown): string | undefined {
  const isWhole = typeof value !== 'number' || Number.isInteger(value)
  return isWhole && isOptionalNumber(value, BOUNDS.tokens) ? undefined : `${what} is not a whole number from 0 to ${BOUNDS.tokens}`
}

/** Not set, or a number from 0. */
function isOptionalNumber(value: unknown, most: number): boolean {
  return value === undefined || value === null || (typeof value === 'number' && value >= 0 && value <= most)
}

function objectProblem(what: string, value: unknown): string | undefined {
  const isObject = value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value))
  return isObject ? undefined : `${what} is not an object`
}

/** The value without the characters that jsonb refuses, also in keys. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return cleaned(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleaned(key), item]))
}

function cleaned(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD')
}
