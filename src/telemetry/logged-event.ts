import { createHash, randomUUID } from 'node:crypto'
import { isUuid } from './input-checks.ts'
import { encodeEvent, eventProblem, reasonAndCost, type EncodedEvent, type LineEvent, type UsageEvent } from './usage-event.ts'
import { userIdOf, withVersion, type UserIdForm } from './user-uuid.ts'

/** An event of the input, ready to be written, with the key that identifies it. */
export interface LoggedEvent extends EncodedEvent {
  key: string
}

/** An event or a line that is refused; the message says why. */
export class BadEvent extends Error {}

/** Checks an event and gives it its key. Throws BadEvent, and RangeError for an event that is too long. */
export function loggedEvent({ event: read, id }: LineEvent, userIdAs: UserIdForm): LoggedEvent {
  const event = withUser(read, userIdAs)
  const fault = eventProblem(event)
  if (fault !== undefined) throw new BadEvent(fault)
  // the same line is the same event: its key is computed from its content
  const content = event.at === undefined ? randomUUID() : contentOf(event, event.at)
  const key = id === undefined ? uuidOf(content) : isUuid(id) ? id.toLowerCase() : uuidOf(`id\u0000${id}`)
  // an event without a time gets the server's; its ID is then searched among the user's events of the last days
  return { ...encodeEvent(event, { key, serverTime: true }), key }
}

function withUser(event: UsageEvent, userIdAs: UserIdForm): UsageEvent {
  const user: unknown = event.userId
  return typeof user === 'string' || typeof user === 'number' ? { ...event, userId: userIdOf(String(user), userIdAs) } : event
}

/** The whole content of an event. Do not change the form: the keys would change, and imported lines would be written again. */
function contentOf(event: UsageEvent, at: Date): string {
  const { userId, sessionId, skillId, version, tier, outcome, latencyMs, inputHash, stateSnapshot, artifacts } = event
  const names = [userId.toLowerCase(), sessionId, skillId, version, tier, outcome]
  return JSON.stringify([...names, latencyMs, inputHash, stateSnapshot, artifacts, at.toISOString(), ...reasonAndCost(event)])
}

/** A UUID version 8 (RFC 9562) from a text: the first bits of its SHA-256. */
function uuidOf(text: string): string {
  return withVersion(createHash('sha256').update(text).digest().subarray(0, 16), 0x80)
}
