import { importSkills as importAll, type ImportOptions, type ImportReport } from '../registry/authoring/import-skills.ts'
import { newSkill as write, type NewSkill, type NewSkillOptions } from '../registry/authoring/new-skill.ts'

/**
 * Creates the folder of a new skill with a `SKILL.md` that breaks no rule; the library call of `skills new`. Throws USAGE
 * for an invalid name, FILE_EXISTS when the folder exists.
 *
 * @example
 * const { file } = newSkill({ id: 'breathing-space', folder: 'skills', cwd: process.cwd() })
 * console.log(file) // skills/breathing-space/SKILL.md
 */
export function newSkill(options: NewSkillOptions): NewSkill {
  return write(options)
}

/**
 * Creates `SKILL.md` folders from skills with a `meta.json`; the library call of `skills import`. The older folders do not
 * change.
 *
 * @example
 * const { imported, skipped } = await importSkills({ from: 'old-skills', to: 'skills', cwd: process.cwd(), dryRun: true })
 * console.log(imported.map(({ from, file }) => `${from} -> ${file}`), skipped)
 */
export async function importSkills(options: ImportOptions): Promise<ImportReport> {
  return importAll(options)
}
