import { sha256 } from '../../core/digests.ts'
import type { PackedSkill } from './cached-skill.ts'
import { packSkill, unpackSkill } from './cached-skill.ts'
import type { RawSkill } from '../skill/raw-skill.ts'

/** What was read of a skill, and what of its folder has to be the same for it to be so still. */
export interface KnownSkill {
  /** Of one that came as a line, the content can be read as long as the bytes of that are what they were. */
  raw: RawSkill
  /** Name of the file that describes it. */
  file: string
  /** As in `SkillListing`. */
  folders: readonly string[]
  nested: readonly string[]
}

/** A skill as it was written down. */
export interface SkillEntry {
  /** Path of its folder, relative to the root. */
  key: string
  /** See `Stamp.digest`. */
  stamp: string
  known: KnownSkill
}

/** What a line begins with behind its check: the key, the stamp, and what every run needs to know of a skill. */
type Head = [string, string, Omit<KnownSkill, 'raw'> & { raw: PackedSkill }]

const TAB = 0x09
const CHECK_LENGTH = 16

/** One line without its end: a check, JSON, a tab (which JSON does not contain), and the content, if there is any, which is JSON too. */
export function lineOf({ key, stamp, known: { raw, ...rest } }: SkillEntry): string {
  const text = `${JSON.stringify([key, stamp, { ...rest, raw: packSkill(raw) }])}\t${raw.content?.text() ?? ''}`
  return checkOf(text) + text
}

/** The reverse of `lineOf`; undefined when the line is damaged. */
export function entryOf(line: Buffer): SkillEntry | undefined {
  if (checkOf(line.subarray(CHECK_LENGTH)) !== line.toString('latin1', 0, CHECK_LENGTH)) return undefined
  const middle = line.indexOf(TAB)
  const [key, stamp, { raw, ...rest }] = JSON.parse(line.toString('utf8', CHECK_LENGTH, middle)) as Head
  const text = (): string => line.toString('utf8', middle + 1)
  return { key, stamp, known: { ...rest, raw: unpackSkill(raw, text) } }
}

/** A line begins with a part of its own digest: a damaged one is recognised and counts as absent. */
function checkOf(text: string | Uint8Array): string {
  return sha256(text).slice(0, CHECK_LENGTH)
}
