import type { Db } from '../db/db.ts'
import type { EventLogOptions, EventLogReport } from '../telemetry/import-events.ts'
import { importEvents } from '../telemetry/import-events.ts'

/** `skills log`: writes events from NDJSON; without a database the lines are only checked. */
export async function logEvents(db: Db | undefined, options: Omit<EventLogOptions, 'db'>): Promise<EventLogReport> {
  return importEvents({ ...options, db })
}
