import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { bytewise } from '../core/bytewise.ts'
import { SkillsError } from '../core/errors.ts'
import type { Check } from './check.ts'
import { parseChecks } from './parse-checks.ts'

/** A folder of check files. */
export interface CheckSource {
  directory: string
  /** As shown to people. */
  label: string
  /** The checks of the package. */
  own?: boolean
}

/** Reads the checks of every `.sql` file of the folders, in order of file name. Throws CHECK_FILE_INVALID. */
export async function readChecks(sources: readonly CheckSource[]): Promise<Check[]> {
  const checks = (await Promise.all(sources.map(readFolder))).flat()
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

async function readFolder({ directory, label, own }: CheckSource): Promise<Check[]> {
  let names: string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new SkillsError('CHECK_FILE_INVALID', `cannot read the check folder ${label}: ${reason}`, {
      hint: 'check the path given with --checks or in the configuration file',
      cause: error,
    })
  }
  const files = names.filter((name) => name.endsWith('.sql')).toSorted(bytewise)
  const read = async (name: string): Promise<Check[]> =>
    parseChecks(await readFile(path.join(directory, name), 'utf8'), path.join(label, name), own)
  return (await Promise.all(files.map(read))).flat()
}
