import type { KnownSkill } from '../cache/skill-line.ts'
import type { SkillRoot } from '../skill/skill.ts'
import type { Dirent } from 'node:fs'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../../core/bytewise.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { under } from '../skill/paths.ts'
import { fileFinding } from './regular-file.ts'
import { finding } from '../rules/rules.ts'
import { LEFT_OUT, skillFileOf } from '../skill/skill-files.ts'

/** A folder that holds a skill. */
export interface SkillLocation {
  /** Absolute. */
  folder: string
  /** Its name: the last part of its path. */
  name: string
  /** The folder relative to its root, with `/`; empty for the root itself. */
  relative: string
  /** The folder relative to the working directory, with `/`; safe to print. */
  path: string
  /** Name of the file that describes the skill: SKILL.md, skill.md or meta.json. */
  file: string
  root: SkillRoot
}

/** One whose files are to be read. */
export interface ListedSkill extends SkillLocation {
  listing: SkillListing
  /** Something in its folder is not as usual, and was told of. */
  isUnusual: boolean
}

/** One that was read before and has not changed. */
export interface RecalledSkill extends SkillLocation {
  known: KnownSkill
}

/** What lies in the folder of a skill. */
export interface SkillListing {
  /** The regular files, relative to the folder, with `/`, bytewise. */
  files: string[]
  /** All folders that were listed for it, those of `nested` too; not the skill's own. */
  folders: string[]
  /** Folders in it that are skills of their own, and no part of it. */
  nested: string[]
  /** What lies there and cannot be part of a skill; `file` begins with the label, bytewise. */
  diagnostics: Diagnostic[]
}

/** A folder with its entries. */
export interface Listed {
  folder: string
  entries: Dirent[]
}

/** Names that sha256sum would escape, or that cannot be written down in UTF-8. */
// eslint-disable-next-line no-control-regex
const UNFIT_NAME = /[\u0000-\u001f\u007f\\\ufffd]|\p{Surrogate}/u

/** Lists the files of a skill from the entries of its folder. `label` is the folder's name in diagnostics. */
export function listSkill(folder: string, entries: Dirent[], label: string, onFolder?: (folder: Listed) => void): SkillListing {
  const files: string[] = []
  const folders: string[] = []
  const nested: string[] = []
  const diagnostics: Diagnostic[] = []
  const pending: { below: string; entries: Dirent[] }[] = [{ below: '', entries }]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of at.entries) {
      const { name } = entry
      if (LEFT_OUT.has(name) || name.endsWith('.pyc')) continue
      const relative = at.below === '' ? name : `${at.below}/${name}`
      if (UNFIT_NAME.test(name)) {
        const message = 'the name has a control character, a backslash or bytes that are not UTF-8'
        diagnostics.push(finding('SKILL_FILE_NAME', message, under(label, relative)))
      } else if (entry.isFile()) files.push(relative)
      else if (entry.isDirectory()) {
        const inner = list(folder, relative, label, diagnostics)
        if (inner === undefined) continue
        folders.push(relative)
        onFolder?.(inner)
        if (skillFileOf(inner.entries) === undefined) pending.push({ below: relative, entries: inner.entries })
        else nested.push(relative)
      } else if (entry.isSymbolicLink())
        diagnostics.push(finding('SKILL_SYMLINK', 'a symbolic link: links are never followed', under(label, relative)))
      else diagnostics.push(finding('SKILL_FILE_SPECIAL', 'no regular file: it is left out of the digest', under(label, relative)))
    }
  }
  if (diagnostics.length > 1) diagnostics.sort((a, b) => bytewise(a.file ?? '', b.file ?? ''))
  return { files: files.toSorted(bytewise), folders, nested, diagnostics }
}

function list(parent: string, relative: string, label: string, diagnostics: Diagnostic[]): Listed | undefined {
  const folder = parent + path.sep + relative
  try {
    return { folder, entries: readdirSync(folder, { withFileTypes: true }) }
  } catch (error) {
    diagnostics.push(fileFinding(error, under(label, relative)))
    return undefined
  }
}
