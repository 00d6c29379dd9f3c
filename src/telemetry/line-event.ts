import type { UsageEvent } from './usage-event.ts'

/** An event as a line gives it, before it is checked. */
export interface LineEvent {
  event: UsageEvent
  /** What the line calls the event, if it does. */
  id: string | undefined
}
