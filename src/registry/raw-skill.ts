import type { Diagnostic } from '../core/diagnostics.ts'
import type { Position } from '../core/positions.ts'
import type { SkillFields } from './skill.ts'

/** What the files of a skill say, whatever the project thinks of it: the same files always give the same. */
export interface RawSkill {
  /** As far as it could be read. */
  id?: string
  /** Where the id stands in the file. */
  idPlace?: Position
  /** Absent without an id. */
  fields?: SkillFields
  /** See `FolderDigest`. */
  sha256: string
  manifest: string
  /** With the severities of the rules. */
  diagnostics: Diagnostic[]
}
