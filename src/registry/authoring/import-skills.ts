import type { Diagnostic } from '../../core/diagnostics.ts'
import { slug, type InvalidSkill, type Skill } from '../skill/skill.ts'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileNotWritten } from '../../core/common-errors.ts'
import { createFile, createFolder, createWorkFolder, copyFile, deleteTree, moveFile } from '../../files/write-file.ts'
import { readFileInside } from '../../files/regular-file.ts'
import { oneLine, relativePath } from '../skill/paths.ts'
import { META_JSON, parseFileDigests } from '../skill/skill-files.ts'
import { olderSkillText } from './older-skill-text.ts'
import { readSkills } from '../reading/read-folder.ts'
import type { Severities } from '../rules/severities.ts'

/** A skill of the older layout that was, or would be, imported. Paths are relative to the working directory. */
export interface ImportedSkill {
  /** The id in `meta.json`. */
  id: string
  /** The new name: the id, or the nearest valid name. */
  name: string
  /** The old folder, which does not change. */
  from: string
  /** The new SKILL.md. */
  file: string
}

export interface ImportReport {
  dryRun: boolean
  imported: ImportedSkill[]
  /** Not imported, because the target exists. */
  skipped: { id: string; from: string; reason: string }[]
  /** Skills that cannot be read. */
  invalid: InvalidSkill[]
  diagnostics: Diagnostic[]
}

export interface ImportOptions {
  /** A folder of skills of the older layout, relative to `cwd`. */
  from: string
  /** The folder of skills to write to; created if missing. May be the same. */
  to: string
  /** The folder that relative paths start from. */
  cwd: string
  /** Severities of rules, from `readSeverities`. Default: those of the rules. */
  severities?: Severities
  /** Only report what would be created. */
  dryRun?: boolean
}

/**
 * Converts skills of the older layout (`meta.json`, with `skill.json` and `prompts/`) to folders with a SKILL.md. Keeps the old
 * folders and never overwrites anything. A new folder is created completely or not at all.
 * Throws SKILLS_DIR_MISSING or FILE_NOT_WRITTEN.
 */
export async function importSkills({ from, to, cwd, severities, dryRun = false }: ImportOptions): Promise<ImportReport> {
  const folder = await readSkills({ roots: [from], cwd, ...(severities === undefined ? {} : { severities }) })
  const report: ImportReport = {
    dryRun,
    imported: [],
    skipped: [],
    invalid: folder.invalid.filter(({ path: place }) => existsSync(path.resolve(cwd, place, META_JSON))),
    diagnostics: folder.diagnostics.filter(({ file = '' }) => isOlder(file)),
  }
  const taken = new Set<string>()
  for (const skill of folder.skills.filter(({ file }) => isOlder(file))) {
    const name = slug(skill.id)
    const place = path.resolve(cwd, to, name)
    const source = path.resolve(cwd, skill.path)
    const inPlace = place === source
    if (taken.has(name) || (!inPlace && existsSync(place))) {
      report.skipped.push({ id: skill.id, from: skill.path, reason: `${oneLine(relativePath(place, cwd))} already exists` })
      continue
    }
    taken.add(name)
    if (!dryRun) write(skill, { name, source, place, inPlace, cwd })
    report.imported.push({ id: skill.id, name, from: skill.path, file: relativePath(path.join(place, 'SKILL.md'), cwd) })
  }
  return report
}

function isOlder(file: string): boolean {
  return path.posix.basename(file) === META_JSON
}

/** Of a prompt that becomes the text of the skill. */
const MAX_BYTES = 4 * 1024 * 1024

interface Target {
  name: string
  source: string
  place: string
  inPlace: boolean
  cwd: string
}

function write(skill: Skill, { name, source, place, inPlace, cwd }: Target): void {
  const files = parseFileDigests(skill.fileDigests)
    .map((file) => file.path)
    .filter((file) => file !== META_JSON)
  let draft: string | undefined
  try {
    const { text, inlined } = olderSkillText(skill, name, files, (file) => readFileInside(source, file, MAX_BYTES).toString('utf8'))
    if (inPlace) {
      createFile(path.join(place, 'SKILL.md'), text, cwd)
      return
    }
    createFolder(path.dirname(place), cwd)
    draft = createWorkFolder(path.join(path.dirname(place), '.import-'))
    const made = path.join(draft, name)
    createFile(path.join(made, 'SKILL.md'), text, cwd)
    for (const file of files.filter((one) => !inlined.includes(one))) {
      createFolder(path.dirname(path.join(made, file)), cwd)
      copyFile(path.join(source, file), path.join(made, file))
    }
    moveFile(made, place)
  } catch (error) {
    throw fileNotWritten(`the skill ${oneLine(skill.id)}`, 'skills imported before this one are complete', error)
  } finally {
    if (draft !== undefined) deleteTree(draft)
  }
}
