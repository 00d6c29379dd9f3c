import type { Diagnostic } from '../../core/diagnostics.ts'
import { NotRegularError } from './open-regular.ts'
import { finding } from '../skill/finding.ts'

/** An error of the file system as a finding about a file or folder of a skill. Rethrows what is no such error. */
export function fileFinding(error: unknown, file: string): Diagnostic {
  if (error instanceof NotRegularError) return finding('SKILL_FILE_KIND', 'not a regular file', file)
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') throw error
  if (code === 'ELOOP') return finding('SKILL_SYMLINK', 'a symbolic link: links are never followed', file)
  return finding('SKILL_UNREADABLE', REASONS[code] ?? `cannot be read (${code})`, file)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it vanished while it was read',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'it is a folder',
  EIO: 'the disk cannot read it',
  EMFILE: 'too many open files',
}
