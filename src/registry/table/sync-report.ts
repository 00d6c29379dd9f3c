import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Json } from '../../core/json.ts'
import type { InvalidSkill } from '../skill/skill.ts'
import type { Count, Integer, TrustLevel } from '../../core/report-types.ts'

/** `write` changes the registry; `dry-run` and `check` only say what `write` would do. */
export type SyncMode = 'write' | 'dry-run' | 'check'

/** What becomes of the row of a skill whose folder is gone. */
export type PruneMode = 'disable' | 'delete' | 'keep'

export interface FieldChange {
  /** `version`, `sha256`, `enabled`, `trustLevel`, or a key of meta such as `meta.tier`. */
  field: string
  /** Null when there is no such value. */
  from: Json
  to: Json
}

/** What became of a file inside a skill. */
export interface FileChange {
  /** Relative to the skill's folder. */
  path: string
  change: 'added' | 'changed' | 'removed'
}

export interface Change {
  id: string
  /** The folder, relative to the working directory. */
  path: string
  /** The version from now on. */
  version: string
  /** Empty for a skill that is new to the registry. */
  fields: FieldChange[]
  /** For a changed skill, what changed in its folder; absent when the row does not have the digests of its files. */
  files?: FileChange[]
}

/** Where the registry holds something else than the file declares, because an operator decided so. */
export interface OperatorOverride {
  id: string
  field: 'enabled' | 'trustLevel'
  declared: boolean | TrustLevel
  actual: boolean | Integer
}

/** What a sync did, or would do. Ids are bytewise in order. */
export interface SyncReport {
  mode: SyncMode
  /** Labels of the roots. */
  roots: string[]
  added: Change[]
  changed: Change[]
  unchanged: Count
  /** Disabled because their folder is gone; only those that were enabled until now. */
  disabled: string[]
  /** Deleted because their folder is gone. */
  deleted: string[]
  /** Enabled although their folder is gone: left alone on request, because pruning was skipped, or because an operator enabled them again. */
  kept: string[]
  /** Skills that could not be read; their rows are as they were. */
  invalid: InvalidSkill[]
  /** Without a folder, and not pruned although the mode asks for it; `pruneSkipped` says why. `--force-prune` prunes them. */
  withheld: string[]
  pruneSkipped?: string
  operatorOverrides: OperatorOverride[]
  diagnostics: Diagnostic[]
  /** Statements that wrote rows: 0 when there was nothing to write; 2, unless there are so many rows that they go in parts. */
  statements: Count
}

/** Whether the registry is (for `write`: was) behind the folder. Invalid skills do not count: they are an answer of their own. */
export function isBehind(report: Pick<SyncReport, 'added' | 'changed' | 'disabled' | 'deleted'>): boolean {
  return report.added.length + report.changed.length + report.disabled.length + report.deleted.length > 0
}
