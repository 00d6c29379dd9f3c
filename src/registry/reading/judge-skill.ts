import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import { oneLine, under } from '../skill/paths.ts'
import { unsafeText } from '../skill/document.ts'
import type { Fingerprints, SettledSkill } from '../skill/fingerprint.ts'
import { finding } from '../rules/rules.ts'
import type { RawSkill, SkillContent } from '../skill/raw-skill.ts'
import type { Severities } from '../rules/severities.ts'
import { withSeverities } from '../rules/severities.ts'
import type { SkillLocation } from './list-skill.ts'
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

/** Of two folders with one id none is taken: which one is meant cannot be known, and it must not depend on their order. */
export function refuseNamesakes(read: readonly ReadSkill[], namespace: Namespace): void {
  const byId = new Map<string, ReadSkill | ReadSkill[]>()
  for (const one of read) {
    if (one.id === undefined) continue
    const before = byId.get(one.id)
    if (before === undefined) byId.set(one.id, one)
    else if (Array.isArray(before)) before.push(one)
    else byId.set(one.id, [before, one])
  }
  const what = namespace === 'name' ? 'name' : 'path below their folders'
  const hint = namespace === 'name' ? 'rename one of them, or remove it; with `--namespace path` the paths are the ids' : undefined
  for (const [id, namesakes] of byId) {
    if (!Array.isArray(namesakes)) continue
    for (const [i, one] of namesakes.entries()) {
      one.content = undefined
      one.settled = undefined
      const [other] = i === 0 ? namesakes.slice(1) : namesakes
      const more = namesakes.length > 2 ? ` and ${namesakes.length - 2} more` : ''
      const message = `${one.path} and ${other?.path ?? ''}${more} have one ${what}, ${oneLine(id)}: none is used`
      one.diagnostics.push(finding('SKILL_NAME_TWICE', message, under(one.path, one.fileName), one.idPlace, hint))
    }
  }
}
