import { mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../../core/errors.ts'

/**
 * Writes a report completely or not at all: no reader sees a part of it, and after a failure the file is unchanged. Creates
 * folders. Writes directly to a file that is not regular (a pipe, /dev/fd/3). Throws REPORT_NOT_WRITTEN.
 */
export function writeReport(file: string, text: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    const status = statSync(file, { throwIfNoEntry: false })
    if (status === undefined) replace(file, text)
    else if (status.isFile()) replace(realpathSync(file), text, status.mode)
    else writeFileSync(file, text)
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message
    throw new SkillsError('REPORT_NOT_WRITTEN', `the report ${file} cannot be written: ${reason}`, {
      cause: error,
      hint: 'name another file, or check the folder, its permissions and the free space',
    })
  }
}

function replace(file: string, text: string, mode?: number): void {
  const draft = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(draft, text, { flush: true, ...(mode === undefined ? {} : { mode }) })
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a part of the path is not a folder',
}
