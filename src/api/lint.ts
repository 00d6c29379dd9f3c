import { lintSkills, type LintOptions, type LintReport } from '../registry/lint/lint.ts'

/**
 * Checks skill files against every rule, without a database; the library call of `skills lint`. Throws SKILLS_DIR_MISSING
 * when a path leads to no skill, FILE_NOT_WRITTEN when a fix cannot be written.
 *
 * @example
 * const { errors, diagnostics } = await lint({ paths: ['skills'], cwd: process.cwd() })
 * for (const { file, line, code, message } of diagnostics) console.log(`${file}:${line} ${code} ${message}`)
 * console.log(`${errors} errors`)
 */
export async function lint(options: LintOptions): Promise<LintReport> {
  return lintSkills(options)
}
