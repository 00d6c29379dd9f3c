/** How much time and context a skill needs. */
export const TIERS = ['FAST', 'CORE', 'DEEP'] as const
/** The origin of a skill; `foundational` skills are unlocked for all users. */
export const CATEGORIES = ['foundational', 'lineage', 'emergent'] as const
/** What a skill contains. */
export const KINDS = ['prompt', 'code', 'hybrid'] as const

export type Tier = (typeof TIERS)[number]
export type Category = (typeof CATEGORIES)[number]
export type Kind = (typeof KINDS)[number]

/** The version of a skill whose files have no version. */
export const NO_VERSION = '0.0.0'

/** The fields of a skill as its files define them, checked and typed. */
export interface SkillFields {
  /** The skill ID: `name` in SKILL.md, `id` in an older `meta.json`, or the path with the namespace `path`. */
  id: string
  version: string
  /** 1 to 1024 code points. */
  description: string
  /** The value in the file; true by default. An operator can change it in the registry. */
  enabled: boolean
  /** The value in the file, 1 to 5; 1 by default. An operator can change it in the registry. */
  trustLevel: number
  meta: SkillMeta
}

/** The descriptive fields of a skill. A list is empty when the files do not set it. */
export interface SkillMeta {
  /** The name to show; the id unless an older `meta.json` has a name or title. */
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

/** A skill read from its folder, ready for the registry. */
export interface Skill extends SkillFields {
  /** Digest of the folder in lower-case hex, see docs/skill-format.md. */
  sha256: string
  /** One line `<sha256>  <path>` for each file of the folder; `sha256` is the digest of this text. */
  fileDigests: string
  /** The folder, relative to the working directory, with `/`. */
  path: string
  /** The file that describes the skill, relative to the working directory. */
  file: string
  /** Label of its root. */
  root: string
}

/** A folder that was searched for skills. */
export interface SkillRoot {
  /** Absolute. */
  path: string
  /** Its name in the registry: by default the path relative to the project folder, with `/`. */
  label: string
}

/** A skill that cannot be used. */
export interface InvalidSkill {
  /** Its folder (or the file that cannot be read), relative to the working directory, with `/`. */
  path: string
  id?: string
}

/** The longest name that the specification allows, in code points. */
export const MAX_NAME = 64

/** Letters of any script, digits, and single hyphens between them. */
const NAME = /^[\p{L}\p{Nd}]+(?:-[\p{L}\p{Nd}]+)*$/u

/** Whether a name (in NFC) has only the characters that the specification allows. */
export function isName(name: string): boolean {
  return NAME.test(name) && name === name.toLowerCase()
}

/** Why a text is not a valid name of a skill; undefined when it is valid. */
export function nameProblem(name: string): string | undefined {
  if (!isName(name)) return 'use lowercase letters, digits and single hyphens'
  return [...name].length > MAX_NAME ? `use at most ${MAX_NAME} characters` : undefined
}

/** A valid name that is similar to a text. */
export function slug(text: string): string {
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{Nd}]+/gu) ?? ['my-skill']
  return [...words.join('-')].slice(0, MAX_NAME).join('').replace(/-$/, '')
}
