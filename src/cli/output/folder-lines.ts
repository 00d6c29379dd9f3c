import type { FolderNote } from '../../core/report-types.ts'
import { printable } from '../../core/text.ts'
import type { Style } from '../../render/style.ts'

/** A line for each folder of migrations of which something is not read. */
export function folderLines(notes: readonly FolderNote[], style: Style): string[] {
  return notes.map(({ folder, message }) => `  ${style.yellow('note')} ${printable(folder)}: ${message}`)
}
