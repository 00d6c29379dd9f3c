import type { Dirent } from 'node:fs'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { bytewise } from '../../core/bytewise.ts'
import { display, under, inWalkOrder } from '../skill/paths.ts'
import { fileFinding } from './regular-file.ts'
import { finding } from '../rules/rules.ts'
import type { IgnoreReader, IgnoreRules } from './ignore-rules.ts'
import { IGNORE_FILE } from './ignore-rules.ts'
import type { Listed, ListedSkill, RecalledSkill, SkillLocation } from './list-skill.ts'
import { listSkill } from './list-skill.ts'
import type { ScanCache } from '../cache/scan-cache.ts'
import { isNearlySkillFile, LEFT_OUT, META_JSON, SKILL_FILES, skillFileOf } from '../skill/skill-files.ts'
import type { SkillRoot } from '../skill/skill.ts'

/** What a walk comes upon. A folder without either is told as well, so that the caller can take a break. */
export interface Walked {
  skill?: ListedSkill | RecalledSkill
  findings: Diagnostic[]
}

export interface WalkOptions {
  cwd: string
  readIgnore: IgnoreReader
  /** What was read before; a skill that it recalls is not listed. */
  cache?: Pick<ScanCache, 'find'> | undefined
}

interface Frame {
  folder: string
  /** As in `SkillLocation`. */
  relative: string
  path: string
  /** Unless it was listed already. */
  entries?: Dirent[]
  rules: IgnoreRules | undefined
}

/**
 * Goes through a root, each folder listed once, and tells the skills with the files that belong to them, a folder before
 * those in it and each folder's in bytewise order. Symbolic links are not followed; .git, node_modules, __pycache__ and
 * what a `.skillignore` names are not entered. Whatever hides skills (a folder that cannot be listed, a link to a folder)
 * is a finding: it must not look like nothing.
 */
export function* walk(root: SkillRoot, { cwd, readIgnore, cache }: WalkOptions): Generator<Walked> {
  const pending: Frame[] = [{ folder: root.path, relative: '', path: display(root.path, cwd), rules: undefined }]
  let rootIsSkill = false
  for (let frame = pending.pop(); frame !== undefined; frame = pending.pop()) {
    const isRoot = frame.relative === ''
    const mayBeOlder = isRoot || (!rootIsSkill && !frame.relative.includes('/'))
    const recalled = recall(frame, root, mayBeOlder, cache)
    if (recalled !== undefined) {
      if (isRoot) rootIsSkill = true
      pending.push(...nestedFrames(recalled.known.nested, frame, frame.rules))
      yield { skill: recalled, findings: [] }
      continue
    }
    const listed = listFrame(frame, readIgnore)
    if (!('entries' in listed)) {
      yield { findings: [listed] }
      continue
    }
    const { entries, visible, rules } = listed
    const file = describedBy(visible, isRoot, mayBeOlder)
    if (isRoot) rootIsSkill = file !== undefined
    const findings = misspelt(visible, file, frame.path)
    if (file === undefined) {
      pending.push(...subfolders(visible, { ...frame, rules }, findings))
      yield { findings }
      continue
    }
    const onFolder = (inner: Listed): void => {
      if (skillFileOf(inner.entries) === undefined) findings.push(...misspelt(inner.entries, undefined, display(inner.folder, cwd)))
    }
    const listing = listSkill(frame.folder, entries, frame.path, onFolder)
    pending.push(...nestedFrames(listing.nested, frame, rules))
    yield { skill: { ...locationOf(frame, file, root), listing, isUnusual: findings.length > 0 }, findings }
  }
}

function locationOf({ folder, relative, path: shown }: Frame, file: string, root: SkillRoot): SkillLocation {
  return { folder, name: path.basename(folder), relative, path: shown, file, root }
}

function recall(frame: Frame, root: SkillRoot, mayBeOlder: boolean, cache: WalkOptions['cache']): RecalledSkill | undefined {
  const known = cache?.find(frame.relative, frame.folder)
  if (known === undefined || (known.file === META_JSON && !mayBeOlder)) return undefined
  if (frame.rules?.ignores(path.join(frame.folder, known.file), false) === true) return undefined
  return { ...locationOf(frame, known.file, root), known }
}

interface ListedFrame {
  entries: Dirent[]
  /** Those that no `.skillignore` names. */
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
    return fileFinding(error, shown)
  }
}

/** The file that makes a folder a skill. */
function describedBy(entries: readonly Dirent[], isRoot: boolean, mayBeOlder: boolean): string | undefined {
  const file = skillFileOf(entries)
  if (file !== undefined || !mayBeOlder || !has(entries, META_JSON)) return file
  // meta.json is a common name: it makes a skill of a folder directly below a root that is no skill itself,
  // and of the root when a part of such a skill lies beside it
  if (isRoot) return has(entries, 'skill.json') || has(entries, 'prompts') ? META_JSON : undefined
  return META_JSON
}

function has(entries: readonly Dirent[], wanted: string): boolean {
  return entries.some(({ name }) => name === wanted)
}

/** Files that are nearly called SKILL.md, or that are one too many. */
function misspelt(entries: readonly Dirent[], file: string | undefined, shown: string): Diagnostic[] {
  const findings: Diagnostic[] = []
  for (const { name } of entries) {
    if (!isNearlySkillFile(name) || name === file) continue
    if (!SKILL_FILES.includes(name))
      findings.push(finding('SKILL_FILE_CASE', `${name} is not read: the name is SKILL.md`, under(shown, name)))
    else findings.push(finding('SKILL_FILE_TWICE', 'the folder has a SKILL.md too, and only that was read', under(shown, name)))
  }
  return findings
}

/** The folders in a folder to go on with, the last one first; adds what keeps one from being searched. */
function subfolders(entries: readonly Dirent[], parent: Frame, findings: Diagnostic[]): Frame[] {
  const names: string[] = []
  for (const entry of entries) {
    const { name } = entry
    if (LEFT_OUT.has(name)) continue
    if (entry.isSymbolicLink()) findings.push(...linkFinding(path.join(parent.folder, name), under(parent.path, name)))
    if (!entry.isDirectory()) continue
    if (UNFIT_FOLDER.test(name)) {
      const message = 'the folder cannot be searched: its name has a line break, or bytes that are not UTF-8'
      findings.push(finding('SKILL_FILE_NAME', message, under(parent.path, name)))
    } else names.push(name)
  }
  return names
    .toSorted(bytewise)
    .toReversed()
    .map((name) => frameBelow(parent, name, parent.rules))
}

/** The skills in the folder of a skill, the last one first. */
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

/** A name with U+FFFD stands for one that is not UTF-8, which cannot be opened; one with a line break cannot be named in a list. */
const UNFIT_FOLDER = /[\n\r\u2028\u2029\ufffd]/

/** Of the links outside of skills those that lead to folders matter. */
function linkFinding(link: string, shown: string): Diagnostic[] {
  if (!leadsToFolder(link)) return []
  if (!SKILL_FILES.some((name) => existsSync(path.join(link, name))))
    return [finding('SKILL_LINK_SKIPPED', 'a symbolic link to a folder: it was not searched for skills', shown)]
  const hint = 'replace the link by the folder, or name the folder it points to as a root of its own'
  return [finding('SKILL_SYMLINK', 'a symbolic link to a skill: links are never followed', shown, undefined, hint)]
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory()
  } catch {
    return false
  }
}
