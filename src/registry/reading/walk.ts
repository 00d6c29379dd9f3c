import { existsSync, readdirSync, statSync, type Dirent } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { bytewise } from '../../core/bytewise.ts'
import { display, under, inWalkOrder } from '../skill/paths.ts'
import { fileDiagnostic } from './file-diagnostic.ts'
import { ruleDiagnostic } from '../rules/rules.ts'
import { IGNORE_FILE, type IgnoreReader, type IgnoreRules } from './ignore-rules.ts'
import { listSkill, type FoundSkill, type ListedFolder, type RecalledSkill, type SkillLocation } from './list-skill.ts'
import type { CachedSkill } from '../cache/skill-line.ts'
import { isNearlySkillFile, EXCLUDED_NAMES, META_JSON, SKILL_FILES, skillFileOf } from '../skill/skill-files.ts'
import type { SkillRoot } from '../skill/skill.ts'

/** A folder of the walk. One without a skill is reported too, so that the caller can pause. */
export interface Walked {
  skill?: FoundSkill | RecalledSkill
  diagnostics: Diagnostic[]
}

export interface WalkOptions {
  cwd: string
  readIgnore: IgnoreReader
  /** The skill at a folder from the cache, if it has not changed: its folder is not listed. `key` is relative to the root. */
  recall?: (key: string, folder: string) => CachedSkill | undefined
}

interface Frame {
  folder: string
  /** As in `SkillLocation`. */
  relative: string
  path: string
  /** When they are known already. */
  entries?: Dirent[]
  rules: IgnoreRules | undefined
}

/**
 * Walks through a root and yields the skills with their files: a folder before the folders in it, and these in bytewise
 * order. Each folder is listed once. Symbolic links are not followed; .git, node_modules, __pycache__ and paths that a
 * `.skillignore` lists are not entered. Anything that may hide skills (an unreadable folder, a link to a folder) has a
 * diagnostic: skills must not be lost silently.
 */
export function* walk(root: SkillRoot, { cwd, readIgnore, recall }: WalkOptions): Generator<Walked> {
  const pending: Frame[] = [{ folder: root.path, relative: '', path: display(root.path, cwd), rules: undefined }]
  let rootIsSkill = false
  for (let frame = pending.pop(); frame !== undefined; frame = pending.pop()) {
    const isRoot = frame.relative === ''
    const mayBeOlder = isRoot || (!rootIsSkill && !frame.relative.includes('/'))
    const recalled = recallFrame(frame, root, mayBeOlder, recall)
    if (recalled !== undefined) {
      if (isRoot) rootIsSkill = true
      pending.push(...nestedFrames(recalled.known.nested, frame, frame.rules))
      yield { skill: recalled, diagnostics: [] }
      continue
    }
    const listed = listFrame(frame, readIgnore)
    if (!('entries' in listed)) {
      yield { diagnostics: [listed] }
      continue
    }
    const { entries, visible, rules } = listed
    const file = describedBy(visible, isRoot, mayBeOlder)
    if (isRoot) rootIsSkill = file !== undefined
    const diagnostics = misnamedFiles(visible, file, frame.path)
    if (file === undefined) {
      pending.push(...subfolders(visible, { ...frame, rules }, diagnostics))
      yield { diagnostics }
      continue
    }
    const onFolder = (inner: ListedFolder): void => {
      if (skillFileOf(inner.entries) === undefined) diagnostics.push(...misnamedFiles(inner.entries, undefined, display(inner.folder, cwd)))
    }
    const listing = listSkill(frame.folder, entries, frame.path, onFolder)
    pending.push(...nestedFrames(listing.nested, frame, rules))
    yield { skill: { ...locationOf(frame, file, root), listing, isUnusual: diagnostics.length > 0 }, diagnostics }
  }
}

function locationOf({ folder, relative, path: shown }: Frame, file: string, root: SkillRoot): SkillLocation {
  return { folder, name: path.basename(folder), relative, path: shown, file, root }
}

function recallFrame(frame: Frame, root: SkillRoot, mayBeOlder: boolean, recall: WalkOptions['recall']): RecalledSkill | undefined {
  const known = recall?.(frame.relative, frame.folder)
  if (known === undefined || (known.file === META_JSON && !mayBeOlder)) return undefined
  if (frame.rules?.ignores(path.join(frame.folder, known.file), false) === true) return undefined
  return { ...locationOf(frame, known.file, root), known }
}

interface ListedFrame {
  entries: Dirent[]
  /** Those that no `.skillignore` lists. */
  visible: Dirent[]
  rules: IgnoreRules | undefined
}

