import path from 'node:path'
import { packageRoot } from '../config/package-files.ts'
import type { EventTail, TailOptions } from '../stats/tail.ts'
import { createEventTail } from '../stats/tail.ts'

/**
 * `skills stats --tail`: call `look` again and again. Made for a server: on an embedded database nobody else can write.
 *
 * @example
 * const tail = eventTail({ limit: 5 })
 * await tail.look(db, (events) => console.log(events.map(({ skillId, outcome }) => `${skillId}: ${outcome}`)))
 */
export function eventTail(options: Partial<Omit<TailOptions, 'reports'>> = {}): EventTail {
  return createEventTail({ limit: 10, ...options, reports: path.join(packageRoot(), 'sql', 'reports') })
}
