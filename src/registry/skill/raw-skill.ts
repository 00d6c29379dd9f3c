import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import { fingerprintOfText } from './fingerprint.ts'
import type { SkillFields } from './skill.ts'
import { rowFor, rowFromText, rowText, sourceOf, type RowSource } from './skill-row.ts'

/** What the files of a skill contain, before the settings of a project apply: it depends on the files only. */
export interface RawSkill {
  /** As far as it could be read. */
  id?: string
  /** Position of the id in the file. */
  idPlace?: Position
  /** The files that were read, as in `SkillListing`. */
  files: readonly string[]
  /** Absent without an id. */
  content?: SkillContent
  /** With the default severities. */
  diagnostics: Diagnostic[]
}

/** What the registry row of a skill is made from. Usually only the fingerprint is needed, so the rest is computed on demand. */
export interface SkillContent {
  enabled: boolean
  fingerprint: () => string
  /** See `rowText`. */
  text: () => string
  /** Without changes by a project: the id is the one in the file. */
  read: () => RowSource
  /** Copies what `read` needs. Content that came from the cache is valid only until the next skill is read, unless it is held. */
  hold: () => void
}

/** The content of a skill that was just read. `root` is the label of its root. */
export function contentOf(
  fields: SkillFields,
  { sha256, fileDigests }: Pick<RowSource, 'sha256' | 'fileDigests'>,
  root: string,
): SkillContent {
  const { id, version, description, enabled, trustLevel, meta } = fields
  // property by property: objects made with a spread take more memory, and there may be 60,000 of these
  const source: RowSource = { id, version, description, enabled, trustLevel, meta, sha256, fileDigests, root }
  let text: string | undefined
  let fingerprint: string | undefined
  const rendered = (): string => (text ??= rowText(rowFor(source)))
  return {
    enabled,
    text: rendered,
    fingerprint: () => (fingerprint ??= fingerprintOfText(rendered())),
    read: () => source,
    hold: () => undefined,
  }
}

/** The content of a skill from the cache. `readText` reads from a buffer that is reused, until the content is held. */
export function recalledContent(id: string, enabled: boolean, fingerprint: string, readText: () => string): SkillContent {
  let text = readText
  const read = (): RowSource => sourceOf(rowFromText(id, text()))
  const hold = (): void => {
    const held = text()
    text = () => held
  }
  return { enabled, text: () => text(), fingerprint: () => fingerprint, read, hold }
}
