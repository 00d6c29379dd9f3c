/** How much time and context a skill takes. */
export const TIERS = ['FAST', 'CORE', 'DEEP'] as const
/** How a skill came to be; `foundational` ones are unlocked for everybody. */
export const CATEGORIES = ['foundational', 'lineage', 'emergent'] as const
/** What a skill consists of. */
export const KINDS = ['prompt', 'code', 'hybrid'] as const

export type Tier = (typeof TIERS)[number]
export type Category = (typeof CATEGORIES)[number]
export type Kind = (typeof KINDS)[number]

/** The version of a skill that does not name one. */
export const NO_VERSION = '0.0.0'

/** What the files of a skill say about it, checked and typed. */
export interface SkillFields {
  /** The key of the registry: `name` of SKILL.md, `id` of an older `meta.json`. */
  id: string
  version: string
  /** 1 to 1024 code points. */
  description: string
  /** What the author declares; true unless declared. The operator may decide otherwise in the registry. */
  enabled: boolean
  /** What the author declares, 1 to 5; 1 unless declared. The operator may decide otherwise in the registry. */
  trustLevel: number
  meta: SkillMeta
}

/** What a skill tells about itself beyond what agents need to run it; lists are empty when nothing was said. */
export interface SkillMeta {
  /** For people; the id unless an older `meta.json` has a name or title of its own. */
  name: string
  tier?: Tier
  category?: Category
  kind?: Kind
  triggers: readonly string[]
  elements: readonly string[]
  realms: readonly string[]
  tags: readonly string[]
  license?: string
  compatibility?: string
  /** One entry per tool, for example `Bash(git add:*)`. */
  allowedTools?: readonly string[]
  author?: string
}

/** A skill as it lies on disk, ready for the registry. */
export interface Skill extends SkillFields {
  /** Digest of the folder in lower-case hex, see `digestFolder`. */
  sha256: string
  /** A line for each file of the folder, see `manifestOf`. */
  manifest: string
  /** The folder, relative to the working directory, with `/`. */
  path: string
  /** The file that describes the skill, relative to the working directory. */
  file: string
  /** Label of the root it was found below. */
  root: string
}

/** A folder that was searched for skills. */
export interface SkillRoot {
  /** Absolute. */
  path: string
  /** By what the registry knows it: the path relative to the working directory, with `/`, unless the caller chose another. */
  label: string
}

/** A place where there is a skill that cannot be used. */
export interface InvalidSkill {
  /** Its folder (or what could not be read), relative to the working directory, with `/`. */
  path: string
  id?: string
}

/** What the specification says of names; in code points. */
export const MAX_NAME = 64

/** Letters of any script that are not capital, digits and single hyphens inside. */
const NAME = /^[\p{L}\p{Nd}]+(?:-[\p{L}\p{Nd}]+)*$/u

/** Whether a name, composed (NFC), has only the characters that the specification allows. */
export function isName(name: string): boolean {
  return NAME.test(name) && name === name.toLowerCase()
}

/** Why a text is no name of a skill; undefined when it is one. */
export function nameFault(name: string): string | undefined {
  if (!isName(name)) return 'it takes lowercase letters, digits and single hyphens'
  return [...name].length > MAX_NAME ? `it is longer than ${MAX_NAME} characters` : undefined
}

/** A name like this text that the specification allows. */
export function slug(text: string): string {
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{Nd}]+/gu) ?? ['my-skill']
  return [...words.join('-')].slice(0, MAX_NAME).join('').replace(/-$/, '')
}
