import { bytewise } from '../../core/bytewise.ts'
import { sameJson, isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { grouped, plural } from '../../core/text.ts'
import type { SkillFolder } from '../reading/read-folder.ts'
import { declaredIn, OWN_META_KEYS, type RegistryRow } from '../skill/registry-row.ts'
import { rowFor } from '../skill/skill-row.ts'
import type { Skill } from '../skill/skill.ts'
import type { RegistryState } from './registry-state.ts'
import type { FieldChange, OperatorOverride, PruneMode, SyncReport, FileChange } from './sync-report.ts'

/** What to do so that the registry agrees with the skills. */
export interface SyncPlan extends Pick<
  SyncReport,
  'added' | 'changed' | 'unchanged' | 'disabled' | 'deleted' | 'kept' | 'withheld' | 'pruneSkipped' | 'operatorOverrides'
> {
  /** The skills of `added`. */
  inserts: Skill[]
  /** The new contents of the rows of `changed` and `disabled`. */
  updates: RegistryRow[]
}

export interface CompareOptions {
  prune: PruneMode
  /** Prune although it would be withheld. */
  forcePrune?: boolean
}

/** Compares the registry with skills. Pure: the same input gives the same plan. */
export function compare({ rows, upToDate }: RegistryState, folder: SkillFolder, options: CompareOptions): SyncPlan {
  const plan: SyncPlan = {
    added: [],
    changed: [],
    unchanged: upToDate.ids.size,
    disabled: [],
    deleted: [],
    kept: [],
    withheld: [],
    operatorOverrides: [],
    inserts: [],
    updates: [],
  }
  const present = new Map(rows.map((row) => [row.skill_id, row]))
  const others = folder.skills.filter(({ id }) => !upToDate.ids.has(id))
  for (const skill of others.toSorted((a, b) => bytewise(a.id, b.id))) {
    const { id, path, version } = skill
    const row = present.get(id)
    if (row === undefined) {
      plan.added.push({ id, path, version, fields: [] })
      plan.inserts.push(skill)
      continue
    }
    const next = mergeRow(row, skill)
    const fields = fieldChanges(row, next)
    const files = fileChanges(row.meta['files'], next.meta['files'])
    if (fields.length > 0) {
      plan.changed.push({ id, path, version, fields, ...(files === undefined ? {} : { files }) })
      plan.updates.push(next)
    } else plan.unchanged++
    plan.operatorOverrides.push(...overrides(next, skill))
  }
  planPrune(plan, { rows, upToDate, folder, ...options })
  return plan
}

/** The new contents of a row: columns from the files, except the changes of an operator, and meta with the keys of other tools. */
function mergeRow(row: RegistryRow, skill: Skill): RegistryRow {
  const base = declaredIn(row.meta)
  const next = rowFor(skill)
  // A three-way merge: the value in the file counts if it changed since the last sync, otherwise the value in the row.
  // A row of another tool has no record of the last sync: its values may come from an operator.
  const enabledNow = row.meta['pruned'] === true || row.enabled
  const enabled = base === undefined || base.enabled === skill.enabled ? enabledNow : skill.enabled
  const trust_level = base === undefined || base.trust_level === skill.trustLevel ? row.trust_level : skill.trustLevel
  return { ...next, enabled, trust_level, meta: { ...foreignKeys(row.meta), ...next.meta } }
}

function foreignKeys(meta: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => !OWN_META_KEYS.has(key)))
}

function fieldChanges(row: RegistryRow, next: RegistryRow): FieldChange[] {
  const changes: FieldChange[] = []
  const note = (field: string, from: Json | undefined, to: Json | undefined): void => {
    if (!sameJson(from, to)) changes.push({ field, from: from ?? null, to: to ?? null })
  }
  note('version', row.version, next.version)
  note('sha256', row.sha256, next.sha256)
  note('enabled', row.enabled, next.enabled)
  note('trustLevel', row.trust_level, next.trust_level)
  for (const key of OWN_META_KEYS) {
    // covered by the change of sha256
    if (key === 'files' && row.sha256 !== next.sha256) continue
    note(`meta.${key}`, row.meta[key], next.meta[key])
  }
  return changes
}

