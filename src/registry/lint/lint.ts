import type { Count } from '../../core/report-types.ts'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { isRuleCode, RULES, type RuleCode } from '../rules/rules.ts'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { checkBody, MAX_SKILL_FILE } from './check-body.ts'
import { under, oneLine, relativePath } from '../skill/paths.ts'
import { fixFrontMatter } from './fix-front-matter.ts'
import { readHead } from '../../files/regular-file.ts'
import { readSkills, type ReadOptions } from '../reading/read-folder.ts'
import { fileNotWritten } from '../../core/common-errors.ts'
import { replaceContent } from '../../files/write-file.ts'
import { withSeverities, type Severities } from '../rules/severities.ts'
import { loadYamlParser, type YamlParser } from '../front-matter/yaml.ts'
import { SKILL_FILES, META_JSON } from '../skill/skill-files.ts'
import { SkillsError } from '../../core/errors.ts'

/** The result of a lint. */
export interface LintReport {
  /** The number of skills, and of those with an error. */
  skills: Count
  invalid: Count
  errors: Count
  warnings: Count
  notes: Count
  /** The files that were fixed, and the rules that they broke. */
  fixed: { file: string; codes: RuleCode[] }[]
  /** Diagnostics that `--fix` would fix. */
  fixable: Count
  /** The remaining diagnostics, in the order of the paths, then by file and line. */
  diagnostics: Diagnostic[]
}

export interface LintOptions extends Pick<ReadOptions, 'namespace' | 'lenient'> {
  /** Folders with skills at any depth, folders of skills, and files in them. */
  paths: readonly string[]
  /** The folder that relative paths start from. */
  cwd: string
  /** Severities of rules, from `readSeverities`. Default: those of the rules. */
  severities?: Severities
  /** Fix mechanical problems first. */
  fix?: boolean
  /** Called after each skill. */
  onProgress?: (progress: { done: number; total?: number }) => void
}

/**
 * Checks skills against all rules, without a database. Throws SKILLS_DIR_MISSING for a path without a skill, and
 * FILE_NOT_WRITTEN.
 */
export async function lintSkills(options: LintOptions): Promise<LintReport> {
  const { cwd, severities = new Map(), fix = false } = options
  const targets = lintTargets(options.paths, cwd)
  let found = await inspect(targets, options)
  const fixed = fix ? fixFiles(found.files, cwd, await loadYamlParser(), severities) : []
  if (fixed.length > 0) found = await inspect(targets, options)
  const bodies = found.files.flatMap((file) => inspectBody(file, cwd))
  const diagnostics = inOrder([...found.diagnostics, ...withSeverities(bodies, severities)])
  const count = (severity: Diagnostic['severity']): number => diagnostics.filter((one) => one.severity === severity).length
  return {
    skills: found.files.length + found.unread,
    invalid: found.invalid,
    errors: count('error'),
    warnings: count('warning'),
    notes: count('note'),
    fixed,
    fixable: diagnostics.filter(({ code }) => isRuleCode(code) && RULES[code].fixable === true).length,
    diagnostics,
  }
}

interface Inspected {
  /** The SKILL.md files, relative to the working directory, each once. */
  files: string[]
  /** Skills of the older layout, and folders that cannot be read. */
  unread: number
  invalid: number
  diagnostics: Diagnostic[]
}

