import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Position } from '../../core/positions.ts'
import { oneLine, under } from '../skill/paths.ts'
import { unsafeText } from '../skill/document.ts'
import type { UpToDateSkill } from '../skill/fingerprint.ts'
import { ruleDiagnostic } from '../rules/rules.ts'
import type { RawSkill, SkillContent } from '../skill/raw-skill.ts'
import { withSeverities, type Severities } from '../rules/severities.ts'
import type { SkillLocation } from './list-skill.ts'
import type { Skill } from '../skill/skill.ts'

/** Where ids come from: the `name` of a skill, or its folder's path below the root. */
export type Namespace = 'name' | 'path'

export interface ReadSkill {
  /** The folder, relative to the working directory. */
  path: string
  /** Name of the file that describes it. */
  fileName: string
  /** The id, as far as it could be read. */
  id?: string
  /** Position of the id in the file. */
  idPlace?: Position
  /** Absent when the skill is invalid or its row is up to date. */
  content?: SkillContent | undefined
  upToDate?: UpToDateSkill | undefined
  diagnostics: Diagnostic[]
}

/** Applies the settings of the project to a skill that was read: it is valid if none of its diagnostics is an error. */
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

/** The skill, if it is valid and its row is not up to date. */
export function skillFrom({ id, path, fileName, content }: ReadSkill): Skill | undefined {
  if (id === undefined || content === undefined) return undefined
  const { version, description, enabled, trustLevel, meta, sha256, fileDigests, root } = content.read()
  return { id, version, description, enabled, trustLevel, meta, sha256, fileDigests, path, file: under(path, fileName), root }
}

/** In code points. Paths are longer than names. */
const MAX_PATH_ID = 255

function idFromPath({ relative, name, path, file: fileName }: SkillLocation): { id: string; diagnostics: Diagnostic[] } {
  const file = under(path, fileName)
  const id = (relative === '' ? name : relative).normalize('NFC')
  const unsafe = unsafeText(id)
  if (unsafe !== undefined) {
    const message = `invalid skill ID: the path ${oneLine(id)} contains ${unsafe}`
    return { id, diagnostics: [ruleDiagnostic('SKILL_FILE_NAME', message, file, { line: 1, column: 1 })] }
  }
  const length = [...id].length
  if (length <= MAX_PATH_ID) return { id, diagnostics: [] }
  const message = `skill ID too long: the path has ${length} characters (at most ${MAX_PATH_ID})`
  return {
    id,
    diagnostics: [
      ruleDiagnostic('SKILL_NAME_LENGTH', message, file, { line: 1, column: 1 }, 'move the folder up, or shorten folder names'),
    ],
  }
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}

/** Makes all skills with a duplicate id invalid: the result must not depend on the order of folders. */
export function rejectDuplicateIds(read: readonly ReadSkill[], namespace: Namespace): void {
  const byId = new Map<string, ReadSkill | ReadSkill[]>()
  for (const one of read) {
    if (one.id === undefined) continue
    const before = byId.get(one.id)
    if (before === undefined) byId.set(one.id, one)
    else if (Array.isArray(before)) before.push(one)
    else byId.set(one.id, [before, one])
  }
  const what = namespace === 'name' ? 'name' : 'path below their roots'
  const hint = namespace === 'name' ? 'rename one of them, or remove it; with `--namespace path` the path is the skill ID' : undefined
  for (const [id, duplicates] of byId) {
    if (!Array.isArray(duplicates)) continue
    for (const [i, one] of duplicates.entries()) {
      one.content = undefined
      one.upToDate = undefined
      const [other] = i === 0 ? duplicates.slice(1) : duplicates
      const more = duplicates.length > 2 ? ` and ${duplicates.length - 2} more` : ''
      const message = `${one.path} and ${other?.path ?? ''}${more} have the same ${what}, ${oneLine(id)}: none of them is used`
      one.diagnostics.push(ruleDiagnostic('SKILL_NAME_TWICE', message, under(one.path, one.fileName), one.idPlace, hint))
    }
  }
}
