import path from 'node:path'
import { printable } from '../../core/text.ts'

/** A path for people: relative to the working directory, with `/`, safe to print. */
export function display(absolute: string, cwd: string): string {
  return oneLine(relativePath(absolute, cwd))
}

/** Text from files (names, keys, paths) made safe to print and kept on one line. */
export function oneLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')
}

/** A file in a folder, the folder as it is shown already. */
export function under(folder: string, name: string): string {
  const shown = oneLine(name)
  if (name === '') return folder
  return folder === '.' ? shown : `${folder}/${shown}`
}

/** The path relative to the working directory with `/` on every platform; `.` for the working directory itself. */
export function relativePath(absolute: string, cwd: string): string {
  const relative = path.relative(cwd, absolute)
  if (relative === '') return '.'
  return path.sep === '/' ? relative : relative.split(path.sep).join('/')
}