async function inspect(targets: readonly LintTarget[], options: LintOptions): Promise<Inspected> {
  const { cwd, severities = new Map(), namespace = 'name', lenient = false, onProgress } = options
  const files = new Set<string>()
  const others = new Set<string>()
  const invalid = new Set<string>()
  const diagnostics = new Map<string, Diagnostic>()
  for (const { root, alone } of targets) {
    const progress = onProgress === undefined ? {} : { onProgress }
    const folder = await readSkills({ roots: [root], cwd, severities, namespace, lenient, ...progress })
    const nested = alone === undefined ? [] : [...folder.skills, ...folder.invalid].map((one) => one.path).filter((one) => one !== alone)
    const isMeant = (place: string): boolean => !nested.some((one) => place === one || place.startsWith(`${one}/`))
    for (const diagnostic of folder.diagnostics) if (isMeant(diagnostic.file ?? '')) diagnostics.set(JSON.stringify(diagnostic), diagnostic)
    for (const { path: place } of folder.invalid) if (isMeant(place)) invalid.add(place)
    for (const { path: place } of [...folder.skills, ...folder.invalid]) {
      if (!isMeant(place)) continue
      const name = SKILL_FILES.find((one) => existsSync(path.resolve(cwd, place, one)))
      if (name === undefined) others.add(place)
      else files.add(under(place, name))
    }
  }
  return { files: [...files], unread: others.size, invalid: invalid.size, diagnostics: [...diagnostics.values()] }
}

function fixFiles(files: readonly string[], cwd: string, parse: YamlParser, severities: Severities): LintReport['fixed'] {
  return files.flatMap((file) => {
    const absolute = path.resolve(cwd, file)
    const bytes = read(absolute)
    if (bytes === undefined) return []
    const result = fixFrontMatter(bytes, parse, severities)
    return result !== undefined && replace(file, cwd, bytes, result.bytes) ? [{ file, codes: result.codes }] : []
  })
}

function replace(file: string, cwd: string, before: Uint8Array, after: Uint8Array): boolean {
  try {
    return replaceContent(path.resolve(cwd, file), before, after, cwd)
  } catch (error) {
    throw fileNotWritten(file, 'the file was not changed', error)
  }
}

function inspectBody(file: string, cwd: string): Diagnostic[] {
  const absolute = path.resolve(cwd, file)
  const bytes = read(absolute)
  return bytes === undefined ? [] : checkBody(bytes, file, path.dirname(absolute))
}

/** The bytes of a file; undefined if it cannot be read (which has its own diagnostic) or is too large. */
function read(absolute: string): Buffer | undefined {
  try {
    const { bytes, truncated } = readHead(absolute, MAX_SKILL_FILE)
    return truncated ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  } catch {
    return undefined
  }
}

/** All diagnostics of a file together, at the place of its first one, by line. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const groups = new Map<string, Diagnostic[]>()
  for (const one of diagnostics) groups.set(one.file ?? '', [...(groups.get(one.file ?? '') ?? []), one])
  return [...groups.values()].flatMap((group) =>
    group.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
  )
}

/** A folder to read skills from. */
interface LintTarget {
  /** Relative to the working directory. */
  root: string
  /** Only the skill of this folder, without nested skills; a path as in diagnostics. */
  alone?: string
}

/**
 * The skills that the paths of a command line mean: a folder means the skills below it, a file (as editors and pre-commit pass
 * them) means its skill. Each once. Throws SKILLS_DIR_MISSING.
 */
function lintTargets(paths: readonly string[], cwd: string): LintTarget[] {
  const targets = new Map<string, LintTarget>()
  for (const given of paths) {
    const target = targetOf(given, cwd)
    targets.set(`${target.root}\u0000${target.alone ?? ''}`, target)
  }
  return [...targets.values()]
}

function targetOf(given: string, cwd: string): LintTarget {
  const absolute = path.resolve(cwd, given)
  const stats = statSync(absolute, { throwIfNoEntry: false })
  if (stats === undefined || stats.isDirectory()) return { root: given }
  for (let folder = path.dirname(absolute); ; folder = path.dirname(folder)) {
    if ([...SKILL_FILES, META_JSON].some((name) => existsSync(path.join(folder, name)))) {
      return { root: folder, alone: oneLine(relativePath(folder, cwd)) }
    }
    if (folder === cwd || folder === path.dirname(folder)) break
  }
  throw new SkillsError('SKILLS_DIR_MISSING', `the file ${oneLine(given)} is not part of a skill`, {
    hint: 'pass a SKILL.md, a file in its folder, or a folder of skills',
  })
}
