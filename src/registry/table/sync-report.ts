import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Json } from '../../core/json.ts'
import type { InvalidSkill } from '../skill/skill.ts'
import type { Count, Integer, TrustLevel } from '../../core/report-types.ts'

/** `write` changes the registry; `dry-run` and `check` only report what `write` would do. */
export type SyncMode = 'write' | 'dry-run' | 'check'

/** What to do with the row of a skill whose folder does not exist. */
export type PruneMode = 'disable' | 'delete' | 'keep'

export interface FieldChange {
  /** `version`, `sha256`, `enabled`, `trustLevel`, or a key of meta such as `meta.tier`. */
  field: string
  /** Null when there is no such value. */
  from: Json
  to: Json
}

/** A difference in a file of a skill. */
export interface FileChange {
  /** Relative to the skill's folder. */
  path: string
  change: 'added' | 'changed' | 'removed'
}

export interface Change {
  id: string
  /** The folder, relative to the working directory. */
  path: string
  /** The new version. */
  version: string
  /** Empty for a new skill. */
  fields: FieldChange[]
  /** For a changed skill, the differences in its files; absent if the row does not have the digests of its files. */
  files?: FileChange[]
}

/** A value that an operator changed in the registry, and that therefore differs from the file. */
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
  /** Disabled because their folder does not exist; only those that were enabled before. */
  disabled: string[]
  /** Deleted because their folder does not exist. */
  deleted: string[]
  /** Enabled although their folder does not exist: with prune mode `keep`, because pruning was skipped, or because an operator enabled them again. */
  kept: string[]
  /** Skills that could not be read; their rows do not change. */
  invalid: InvalidSkill[]
  /** Rows that should be pruned but were not; `pruneSkipped` is the reason. `--force-prune` prunes them. */
  withheld: string[]
  pruneSkipped?: string
  operatorOverrides: OperatorOverride[]
  diagnostics: Diagnostic[]
  /** Statements that wrote rows: 0 to 3, more for thousands of rows. */
  statements: Count
}
