import { readdirSync } from 'node:fs'
import path from 'node:path'
import { bytewise } from '../../core/bytewise.ts'
import { SkillsError } from '../../core/errors.ts'
import { hasOsCode } from '../../core/os-error.ts'
import { readFileInside } from '../../files/regular-file.ts'
import type { TheirFolder } from '../layouts/import-rules.ts'

/** A larger file is no migration. */
const MAX_BYTES = 64 * 1024 * 1024

/** Reads a folder of another tool; each file once. */
export function openTheirFolder(directory: string): TheirFolder {
  const texts = new Map<string, string | undefined>()
  return {
    list: (folder = '') => orElse(() => readdirSync(path.join(directory, folder)).toSorted(bytewise), []),
    text: (file) => {
      if (!texts.has(file))
        texts.set(
          file,
          orElse(() => readText(directory, file), undefined),
        )
      return texts.get(file)
    },
    at: (folder) => openTheirFolder(path.join(directory, folder)),
  }
}

/** A file or folder that does not exist is not an error. */
function orElse<T>(read: () => T, fallback: T): T {
  try {
    return read()
  } catch (error) {
    if (hasOsCode(error, 'ENOENT', 'ENOTDIR')) return fallback
    throw error
  }
}

function readText(directory: string, file: string): string {
  const bytes = readFileInside(directory, file, MAX_BYTES)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SkillsError('MIGRATION_FILE_INVALID', `${path.join(directory, file)} is not UTF-8`, { hint: 'save the file as UTF-8' })
  }
}
