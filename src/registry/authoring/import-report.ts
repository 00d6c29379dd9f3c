import type { Diagnostic } from '../../core/diagnostics.ts'
import type { InvalidSkill } from '../skill/skill.ts'

/** A skill of the older layout and what was, or would be, made of it. Paths are relative to the working directory. */
export interface ImportedSkill {
  /** What `meta.json` calls it. */
  id: string
  /** Its name from now on: the id, or the nearest that the specification allows. */
  name: string
  /** The older folder, which stays as it is. */
  from: string
  /** The new SKILL.md. */
  file: string
}

export interface ImportReport {
  dryRun: boolean
  imported: ImportedSkill[]
  /** Left alone, because something of that name is there. */
  skipped: { id: string; from: string; reason: string }[]
  /** Could not be read. */
  invalid: InvalidSkill[]
  diagnostics: Diagnostic[]
}
