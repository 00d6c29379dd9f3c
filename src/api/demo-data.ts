import path from 'node:path'
import { DEFAULTS } from '../config/defaults.ts'
import { packageRoot } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import { hasEvents as anyEvents, writeDemoData, type DemoOptions, type DemoReport } from '../telemetry/demo-data.ts'
import { refuseForeignCode } from './foreign-code.ts'

export type DemoCallOptions = Partial<Omit<DemoOptions, 'query'>>

/**
 * `skills demo-data`. Writes sample data, 10,000 events by default. Throws EVENTS_EXIST when the database has events, unless `append` is set.
 *
 * @example
 * const { events, feedback } = await demoData(db, { events: 100, days: 7, append: true })
 * console.log(events, feedback)
 */
export async function demoData(db: Db, options: DemoCallOptions = {}): Promise<DemoReport> {
  await refuseForeignCode(db)
  return writeDemoData(db, { ...DEFAULTS.demo, ...options, query: path.join(packageRoot(), 'sql', 'demo', 'events.sql') })
}

/** Whether the database has an event. */
export async function hasEvents(db: Db): Promise<boolean> {
  await refuseForeignCode(db)
  return anyEvents(db)
}
