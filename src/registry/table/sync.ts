import type { Db } from '../../db/db.ts'
import { compare } from './compare.ts'
import type { Plan, SameRows } from './compare.ts'
import type { Fingerprints } from '../skill/fingerprint.ts'
import { fetchFingerprints, fingerprintOf } from '../skill/fingerprint.ts'
import { notifyChanged } from './notify.ts'
import type { SkillFolder } from '../reading/read-folder.ts'
import { fetchRows, lockRows } from '../skill/registry-row.ts'
import type { RegistryRow } from '../skill/registry-row.ts'
import { rowText } from '../skill/row-text.ts'
import { syncFailure } from './sync-failure.ts'
import type { PruneMode, SyncMode, SyncReport } from './sync-report.ts'
import { registryLock, takeLock, writePlan } from './write.ts'

export interface SyncOptions {
  prune: PruneMode
  mode: SyncMode
  /** Prune although a skill could not be read, or most rows would go. */
  forcePrune?: boolean
  /** How long to wait for another sync, or for whoever holds a row, in milliseconds. */
  lockWaitMs?: number
  /** What the registry held a moment ago, where the caller has looked already. */
  seen?: Fingerprints
  onProgress?: (progress: SyncProgress) => void
}

export type SyncProgress =
  | { step: 'look' }
  | { step: 'lock' }
  | { step: 'fetch' }
  | { step: 'compare'; rows: number }
  | { step: 'write'; rows: number }

const LOCK_WAIT_MS = 30_000

/**
 * Makes the registry agree with a folder, in one transaction, all or nothing, with as many statements for 2,500 skills as
 * for one. Where it agrees already that takes one SELECT, and no lock. `dry-run` and `check` say what would be done, as
 * one read-only transaction sees it. Throws SkillsError NOT_MIGRATED, PERMISSION_DENIED, LOCK_TIMEOUT or QUERY_FAILED, and what
 * `db` throws.
 */
export async function syncRegistry(db: Db, folder: SkillFolder, options: SyncOptions): Promise<SyncReport> {
  try {
    const { plan, statements } = await carryOut(db, folder, options)
    return report(plan, folder, options, statements)
  } catch (error) {
    throw await syncFailure(db, error, options)
  }
}

interface Result {
  plan: Plan
  statements: number
}

async function carryOut(db: Db, folder: SkillFolder, options: SyncOptions): Promise<Result> {
  options.onProgress?.({ step: 'look' })
  // what is seen here may be out of date by now; but where nothing is to be done there is no need to look again
  const plan = planFor(await readState(db, folder, options.seen), folder, options)
  if (idsOf(plan).length === 0) return { plan, statements: 0 }
  if (options.mode !== 'write') {
    const state = await db.transaction({ isolation: 'repeatable read', readOnly: true }, () => readState(db, folder))
    return { plan: planFor(state, folder, options), statements: 0 }
  }
  // each statement sees what was committed before it: the rows are fetched after the lock was obtained
  return db.transaction({ isolation: 'read committed' }, () => write(db, folder, options))
}

async function write(db: Db, folder: SkillFolder, options: SyncOptions): Promise<Result> {
  const { onProgress, lockWaitMs = LOCK_WAIT_MS } = options
  onProgress?.({ step: 'lock' })
  await takeLock(db, registryLock(db), lockWaitMs)
  onProgress?.({ step: 'fetch' })
  const state = await readState(db, folder)
  onProgress?.({ step: 'compare', rows: state.rows.length })
  let plan = planFor(state, folder, options)
  const touched = new Set(idsOf(plan))
  if (state.rows.some(({ skill_id }) => touched.has(skill_id))) {
    // an operator may have changed one of them since; the lock of syncs does not keep operators out, a lock on the row does
    const rows = replaceRows(state.rows, touched, await lockRows(db, [...touched]))
    plan = planFor({ ...state, rows }, folder, options)
  }
  const ids = idsOf(plan)
  onProgress?.({ step: 'write', rows: ids.length })
  const statements = await writePlan(db, plan)
  await notifyChanged(db, ids)
  return { plan, statements }
}

/** Of all rows that a plan inserts, changes or deletes. */
function idsOf({ inserts, writes, deleted }: Plan): string[] {
  return [...inserts.map(({ id }) => id), ...writes.map(({ skill_id }) => skill_id), ...deleted]
}

/** What has to be known of the registry to compare it with a folder. */
interface State {
  same: SameRows
  /** The other rows of skills in the folder, and those that came from it and are not there. */
  rows: readonly RegistryRow[]
}

/** Somebody has changed a row of a skill that was settled, and of which nothing else was kept. */
export class UnsettledError extends Error {}

/** Throws UnsettledError. */
async function readState(db: Db, { roots, skills, settled }: SkillFolder, seen?: Fingerprints): Promise<State> {
  const labels = new Set<string | null>(roots.map(({ label }) => label))
  const skillsById = new Map(skills.map((skill) => [skill.id, skill]))
  const settledById = new Map(settled.map((one) => [one.row.id, one]))
  const same = { ids: new Set<string>(), enabled: 0 }
  const wanted: string[] = []
  for (const { id, fingerprint, root } of (seen ?? (await fetchFingerprints(db))).values()) {
    const one = settledById.get(id)
    const skill = skillsById.get(id)
    if (one?.row.fingerprint === fingerprint || (skill !== undefined && fingerprintOf(rowText(skill)) === fingerprint)) {
      same.ids.add(id)
      if ((one ?? skill)?.enabled === true) same.enabled++
    } else if (skill !== undefined || labels.has(root)) wanted.push(id)
  }
  if (settled.some(({ row }) => !same.ids.has(row.id))) throw new UnsettledError()
  return { same, rows: wanted.length === 0 ? [] : await fetchRows(db, wanted) }
}

function planFor({ same, rows }: State, folder: SkillFolder, { prune, forcePrune = false }: SyncOptions): Plan {
  return compare(rows, folder, prune, { forcePrune, same })
}

function replaceRows(rows: readonly RegistryRow[], ids: ReadonlySet<string>, newer: readonly RegistryRow[]): RegistryRow[] {
  return [...rows.filter(({ skill_id }) => !ids.has(skill_id)), ...newer]
}

function report(plan: Plan, folder: SkillFolder, { mode }: SyncOptions, statements: number): SyncReport {
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
