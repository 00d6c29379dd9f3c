import type { Db } from '../../db/db.ts'
import { readSkills, type ReadOptions, type SkillFolder } from '../reading/read-folder.ts'
import type { Fingerprints } from '../skill/fingerprint.ts'
import { lockRows } from '../skill/registry-row.ts'
import { compare, type SyncPlan } from './compare.ts'
import { notifyChanged } from './notify.ts'
import { fetchState, readSkillsAndRegistry, RowChangedError, withNewerRows } from './registry-state.ts'
import { syncError } from './registry-errors.ts'
import type { PruneMode, SyncMode, SyncReport } from './sync-report.ts'
import { registryLock, takeLock, writePlan } from './write.ts'

export interface SyncOptions {
  prune: PruneMode
  mode: SyncMode
  /** Prune although a skill could not be read, or most rows would be pruned. */
  forcePrune?: boolean
  /** How long to wait for another sync, or for another writer of a row, in milliseconds; 30,000 by default. */
  lockWaitMs?: number
  onProgress?: (progress: SyncProgress) => void
}

export type SyncProgress =
  | { step: 'look' }
  | { step: 'lock' }
  | { step: 'fetch' }
  | { step: 'compare'; rows: number }
  | { step: 'write'; rows: number }

export interface FolderSync {
  report: SyncReport
  /** The skills as they were read. */
  folder: SkillFolder
}

const LOCK_WAIT_MS = 30_000

/** Reads the skills below some roots and makes the registry agree with them. See `readSkills` and `syncRegistry`. */
export async function syncFolder(db: Db, reading: ReadOptions, options: SyncOptions): Promise<FolderSync> {
  try {
    const { folder, fingerprints } = await readSkillsAndRegistry(db, reading)
    return { folder, report: await syncRegistry(db, folder, options, fingerprints) }
  } catch (error) {
    if (!(error instanceof RowChangedError)) throw await syncError(db, error, options)
  }
  const folder = await readSkills(reading)
  return { folder, report: await syncRegistry(db, folder, options) }
}

/**
 * Makes the registry agree with skills that were read, in one transaction, all or nothing. If there is no difference, it
 * takes one SELECT and no lock. `dry-run` and `check` report what would be done, in one read-only transaction.
 * `fingerprints`: the rows as they were a moment ago. Throws SkillsError NOT_MIGRATED, PERMISSION_DENIED, LOCK_TIMEOUT or
 * QUERY_FAILED, RowChangedError, and the errors of `db`.
 */
export async function syncRegistry(db: Db, folder: SkillFolder, options: SyncOptions, fingerprints?: Fingerprints): Promise<SyncReport> {
  try {
    options.onProgress?.({ step: 'look' })
    const state = await fetchState(db, folder, fingerprints)
    const plan = compare(state, folder, options)
    if (idsOf(plan).length === 0) return report(plan, folder, options, 0)
    return options.mode === 'write' ? await write(db, folder, options) : await preview(db, folder, options)
  } catch (error) {
    throw await syncError(db, error, options)
  }
}

async function preview(db: Db, folder: SkillFolder, options: SyncOptions): Promise<SyncReport> {
  const state = await db.transaction({ isolation: 'repeatable read', readOnly: true }, () => fetchState(db, folder))
  return report(compare(state, folder, options), folder, options, 0)
}

async function write(db: Db, folder: SkillFolder, options: SyncOptions): Promise<SyncReport> {
  const { onProgress, lockWaitMs = LOCK_WAIT_MS } = options
  // with this isolation, the statements after the lock see what other syncs committed before
  return db.transaction({ isolation: 'read committed' }, async () => {
    onProgress?.({ step: 'lock' })
    await takeLock(db, registryLock(db), lockWaitMs)
    onProgress?.({ step: 'fetch' })
    const state = await fetchState(db, folder)
    onProgress?.({ step: 'compare', rows: state.rows.length })
    let plan = compare(state, folder, options)
    const affected = new Set(idsOf(plan))
    if (state.rows.some(({ skill_id }) => affected.has(skill_id))) {
      // the lock of syncs does not stop an operator from changing a row; a lock on the row does
      plan = compare(withNewerRows(state, affected, await lockRows(db, [...affected])), folder, options)
    }
    const ids = idsOf(plan)
    onProgress?.({ step: 'write', rows: ids.length })
    const statements = await writePlan(db, plan)
    await notifyChanged(db, ids)
    return report(plan, folder, options, statements)
  })
}

/** The ids of all rows that a plan inserts, changes or deletes. */
function idsOf({ inserts, updates, deleted }: SyncPlan): string[] {
  return [...inserts.map(({ id }) => id), ...updates.map(({ skill_id }) => skill_id), ...deleted]
}

function report(plan: SyncPlan, folder: SkillFolder, { mode }: SyncOptions, statements: number): SyncReport {
  const { added, changed, unchanged, disabled, deleted, kept, withheld, pruneSkipped, operatorOverrides } = plan
  return {
    mode,
    roots: [...new Set(folder.roots.map(({ label }) => label))],
    added,
    changed,
    unchanged,
    disabled,
    deleted,
    kept,
    invalid: folder.invalid,
    withheld,
    ...(pruneSkipped === undefined ? {} : { pruneSkipped }),
    operatorOverrides,
    diagnostics: folder.diagnostics,
    statements,
  }
}
