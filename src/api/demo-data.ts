import path from 'node:path'
import { packageRoot } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import type { DemoOptions, DemoReport } from '../telemetry/demo-data.ts'
import { writeDemoData } from '../telemetry/demo-data.ts'

export type DemoCallOptions = Partial<Omit<DemoOptions, 'query'>>

/**
 * `skills demo-data`. Writes sample data, 10,000 events unless told otherwise; throws EVENTS_EXIST where events are.
 *
 * @example
 * const { events, feedback } = await demoData(db, { events: 100, days: 7, beside: true })
 * console.log(events, feedback)
 */
export async function demoData(db: Db, options: DemoCallOptions = {}): Promise<DemoReport> {
  return writeDemoData(db, { events: 10_000, seed: 1, ...options, query: path.join(packageRoot(), 'sql', 'demo', 'events.sql') })
}
