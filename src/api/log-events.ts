import type { Db } from '../db/db.ts'
import { importEvents, type EventLogOptions, type EventLogReport } from '../telemetry/import-events.ts'
import { refuseForeignCode } from './foreign-code.ts'

/**
 * Writes events from NDJSON; the library call of `skills log`. Events that the database has are not written again. Without
 * `db` the lines are only checked.
 *
 * @example
 * const event = { userId: '9f1c1d3e-0000-4000-8000-000000000001', skillId: 'elemental-checkin', version: '1.0.0', outcome: 'success' }
 * const { written, rejected } = await logEvents(db, { input: (async function* () {
 *   yield JSON.stringify(event) + '\n'
 * })() })
 * console.log(`${written} written, ${rejected} rejected`)
 */
export async function logEvents(db: Db | undefined, options: Omit<EventLogOptions, 'db'>): Promise<EventLogReport> {
  if (db !== undefined) await refuseForeignCode(db)
  return importEvents({ ...options, db })
}
