import type { Db } from '../../db/db.ts'
import { fetchFingerprints } from '../skill/fingerprint.ts'
import type { ReadOptions, SkillFolder } from '../reading/read-folder.ts'
import { readSkills } from '../reading/read-folder.ts'
import { syncFailure } from './sync-failure.ts'
import type { SyncReport } from './sync-report.ts'
import type { SyncOptions } from './sync.ts'
import { syncRegistry, UnsettledError } from './sync.ts'

export interface FolderSync {
  report: SyncReport
  /** As it was read; of a skill whose row is as it should be only that is kept. */
  folder: SkillFolder
}

/**
 * Reads folders and makes the registry agree with them, see `readSkills` and `syncRegistry`. The server sums up its rows
 * while the files are read, and each skill whose row is as it should be is let go at once: a run over 60,000 of them takes
 * little memory. When one of these rows is changed meanwhile, all is read once more and kept.
 */
export async function syncFolder(db: Db, reading: ReadOptions, options: Omit<SyncOptions, 'seen'>): Promise<FolderSync> {
  const registry = fetchFingerprints(db)
  // who reads the folder waits for it, but perhaps not yet when it fails
  registry.catch(() => undefined)
  try {
    const folder = await readSkills({ ...reading, registry })
    return { folder, report: await syncRegistry(db, folder, { ...options, seen: await registry }) }
  } catch (error) {
    // the session has to be free again, whatever became of the query
    await registry.catch(() => undefined)
    if (!(error instanceof UnsettledError)) throw await syncFailure(db, error, options)
  }
  const folder = await readSkills(reading)
  return { folder, report: await syncRegistry(db, folder, options) }
}
