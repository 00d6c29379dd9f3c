import type { KnownSkill } from '../cache/skill-line.ts'
import type { SkillListing } from './list-skill.ts'
import type { SkillRoot } from '../skill/skill.ts'

/** A folder that holds a skill. */
export interface SkillLocation {
  /** Absolute. */
  folder: string
  /** Its name: the last part of its path. */
  name: string
  /** The folder relative to its root, with `/`; empty for the root itself. */
  relative: string
  /** The folder relative to the working directory, with `/`; safe to print. */
  path: string
  /** Name of the file that describes the skill: SKILL.md, skill.md or meta.json. */
  file: string
  root: SkillRoot
}

/** One whose files are to be read. */
export interface ListedSkill extends SkillLocation {
  listing: SkillListing
  /** Something in its folder is not as usual, and was told of. */
  isUnusual: boolean
}

/** One that was read before and has not changed. */
export interface RecalledSkill extends SkillLocation {
  known: KnownSkill
}
