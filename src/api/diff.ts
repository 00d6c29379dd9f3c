import type { Db } from '../db/db.ts'
import { diffReport, type DiffReport } from '../registry/table/diff-report.ts'
import { syncFolder } from '../registry/table/sync.ts'
import { refuseForeignCode } from './foreign-code.ts'
import { readingForSync, syncOptions, type SyncCallOptions } from './sync.ts'

/**
 * `skills diff`: what a sync would do, file by file. Writes nothing. Throws the same errors as `sync`.
 *
 * @example
 * const { skills } = await diff(db, { skills: ['skills'] })
 * for (const { id, change, fields } of skills) console.log(id, change, fields.map(({ field }) => field))
 */
export async function diff(db: Db, options: Omit<SyncCallOptions, 'mode'> = {}): Promise<DiffReport> {
  await refuseForeignCode(db)
  const { report, folder } = await syncFolder(db, readingForSync(options, 'dry-run'), syncOptions(options, 'dry-run'))
  return diffReport(report, folder)
}
