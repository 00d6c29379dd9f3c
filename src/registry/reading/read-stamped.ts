import { IGNORE_FILE } from './ignore-rules.ts'
import { readSkill, type ReadSkillOptions } from './read-skill.ts'
import type { SkillEntry } from '../cache/skill-line.ts'
import type { FoundSkill } from './list-skill.ts'
import { stampAsRead } from '../cache/stamp.ts'

/** A skill that was read, and the state of its files (size, times) at that moment. */
export interface StampedSkill {
  /** With an empty stamp the skill is not cached: the next run reads it again. */
  entry: SkillEntry
  /** See `Stamp`. */
  newestMs: number
  /** The entry as `lineOf` returns it, if the skill came from the thread. */
  line?: Buffer
}

export interface ReadStampedOptions extends ReadSkillOptions {
  /** Record the state of the files, for the cache. */
  stamped: boolean
}

/** Reads a skill and records the state of its files. */
export function readStamped(skill: FoundSkill, options: ReadStampedOptions): StampedSkill {
  const { raw, stats } = readSkill(skill, options)
  const { relative: key, file } = skill
  const { folders, files, nested } = skill.listing
  // a folder with a diagnostic of its own is read in every run
  const isCacheable = options.stamped && stats !== undefined && !skill.isUnusual && !files.includes(IGNORE_FILE)
  const stamp = isCacheable ? stampAsRead(skill.folder, folders, stats) : undefined
  return { entry: { key, stamp: stamp?.digest ?? '', known: { raw, file, folders, nested } }, newestMs: stamp?.newestMs ?? 0 }
}
