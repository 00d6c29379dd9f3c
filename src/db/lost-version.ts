import { existsSync } from 'node:fs'
import path from 'node:path'
import { shellWord } from '../core/shell-word.ts'

/** The database template1, which every data directory has. */
const COPY = path.join('base', '1', 'PG_VERSION')

/** Whether the folder is a data directory of PostgreSQL that has lost only the file that names its version. */
export function hasLostVersion(directory: string): boolean {
  return (
    !existsSync(path.join(directory, 'PG_VERSION')) && existsSync(path.join(directory, COPY)) && existsSync(path.join(directory, 'global'))
  )
}

/** The remedy: each database in the directory has a copy of the file. */
export function restoreVersion(directory: string): string {
  return `cp ${shellWord(path.join(directory, COPY))} ${shellWord(path.join(directory, 'PG_VERSION'))}`
}
