import { IGNORE_FILE } from './ignore-rules.ts'
import type { ReadSkillOptions } from './read-skill.ts'
import { readSkill } from './read-skill.ts'
import type { SkillEntry } from '../cache/skill-line.ts'
import type { ListedSkill } from './list-skill.ts'
import { stampAsRead } from '../cache/stamp.ts'

/** A skill that was read, and what its files looked like. */
export interface StampedSkill {
  /** Without a stamp, that is with an empty one, it has to be read again next time. */
  entry: SkillEntry
  /** See `Stamp`. */
  newestMs: number
  /** The entry as `lineOf` gives it, where it came as one. */
  line?: Buffer
}

export interface ReadStampedOptions extends ReadSkillOptions {
  /** Note what the files look like. */
  stamped: boolean
}

/** Reads a skill, and notes what its files look like. */
export function readStamped(skill: ListedSkill, options: ReadStampedOptions): StampedSkill {
  const { raw, stats } = readSkill(skill, options)
  const { relative: key, file } = skill
  const { folders, files, nested } = skill.listing
  // a folder with anything unusual in it is read every time
  const isLasting = options.stamped && stats !== undefined && !skill.isUnusual && !files.includes(IGNORE_FILE)
  const stamp = isLasting ? stampAsRead(skill.folder, folders, stats) : undefined
  return { entry: { key, stamp: stamp?.digest ?? '', known: { raw, file, folders, nested } }, newestMs: stamp?.newestMs ?? 0 }
}
