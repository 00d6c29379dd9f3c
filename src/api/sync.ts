import path from 'node:path'
import { DEFAULTS } from '../config/defaults.ts'
import { toolName } from '../config/package-files.ts'
import type { Db } from '../db/db.ts'
import { checkOwnFolder } from '../files/own-folder.ts'
import type { ReadOptions, ReadProgress } from '../registry/reading/read-folder.ts'
import { resolveRoots } from '../registry/reading/roots.ts'
import type { PruneMode, SyncMode, SyncReport } from '../registry/table/sync-report.ts'
import { syncFolder, type SyncOptions, type SyncProgress } from '../registry/table/sync.ts'
import { watchFolders, type FolderWatch } from '../registry/watch-folders.ts'
import { refuseForeignCode } from './foreign-code.ts'
import { readingOf, type ReadingOptions } from './reading.ts'

export interface SyncCallOptions extends ReadingOptions {
  /** Folders of skills, or patterns for them; `skills` by default. */
  skills?: readonly string[]
  /** What happens to the row of a skill whose folder is gone. Default: `disable`. */
  prune?: PruneMode
  /** Prune although a skill could not be read, or more than half of the rows of these folders would be pruned. */
  forcePrune?: boolean
  /** `write` by default; `dry-run` and `check` never write. */
  mode?: SyncMode
  /** Store what was read in `.skills/cache` of the project folder, so that unchanged skills are not read again. */
  cache?: boolean
  /** Called while skills are read and written. */
  onProgress?: (progress: ReadProgress | SyncProgress) => void
}

/**
 * `skills sync`: makes the registry agree with the skills. The row of an invalid skill does not change; the report lists it.
 * Throws SkillsError SKILLS_DIR_MISSING, NOT_MIGRATED, PERMISSION_DENIED, LOCK_TIMEOUT or QUERY_FAILED.
 *
 * @example
 * const { added, changed, invalid } = await sync(db, { skills: ['skills'], mode: 'check' })
 * if (added.length + changed.length > 0) console.log('the registry is out of date')
 * console.log(invalid.map(({ path }) => path))
 */
export async function sync(db: Db, options: SyncCallOptions = {}): Promise<SyncReport> {
  const { mode = 'write' } = options
  await refuseForeignCode(db)
  return (await syncFolder(db, readingForSync(options, mode), syncOptions(options, mode))).report
}

export function readingForSync({ skills, cache, onProgress, ...options }: SyncCallOptions, mode: SyncMode): ReadOptions {
  const reading = readingOf(options, skills)
  const folder = path.resolve(reading.labelBase, CACHE_FOLDER)
  // a cache that cannot be written only costs time; one that belongs to somebody else is refused
  if (cache === true) checkOwnFolder(folder)
  return {
    ...reading,
    cache: cache === true ? { folder, tool: toolName(), readOnly: mode !== 'write' } : undefined,
    ...(onProgress === undefined ? {} : { onProgress }),
  }
}

export function syncOptions({ prune = DEFAULTS.prune, forcePrune = false, onProgress }: SyncCallOptions, mode: SyncMode): SyncOptions {
  return { prune, mode, forcePrune, ...(onProgress === undefined ? {} : { onProgress }) }
}

const CACHE_FOLDER = '.skills/cache'

/** Whether a sync changed, or would change, a row. */
export function isOutOfDate({
  added,
  changed,
  disabled,
  deleted,
}: Pick<SyncReport, 'added' | 'changed' | 'disabled' | 'deleted'>): boolean {
  return added.length + changed.length + disabled.length + deleted.length > 0
}

export interface WatchSkillsOptions {
  /** Folders of skills, or patterns for them. */
  skills: readonly string[]
  cwd: string
  /** Called for every event, often several times for one change. */
  onChange: () => void
  /** Called when the system cannot watch more folders: `onChange` is called every two seconds from then on. */
  onPolling: (reason: string) => void
}

/** Watches the files of skills. Close the watch when it is no longer needed. */
export async function watchSkills({ skills, cwd, ...events }: WatchSkillsOptions): Promise<FolderWatch> {
  const roots = await resolveRoots({ roots: skills, cwd })
  return watchFolders({ roots: roots.map((root) => root.path), ...events })
}
