import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { RowSource } from './row-text.ts'
import { rowFromText, rowText, sourceOf } from './row-text.ts'
import type { SkillFields } from './skill.ts'

/** What the files of a skill say, whatever the project thinks of it: the same files always give the same. */
export interface RawSkill {
  /** As far as it could be read. */
  id?: string
  /** Where the id stands in the file. */
  idPlace?: Position
  /** The files that were read, as in `SkillListing`. */
  files: readonly string[]
  /** Absent without an id. */
  content?: SkillContent
  /** With the severities of the rules. */
  diagnostics: Diagnostic[]
}

/** What the registry is to hold of a skill. Most often only the fingerprint is asked for, so the rest is made on demand. */
export interface SkillContent {
  enabled: boolean
  fingerprint: () => string
  /** See `rowText`. */
  text: () => string
  /** Its id is that of the file. */
  read: () => RowSource
  /** What was recalled from a cache is gone when the next skill is, unless it was held. */
  hold: () => void
}

/** What was read just now. `root` is the label of its root. */
export function contentOf(fields: SkillFields, { sha256, manifest }: Pick<RowSource, 'sha256' | 'manifest'>, root: string): SkillContent {
  const { id, version, description, enabled, trustLevel, meta } = fields
  // written out: copies by `...` are large objects, and there may be 60,000 skills
  const source: RowSource = { id, version, description, enabled, trustLevel, meta, sha256, manifest, root }
  let text: string | undefined
  let fingerprint: string | undefined
  const rendered = (): string => (text ??= rowText(source))
  return {
    enabled,
    text: rendered,
    fingerprint: () => (fingerprint ??= fingerprintOf(rendered())),
    read: () => source,
    hold: () => undefined,
  }
}

/** The reverse of what a content tells. `readText` is let go of when the content is held, with the bytes that it reads. */
export function recalledContent(id: string, enabled: boolean, fingerprint: string, readText: () => string): SkillContent {
  let text = readText
  const read = (): RowSource => sourceOf(rowFromText(id, text()))
  const hold = (): void => {
    const held = text()
    text = () => held
  }
  return { enabled, text: () => text(), fingerprint: () => fingerprint, read, hold }
}
