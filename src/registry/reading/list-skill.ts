import type { CachedSkill } from '../cache/skill-line.ts'
import type { SkillRoot } from '../skill/skill.ts'
import { readdirSync, type Dirent } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../../core/bytewise.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { under } from '../skill/paths.ts'
import { fileDiagnostic } from './file-diagnostic.ts'
import { ruleDiagnostic } from '../rules/rules.ts'
import { EXCLUDED_NAMES, skillFileOf } from '../skill/skill-files.ts'

/** A folder that contains a skill. */
export interface SkillLocation {
  /** Absolute. */
  folder: string
  /** The last part of its path. */
  name: string
  /** The folder relative to its root, with `/`; empty for the root. */
  relative: string
  /** The folder relative to the working directory, with `/`; safe to print. */
  path: string
  /** Name of the file that describes the skill: SKILL.md, skill.md or meta.json. */
  file: string
  root: SkillRoot
}

/** A skill with the list of its files, to be read. */
export interface FoundSkill extends SkillLocation {
  listing: SkillListing
  /** Its folder has diagnostics of its own, such as a second SKILL.md. */
  isUnusual: boolean
}

/** A skill from the cache that has not changed. */
export interface RecalledSkill extends SkillLocation {
  known: CachedSkill
}

/** The contents of the folder of a skill. */
export interface SkillListing {
  /** The regular files, relative to the folder, with `/`, bytewise. */
  files: string[]
  /** All folders in it that were listed, `nested` included. */
  folders: string[]
  /** Folders in it that are skills of their own, and not part of this one. */
  nested: string[]
  /** Entries that cannot be part of a skill; `file` begins with the label, bytewise. */
  diagnostics: Diagnostic[]
}

/** A folder with its entries. */
export interface ListedFolder {
  folder: string
  entries: Dirent[]
}

/** Names that sha256sum would escape, or that are not UTF-8. */
// eslint-disable-next-line no-control-regex
const INVALID_NAME = /[\u0000-\u001f\u007f\\\ufffd]|\p{Surrogate}/u

/** Lists the files of a skill from the entries of its folder. `label` is the path of the folder in diagnostics. */
export function listSkill(folder: string, entries: Dirent[], label: string, onFolder?: (folder: ListedFolder) => void): SkillListing {
  const files: string[] = []
  const folders: string[] = []
  const nested: string[] = []
  const diagnostics: Diagnostic[] = []
  const pending: { below: string; entries: Dirent[] }[] = [{ below: '', entries }]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of at.entries) {
      const { name } = entry
      if (EXCLUDED_NAMES.has(name) || name.endsWith('.pyc')) continue
      const relative = at.below === '' ? name : `${at.below}/${name}`
      if (INVALID_NAME.test(name)) {
        const message = 'invalid file name: it has a control character, a backslash or bytes that are not UTF-8'
        diagnostics.push(ruleDiagnostic('SKILL_FILE_NAME', message, under(label, relative)))
      } else if (entry.isFile()) files.push(relative)
      else if (entry.isDirectory()) {
        const inner = list(folder, relative, label, diagnostics)
        if (inner === undefined) continue
        folders.push(relative)
        onFolder?.(inner)
        if (skillFileOf(inner.entries) === undefined) pending.push({ below: relative, entries: inner.entries })
        else nested.push(relative)
      } else if (entry.isSymbolicLink())
        diagnostics.push(ruleDiagnostic('SKILL_SYMLINK', 'symbolic link: links are never followed', under(label, relative)))
      else
        diagnostics.push(ruleDiagnostic('SKILL_FILE_SPECIAL', 'not a regular file: it is not part of the digest', under(label, relative)))
    }
  }
  if (diagnostics.length > 1) diagnostics.sort((a, b) => bytewise(a.file ?? '', b.file ?? ''))
  return { files: files.toSorted(bytewise), folders, nested, diagnostics }
}

function list(parent: string, relative: string, label: string, diagnostics: Diagnostic[]): ListedFolder | undefined {
  const folder = parent + path.sep + relative
  try {
    return { folder, entries: readdirSync(folder, { withFileTypes: true }) }
  } catch (error) {
    diagnostics.push(fileDiagnostic(error, under(label, relative)))
    return undefined
  }
}
