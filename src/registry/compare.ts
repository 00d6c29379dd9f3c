import { bytewise } from '../core/bytewise.ts'
import { sameJson } from '../core/json.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { plural } from '../core/text.ts'
import { fileChanges } from './file-changes.ts'
import type { SkillFolder } from './read-folder.ts'
import { declaredIn, OWN_META_KEYS, rowFor } from './registry-row.ts'
import type { RegistryRow } from './registry-row.ts'
import type { Skill } from './skill.ts'
import type { Change, FieldChange, OperatorOverride, PruneMode, SyncReport } from './sync-report.ts'

/** What has to be done so that the registry agrees with the folder. */
export interface Plan extends Pick<
  SyncReport,
  'added' | 'changed' | 'unchanged' | 'disabled' | 'deleted' | 'kept' | 'pruneSkipped' | 'operatorOverrides'
> {
  /** The rows to insert or replace, whole: those of `added`, `changed` and `disabled`. */
  writes: RegistryRow[]
}

/** Compares the registry with a folder. Pure: the same rows and folder give the same plan. */
export function compare(rows: readonly RegistryRow[], folder: SkillFolder, prune: PruneMode): Plan {
  const plan: Plan = { added: [], changed: [], unchanged: 0, disabled: [], deleted: [], kept: [], operatorOverrides: [], writes: [] }
  const present = new Map(rows.map((row) => [row.skill_id, row]))
  for (const skill of folder.skills.toSorted((a, b) => bytewise(a.id, b.id))) {
    const row = present.get(skill.id)
    const next = row === undefined ? rowFor(skill) : mergeRow(row, skill)
    const fields = row === undefined ? [] : fieldChanges(row, next)
    const files = row === undefined ? undefined : fileChanges(row.meta['files'], next.meta['files'])
    const change: Change = { id: skill.id, path: skill.path, version: skill.version, fields, ...(files === undefined ? {} : { files }) }
    if (row === undefined) plan.added.push(change)
    else if (fields.length > 0) plan.changed.push(change)
    else plan.unchanged++
    if (row === undefined || fields.length > 0) plan.writes.push(next)
    plan.operatorOverrides.push(...overrides(next, skill))
  }
  planPrune(plan, goneRows(rows, folder), prune, folder.invalid.length)
  return plan
}

/** The row that a skill's row becomes: columns from the files, except what an operator decided, and meta with the keys of others. */
function mergeRow(row: RegistryRow, skill: Skill): RegistryRow {
  const base = declaredIn(row.meta)
  const next = rowFor(skill)
  // Three ways: the file counts when its author changed it since we last wrote, otherwise the row as the operator left it.
  // A row that another tool wrote has no such memory: what it holds may be an operator's decision.
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
    // what sha256 tells already
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

/** Rows that were written from one of these roots, and whose skill is no longer there. One that is there but cannot be read is not gone. */
function goneRows(rows: readonly RegistryRow[], { roots, skills, invalid }: SkillFolder): RegistryRow[] {
  const labels = new Set(roots.map(({ label }) => label))
  // the name of a skill that cannot be read is most often that of its folder
  const ids = new Set([...skills.map(({ id }) => id), ...invalid.map(({ id, path }) => id ?? path.slice(path.lastIndexOf('/') + 1))])
  return rows
    .filter(({ skill_id, meta: { root } }) => typeof root === 'string' && labels.has(root) && !ids.has(skill_id))
    .toSorted((a, b) => bytewise(a.skill_id, b.skill_id))
}

function planPrune(plan: Plan, gone: readonly RegistryRow[], prune: PruneMode, invalid: number): void {
  const due = prune === 'keep' ? [] : gone.filter((row) => prune === 'delete' || isDueToBeDisabled(row))
  if (due.length > 0 && invalid > 0) {
    // a skill that could not be read may have any name: what seems gone may be that very skill
    plan.pruneSkipped = `${plural(due.length, 'row')} without a folder left alone, because ${plural(invalid, 'skill')} could not be read`
  } else if (prune === 'delete') plan.deleted = due.map(({ skill_id }) => skill_id)
  else {
    plan.disabled = due.map(({ skill_id }) => skill_id)
    for (const row of due) plan.writes.push({ ...row, enabled: false, meta: { ...row.meta, pruned: true } })
  }
  const pruned = new Set([...plan.disabled, ...plan.deleted])
  plan.kept = gone.filter(({ skill_id, enabled }) => enabled && !pruned.has(skill_id)).map(({ skill_id }) => skill_id)
}

/** Not one that is disabled already; nor one that we disabled and that is enabled again: an operator did that, who has the last word. */
function isDueToBeDisabled(row: RegistryRow): boolean {
  return row.enabled && row.meta['pruned'] !== true
}
