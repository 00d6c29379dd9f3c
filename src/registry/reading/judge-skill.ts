import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import { oneLine, under } from '../skill/display.ts'
import { unsafeText } from '../skill/document.ts'
import type { Fingerprints } from '../skill/fingerprint.ts'
import { finding } from '../skill/finding.ts'
import type { RawSkill, SkillContent } from '../skill/raw-skill.ts'
import type { Severities } from '../skill/severities.ts'
import { withSeverities } from '../skill/severities.ts'
import type { SkillLocation } from './skill-location.ts'
import type { SettledSkill } from '../skill/settled-skill.ts'
import type { Skill } from '../skill/skill.ts'

/** Where ids come from: the `name` of a skill, or its folder's path below the root. */
export type Namespace = 'name' | 'path'

export interface ReadSkill {
  /** Its folder, relative to the working directory. */
  path: string
  /** Name of the file that describes it. */
  fileName: string
  /** The id, as far as it could be read. */
  id?: string
  /** Where the id stands in the file. */
  idPlace?: Position
  /** Absent when the skill is invalid, is none, or is settled. */
  content?: SkillContent | undefined
  settled?: SettledSkill | undefined
  diagnostics: Diagnostic[]
}

/** Makes of what the files say a skill, as far as the project's severities allow it. */
export function judgeSkill(location: SkillLocation, raw: RawSkill, severities: Severities, namespace: Namespace): ReadSkill {
  const byPath = namespace === 'path' ? idFromPath(location) : undefined
  const id = byPath === undefined ? raw.id : byPath.id
  const found = byPath === undefined ? raw.diagnostics : [...raw.diagnostics, ...byPath.diagnostics]
  const diagnostics = severities.size === 0 ? found : withSeverities(found, severities)
  const read: ReadSkill = { path: location.path, fileName: location.file, diagnostics }
  if (id === undefined) return read
  read.id = id
  if (raw.idPlace !== undefined) read.idPlace = raw.idPlace
  if (raw.content !== undefined && !diagnostics.some(isError)) read.content = raw.content
  return read
}

/** Lets go of what a skill says when its row says the same. */
export function settle(read: ReadSkill, registry: Fingerprints): void {
  const { id, content } = read
  const row = id === undefined || content === undefined ? undefined : registry.get(id)
  if (row === undefined || content === undefined || row.fingerprint !== content.fingerprint()) return
  // the id of the row, as that of the skill may hold on to the text it was cut from
  read.id = row.id
  read.settled = { row, enabled: content.enabled }
  read.content = undefined
}

/** The skill, where there is one to be told of. */
export function skillFrom({ id, path, fileName, content }: ReadSkill): Skill | undefined {
  if (id === undefined || content === undefined) return undefined
  const { version, description, enabled, trustLevel, meta, sha256, manifest, root } = content.read()
  return { id, version, description, enabled, trustLevel, meta, sha256, manifest, path, file: under(path, fileName), root }
}

/** In code points; a path of folders is longer than a name. */
const MAX_PATH_ID = 255

function idFromPath({ relative, name, path, file: fileName }: SkillLocation): { id: string; diagnostics: Diagnostic[] } {
  const file = under(path, fileName)
  const id = (relative === '' ? name : relative).normalize('NFC')
  const unsafe = unsafeText(id)
  if (unsafe !== undefined) {
    const message = `the path ${oneLine(id)} cannot be an id: it contains ${unsafe}`
    return { id, diagnostics: [finding('SKILL_FILE_NAME', message, file, { line: 1, column: 1 })] }
  }
  const length = [...id].length
  if (length <= MAX_PATH_ID) return { id, diagnostics: [] }
  const message = `the path is an id of ${length} characters, the limit is ${MAX_PATH_ID}`
  return { id, diagnostics: [finding('SKILL_NAME_LENGTH', message, file, { line: 1, column: 1 }, 'move the folder up, or shorten names')] }
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}