function overrides(row: RegistryRow, skill: Skill): OperatorOverride[] {
  const found: OperatorOverride[] = []
  if (row.enabled !== skill.enabled) found.push({ id: skill.id, field: 'enabled', declared: skill.enabled, actual: row.enabled })
  if (row.trust_level !== skill.trustLevel)
    found.push({ id: skill.id, field: 'trustLevel', declared: skill.trustLevel, actual: row.trust_level })
  return found
}

interface Pruning extends CompareOptions, RegistryState {
  folder: SkillFolder
}

function planPrune(plan: SyncPlan, pruning: Pruning): void {
  const { rows, folder, prune, forcePrune } = pruning
  const labels = new Set<unknown>(folder.roots.map(({ label }) => label))
  const own = rows.filter(({ meta: { root } }) => labels.has(root))
  const orphans = rowsWithoutSkill(own, folder)
  const due = prune === 'keep' ? [] : orphans.filter((row) => prune === 'delete' || isDueToBeDisabled(row))
  const reason = forcePrune === true ? undefined : reasonToWithhold(due.length, own, pruning)
  if (reason !== undefined) {
    plan.pruneSkipped = reason
    plan.withheld = due.map(({ skill_id }) => skill_id)
  } else if (prune === 'delete') plan.deleted = due.map(({ skill_id }) => skill_id)
  else {
    plan.disabled = due.map(({ skill_id }) => skill_id)
    for (const row of due) plan.updates.push({ ...row, enabled: false, meta: { ...row.meta, pruned: true } })
  }
  const pruned = new Set([...plan.disabled, ...plan.deleted])
  plan.kept = orphans.filter(({ skill_id, enabled }) => enabled && !pruned.has(skill_id)).map(({ skill_id }) => skill_id)
}

/** Rows of these roots without a skill. A skill that cannot be read still exists. */
function rowsWithoutSkill(own: readonly RegistryRow[], { skills, invalid }: SkillFolder): RegistryRow[] {
  // the name of a skill that cannot be read is usually the name of its folder
  const ids = new Set([...skills.map(({ id }) => id), ...invalid.map(({ id, path }) => id ?? path.slice(path.lastIndexOf('/') + 1))])
  return own.filter(({ skill_id }) => !ids.has(skill_id)).toSorted((a, b) => bytewise(a.skill_id, b.skill_id))
}

/**
 * Why nothing is pruned. A skill that could not be read may have any name, so it may be the one that seems to be removed. And if
 * most rows would be pruned, the folder is probably the wrong one or an incomplete checkout.
 */
function reasonToWithhold(due: number, own: readonly RegistryRow[], { folder, prune, upToDate }: Pruning): string | undefined {
  if (due === 0) return undefined
  const rows = `${plural(due, 'row')} without a folder not pruned`
  if (folder.invalid.length > 0) return `${rows}, because ${plural(folder.invalid.length, 'skill')} could not be read`
  const could = prune === 'delete' ? own.length + upToDate.ids.size : own.filter(isDueToBeDisabled).length + upToDate.enabled
  if (due * 2 <= could) return undefined
  return `${rows}, because that is more than half of the ${grouped(could)} rows of these folders`
}

/** Not a row that is already disabled; nor one that a sync disabled and an operator enabled again. */
function isDueToBeDisabled(row: RegistryRow): boolean {
  return row.enabled && row.meta['pruned'] !== true
}

/** The differences between two maps of digests by path, bytewise by path; undefined when one of them was never recorded. */
export function fileChanges(from: Json | undefined, to: Json | undefined): FileChange[] | undefined {
  if (!isJsonObject(from) || !isJsonObject(to)) return undefined
  const paths = new Set([...Object.keys(from), ...Object.keys(to)])
  const changes: FileChange[] = []
  for (const path of [...paths].toSorted(bytewise)) {
    if (!Object.hasOwn(from, path)) changes.push({ path, change: 'added' })
    else if (!Object.hasOwn(to, path)) changes.push({ path, change: 'removed' })
    else if (from[path] !== to[path]) changes.push({ path, change: 'changed' })
  }
  return changes
}
