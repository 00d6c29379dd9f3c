import { readdirSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../core/bytewise.ts'
import { SkillsError } from '../core/errors.ts'
import { isOsError, osHint, osReason } from '../core/os-error.ts'
import { readFileInside } from '../files/regular-file.ts'
import type { Check } from './check.ts'
import { parseChecks } from './parse-checks.ts'

/** A folder of check files. */
export interface CheckSource {
  directory: string
  /** As shown to people. */
  label: string
  /** Of the package. */
  own: boolean
}

/** Reads the checks of every `.sql` file of the folders, in order of file name. Throws CHECK_FILE_INVALID. */
export function readChecks(sources: readonly CheckSource[]): Check[] {
  const checks = sources.flatMap(readFolder)
  const seen = new Map<string, Check>()
  for (const check of checks) {
    const other = seen.get(check.id)
    if (other !== undefined) {
      throw new SkillsError(
        'CHECK_FILE_INVALID',
        `${check.file}:${check.line}: check ${check.id} is already defined at ${other.file}:${other.line}`,
        {
          hint: 'choose another ID',
          diagnostics: [
            {
              severity: 'error',
              code: 'CHECK_FILE_INVALID',
              message: `check ${check.id} is already defined`,
              file: check.file,
              line: check.line,
            },
          ],
        },
      )
    }
    seen.set(check.id, check)
  }
  return checks
}

function readFolder({ directory, label, own }: CheckSource): Check[] {
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch (error) {
    throw new SkillsError('CHECK_FILE_INVALID', `cannot read the check folder ${label}: ${osReason(error)}`, {
      hint: 'check the path given with --checks or in the configuration file',
      cause: error,
    })
  }
  const files = names.filter((name) => name.endsWith('.sql')).toSorted(bytewise)
  return files.flatMap((name) => parseChecks(readText(directory, name, path.join(label, name)), path.join(label, name), own))
}

const MAX_BYTES = 4 * 1024 * 1024

function readText(directory: string, name: string, file: string): string {
  try {
    return readFileInside(directory, name, MAX_BYTES).toString('utf8')
  } catch (error) {
    if (!isOsError(error)) throw error
    throw new SkillsError('CHECK_FILE_INVALID', `cannot read ${file}: ${osReason(error)}`, { hint: osHint(error), cause: error })
  }
}
