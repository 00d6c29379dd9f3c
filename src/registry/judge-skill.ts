import type { Diagnostic } from '../core/diagnostics.ts'
import type { Position } from '../core/positions.ts'
import { oneLine, under } from './display.ts'
import { unsafeText } from './document.ts'
import { finding } from './finding.ts'
import type { RawSkill } from './raw-skill.ts'
import type { Severities } from './severities.ts'
import { withSeverities } from './severities.ts'
import type { SkillLocation } from './skill-location.ts'
import type { Skill } from './skill.ts'

/** Where ids come from: the `name` of a skill, or its folder's path below the root. */
export type Namespace = 'name' | 'path'

export interface ReadSkill {
  /** Its folder and the file that describes it, relative to the working directory. */
  path: string
  file: string
  /** The id, as far as it could be read. */
  id?: string
  /** Where the id stands in the file. */
  idPlace?: Position
  /** Absent when the skill is invalid, or is none. */
  skill?: Skill
  diagnostics: Diagnostic[]
}

/** Makes of what the files say a skill, as far as the project's severities allow it. */
export function judgeSkill(location: SkillLocation, raw: RawSkill, severities: Severities, namespace: Namespace): ReadSkill {
  const file = under(location.path, location.file)
  const byPath = namespace === 'path' ? idFromPath(location, file) : undefined
  const id = byPath === undefined ? raw.id : byPath.id
  const found = byPath === undefined ? raw.diagnostics : [...raw.diagnostics, ...byPath.diagnostics]
  const diagnostics = severities.size === 0 ? found : withSeverities(found, severities)
  const { path, root } = location
  const read: ReadSkill = { path, file, diagnostics }
  if (id === undefined) return read
  read.id = id
  if (raw.idPlace !== undefined) read.idPlace = raw.idPlace
  const { fields, sha256, manifest } = raw
  if (fields === undefined || diagnostics.some(isError)) return read
  const { version, description, enabled, trustLevel, meta } = fields
  read.skill = { id, version, description, enabled, trustLevel, meta, sha256, manifest, path, file, root: root.label }
  return read
}

/** In code points; a path of folders is longer than a name. */
const MAX_PATH_ID = 255

function idFromPath({ relative, name }: SkillLocation, file: string): { id: string; diagnostics: Diagnostic[] } {
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
