import type { Diagnostic } from '../core/diagnostics.ts'
import type { Position } from '../core/positions.ts'
import { oneLine, under } from './display.ts'
import { unsafeText } from './document.ts'
import type { FingerprintedRow } from './fingerprint.ts'
import { finding } from './finding.ts'
import type { RawSkill } from './raw-skill.ts'
import type { Severities } from './severities.ts'
import { withSeverities } from './severities.ts'
import type { SkillLocation } from './skill-location.ts'
import type { SettledSkill } from './settled-skill.ts'
import type { Skill } from './skill.ts'

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
  skill?: Skill
  settled?: SettledSkill
  diagnostics: Diagnostic[]
}

export interface JudgeOptions {
  severities: Severities
  namespace: Namespace
  /** The row of an id, as far as the registry is known by now. A skill whose row is as it should be is settled. */
  rowOf?: ((id: string) => FingerprintedRow | undefined) | undefined
}

/** Makes of what the files say a skill, as far as the project's severities allow it. */
export function judgeSkill(location: SkillLocation, raw: RawSkill, { severities, namespace, rowOf }: JudgeOptions): ReadSkill {
  const { path, root, file: fileName } = location
  const byPath = namespace === 'path' ? idFromPath(location) : undefined
  const id = byPath === undefined ? raw.id : byPath.id
  const found = byPath === undefined ? raw.diagnostics : [...raw.diagnostics, ...byPath.diagnostics]
  const diagnostics = severities.size === 0 ? found : withSeverities(found, severities)
  const read: ReadSkill = { path, fileName, diagnostics }
  if (id === undefined) return read
  read.id = id
  if (raw.idPlace !== undefined) read.idPlace = raw.idPlace
  const { content } = raw
  if (content === undefined || diagnostics.some(isError)) return read
  const row = rowOf?.(id)
  if (row !== undefined && row.fingerprint === content.fingerprint()) {
    // the id of the row, as that of the skill may hold on to the text it was cut from
    read.id = row.id
    read.settled = { row, enabled: content.enabled }
    return read
  }
  const { version, description, enabled, trustLevel, meta, sha256, manifest } = content.read()
  const file = under(path, fileName)
  read.skill = { id, version, description, enabled, trustLevel, meta, sha256, manifest, path, file, root: root.label }
  return read
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
