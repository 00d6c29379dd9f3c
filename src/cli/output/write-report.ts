import { SkillsError } from '../../core/errors.ts'
import { isOsError, osHint, osReason } from '../../core/os-error.ts'
import { writeNamedFile } from '../../files/write-file.ts'

/**
 * Writes a report completely or not at all: no reader sees a part of it, and after a failure the file is unchanged. Creates
 * folders. Follows a link that stays inside `project`, or was named outside of it. Throws REPORT_NOT_WRITTEN.
 */
export function writeReport(file: string, text: string, project: string): void {
  try {
    writeNamedFile(file, text, project)
  } catch (error) {
    if (!isOsError(error)) throw error
    throw new SkillsError('REPORT_NOT_WRITTEN', `the report ${file} cannot be written: ${osReason(error)}`, {
      cause: error,
      hint: osHint(error),
    })
  }
}