function listFrame({ folder, path: shown, entries: listed, rules: above }: Frame, readIgnore: IgnoreReader): ListedFrame | Diagnostic {
  try {
    const entries = listed ?? readdirSync(folder, { withFileTypes: true })
    const rules = has(entries, IGNORE_FILE) ? readIgnore(folder, above) : above
    const visible =
      rules === undefined ? entries : entries.filter((entry) => !rules.ignores(path.join(folder, entry.name), entry.isDirectory()))
    return { entries, visible, rules }
  } catch (error) {
    return fileDiagnostic(error, shown)
  }
}

/** The file that makes a folder a skill. */
function describedBy(entries: readonly Dirent[], isRoot: boolean, mayBeOlder: boolean): string | undefined {
  const file = skillFileOf(entries)
  if (file !== undefined || !mayBeOlder || !has(entries, META_JSON)) return file
  // meta.json is a common name. It makes a skill only of a folder directly below a root that is not a skill, and of the
  // root if other files of the older layout are there
  if (isRoot) return has(entries, 'skill.json') || has(entries, 'prompts') ? META_JSON : undefined
  return META_JSON
}

function has(entries: readonly Dirent[], wanted: string): boolean {
  return entries.some(({ name }) => name === wanted)
}

/** Files whose name differs from SKILL.md in case, and a second skill.md. */
function misnamedFiles(entries: readonly Dirent[], file: string | undefined, shown: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const { name } of entries) {
    if (!isNearlySkillFile(name) || name === file) continue
    if (!SKILL_FILES.includes(name))
      diagnostics.push(ruleDiagnostic('SKILL_FILE_CASE', `${name} was not read: the name must be SKILL.md`, under(shown, name)))
    else diagnostics.push(ruleDiagnostic('SKILL_FILE_TWICE', 'the folder has a SKILL.md too: only SKILL.md was read', under(shown, name)))
  }
  return diagnostics
}

/** The folders in a folder to walk next, the last one first. Adds diagnostics for folders that are not searched. */
function subfolders(entries: readonly Dirent[], parent: Frame, diagnostics: Diagnostic[]): Frame[] {
  const names: string[] = []
  for (const entry of entries) {
    const { name } = entry
    if (EXCLUDED_NAMES.has(name)) continue
    if (entry.isSymbolicLink()) diagnostics.push(...linkFinding(path.join(parent.folder, name), under(parent.path, name)))
    if (!entry.isDirectory()) continue
    if (INVALID_FOLDER_NAME.test(name)) {
      const message = 'the folder cannot be searched: its name has a line break or bytes that are not UTF-8'
      diagnostics.push(ruleDiagnostic('SKILL_FILE_NAME', message, under(parent.path, name)))
    } else names.push(name)
  }
  return names
    .toSorted(bytewise)
    .toReversed()
    .map((name) => frameBelow(parent, name, parent.rules))
}

/** The nested skills of a skill, the last one first. */
function nestedFrames(nested: readonly string[], parent: Frame, rules: IgnoreRules | undefined): Frame[] {
  if (nested.length === 0) return []
  const frames = nested
    .toSorted(inWalkOrder)
    .toReversed()
    .map((relative) => frameBelow(parent, relative, rules))
  return frames.filter(({ folder }) => rules?.ignores(folder, true) !== true)
}

function frameBelow(parent: Frame, name: string, rules: IgnoreRules | undefined): Frame {
  return {
    folder: parent.folder + path.sep + name,
    relative: parent.relative === '' ? name : `${parent.relative}/${name}`,
    path: under(parent.path, name),
    rules,
  }
}

/** U+FFFD replaces bytes that are not UTF-8: the folder cannot be opened by this name. A line break is not possible in lists of paths. */
const INVALID_FOLDER_NAME = /[\n\r\u2028\u2029\ufffd]/

/** Of the links outside a skill, only links to folders matter. Broken links are ignored. */
function linkFinding(link: string, shown: string): Diagnostic[] {
  if (!isLinkToFolder(link)) return []
  if (!SKILL_FILES.some((name) => existsSync(path.join(link, name))))
    return [ruleDiagnostic('SKILL_LINK_SKIPPED', 'symbolic link to a folder: it was not searched for skills', shown)]
  const hint = 'replace the link with the folder, or pass the folder that the link points to as a root of its own'
  return [ruleDiagnostic('SKILL_SYMLINK', 'symbolic link to a skill: links are never followed', shown, undefined, hint)]
}

function isLinkToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory()
  } catch {
    return false
  }
}
