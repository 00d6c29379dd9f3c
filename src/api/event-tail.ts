import path from 'node:path'
import { DEFAULTS } from '../config/defaults.ts'
import { packageRoot } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import { createEventTail, type EventTail, type TailOptions } from '../stats/tail.ts'
import { USAGE_CHANNEL } from '../telemetry/batch.ts'
import { refuseForeignCode } from './foreign-code.ts'

/**
 * Reads events as they arrive: call `read` repeatedly; the library call of `skills stats --tail`. It is for servers: no
 * other process can write to an embedded database that this process has opened.
 *
 * @example
 * const tail = eventTail({ limit: 5 })
 * await tail.read(db, (events) => console.log(events.map(({ skillId, outcome }) => `${skillId}: ${outcome}`)))
 */
export function eventTail(options: Partial<Omit<TailOptions, 'reports'>> = {}): EventTail {
  const tail = createEventTail({ limit: DEFAULTS.tailLimit, ...options, reports: path.join(packageRoot(), 'sql', 'reports') })
  return {
    ...tail,
    read: async (db, onEvents, maxEvents) => {
      await refuseForeignCode(db)
      return tail.read(db, onEvents, maxEvents)
    },
  }
}

/** Calls `onEvents` when a writer announces new events. Behind a transaction pooler and on a standby it is never called. */
export async function listenForEvents(db: Db, onEvents: () => void): Promise<void> {
  if (db.info.pooled || db.info.inRecovery) return
  db.onNotification(onEvents)
  await db.exec(`LISTEN ${USAGE_CHANNEL}`)
}
