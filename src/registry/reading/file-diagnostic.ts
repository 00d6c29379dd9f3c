import type { Diagnostic } from '../../core/diagnostics.ts'
import { FileFault, hasOsCode, isOsError, osReason } from '../../core/os-error.ts'
import { ruleDiagnostic } from '../rules/rules.ts'

/** An error of the file system as a diagnostic of a file or folder of a skill. Rethrows other errors. */
export function fileDiagnostic(error: unknown, file: string): Diagnostic {
  if (error instanceof FileFault) return ruleDiagnostic('SKILL_FILE_KIND', 'not a regular file', file)
  if (!isOsError(error)) throw error
  if (hasOsCode(error, 'ELOOP')) return ruleDiagnostic('SKILL_SYMLINK', 'symbolic link: links are never followed', file)
  const reason = hasOsCode(error, 'ENOENT') ? 'it was removed while it was read' : osReason(error)
  return ruleDiagnostic('SKILL_TABLE_LOCKED', reason, file)
}
