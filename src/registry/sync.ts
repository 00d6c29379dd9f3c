import type { Db } from '../db/db.ts'
import { compare } from './compare.ts'
import type { Plan } from './compare.ts'
import { notifyChanged } from './notify.ts'
import type { SkillFolder } from './read-folder.ts'
import { fetchRows, lockRows } from './registry-row.ts'
import type { RegistryRow } from './registry-row.ts'
import { syncFailure } from './sync-failure.ts'
import type { PruneMode, SyncMode, SyncReport } from './sync-report.ts'
import { registryLock, takeLock, writePlan } from './write.ts'

export interface SyncOptions {
  prune: PruneMode
  mode: SyncMode
  /** How long to wait for another sync, or for whoever holds a row, in milliseconds. */
  lockWaitMs?: number
  onProgress?: (progress: SyncProgress) => void
}

export type SyncProgress = { step: 'lock' } | { step: 'fetch' } | { step: 'compare'; rows: number } | { step: 'write'; rows: number }

const LOCK_WAIT_MS = 30_000

/**
 * Makes the registry agree with a folder, in one transaction and a constant number of statements: all or nothing.
 * `dry-run` and `check` run in a read-only transaction and say what would be done. Throws SkillsError NOT_MIGRATED,
 * PERMISSION_DENIED, LOCK_TIMEOUT or QUERY_FAILED, and what `db` throws.
 */
export async function syncRegistry(db: Db, folder: SkillFolder, options: SyncOptions): Promise<SyncReport> {
  const isWriting = options.mode === 'write'
  try {
    // each statement sees what was committed before it: the rows are fetched after the lock was obtained
    const { plan, statements } = await db.transaction({ isolation: 'read committed', readOnly: !isWriting }, () =>
      isWriting ? write(db, folder, options) : look(db, folder, options),
    )
    return report(plan, folder, options, statements)
  } catch (error) {
    throw await syncFailure(db, error, options)
  }
}

interface Result {
  plan: Plan
  statements: number
}

async function look(db: Db, folder: SkillFolder, { prune, onProgress }: SyncOptions): Promise<Result> {
  onProgress?.({ step: 'fetch' })
  const rows = await fetchRows(db)
  onProgress?.({ step: 'compare', rows: rows.length })
  return { plan: compare(rows, folder, prune), statements: 0 }
}

async function write(db: Db, folder: SkillFolder, { prune, onProgress, lockWaitMs = LOCK_WAIT_MS }: SyncOptions): Promise<Result> {
  onProgress?.({ step: 'lock' })
  await takeLock(db, registryLock(db), lockWaitMs)
  onProgress?.({ step: 'fetch' })
  const rows = await fetchRows(db)
  onProgress?.({ step: 'compare', rows: rows.length })
  let plan = compare(rows, folder, prune)
  const touched = new Set([...plan.writes.map(({ skill_id }) => skill_id), ...plan.deleted])
  if (rows.some(({ skill_id }) => touched.has(skill_id))) {
    // an operator may have changed one of them since; the lock of syncs does not keep operators out, a lock on the row does
    plan = compare(replaceRows(rows, touched, await lockRows(db, [...touched])), folder, prune)
  }
  onProgress?.({ step: 'write', rows: plan.writes.length + plan.deleted.length })
  const statements = await writePlan(db, plan)
  await notifyChanged(db, [...plan.writes.map(({ skill_id }) => skill_id), ...plan.deleted])
  return { plan, statements }
}

function replaceRows(rows: readonly RegistryRow[], ids: ReadonlySet<string>, newer: readonly RegistryRow[]): RegistryRow[] {
  return [...rows.filter(({ skill_id }) => !ids.has(skill_id)), ...newer]
}

function report(plan: Plan, folder: SkillFolder, { mode }: SyncOptions, statements: number): SyncReport {
  const { added, changed, unchanged, disabled, deleted, kept, pruneSkipped, operatorOverrides } = plan
  return {
    mode,
    roots: folder.roots.map(({ label }) => label),
    added,
    changed,
    unchanged,
    disabled,
    deleted,
    kept,
    invalid: folder.invalid,
    ...(pruneSkipped === undefined ? {} : { pruneSkipped }),
    operatorOverrides,
    diagnostics: folder.diagnostics,
    statements,
  }
}
