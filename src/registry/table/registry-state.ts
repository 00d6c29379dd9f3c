import type { Db } from '../../db/db.ts'
import { readSkills, type ReadOptions, type SkillFolder } from '../reading/read-folder.ts'
import { fetchFingerprints, fingerprintOf, type Fingerprints } from '../skill/fingerprint.ts'
import { fetchRows, type RegistryRow } from '../skill/registry-row.ts'
import { rowFor } from '../skill/skill-row.ts'

/** What `compare` needs to know about the registry. */
export interface RegistryState {
  /** The ids of the skills whose rows are up to date, and how many of these rows are enabled. */
  upToDate: { ids: ReadonlySet<string>; enabled: number }
  /** The other rows of the skills, and the rows of the same roots without a skill. */
  rows: readonly RegistryRow[]
}

/** A row that was up to date has changed, and of its skill only that was kept: the skills must be read again. */
export class RowChangedError extends Error {}

/**
 * Reads the skills while the server computes the fingerprints of its rows. Of a skill whose row is up to date nothing else
 * is kept, so a sync of 60,000 unchanged skills needs little memory.
 */
export async function readSkillsAndRegistry(db: Db, reading: ReadOptions): Promise<{ folder: SkillFolder; fingerprints: Fingerprints }> {
  const registry = fetchFingerprints(db)
  // `readSkills` throws this error, but perhaps later than the query fails
  registry.catch(() => undefined)
  try {
    const folder = await readSkills({ ...reading, registry })
    return { folder, fingerprints: await registry }
  } finally {
    // the connection must be free for the next statement
    await registry.catch(() => undefined)
  }
}

/** Compares fingerprints first, then fetches only the rows that differ. Throws RowChangedError. */
export async function fetchState(db: Db, folder: SkillFolder, fingerprints?: Fingerprints): Promise<RegistryState> {
  const labels = new Set<string | null>(folder.roots.map(({ label }) => label))
  const skills = new Map(folder.skills.map((skill) => [skill.id, skill]))
  const known = new Map(folder.upToDate.map((one) => [one.row.id, one]))
  const upToDate = { ids: new Set<string>(), enabled: 0 }
  const wanted: string[] = []
  for (const { id, fingerprint, root } of (fingerprints ?? (await fetchFingerprints(db))).values()) {
    const one = known.get(id)
    const skill = skills.get(id)
    if (one?.row.fingerprint === fingerprint || (skill !== undefined && fingerprintOf(rowFor(skill)) === fingerprint)) {
      upToDate.ids.add(id)
      if ((one ?? skill)?.enabled === true) upToDate.enabled++
    } else if (skill !== undefined || labels.has(root)) wanted.push(id)
  }
  if (folder.upToDate.some(({ row }) => !upToDate.ids.has(row.id))) throw new RowChangedError()
  return { upToDate, rows: wanted.length === 0 ? [] : await fetchRows(db, wanted) }
}

/** The state with some rows replaced by newer ones. A row that no longer exists is removed. */
export function withNewerRows(state: RegistryState, ids: ReadonlySet<string>, newer: readonly RegistryRow[]): RegistryState {
  return { ...state, rows: [...state.rows.filter(({ skill_id }) => !ids.has(skill_id)), ...newer] }
}
