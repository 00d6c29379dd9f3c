import path from 'node:path'
import { printable } from '../../core/text.ts'
import { bytewise } from '../../core/bytewise.ts'

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

/** Compares two paths with `/` in the order of a walk: a folder before what is in it, and that before its next sibling. */
export function inWalkOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue
    // the shorter name is the folder that ends here: `a/b` comes before `a-b`, although `-` is before `/`
    if (a[i] === '/') return -1
    if (b[i] === '/') return 1
    return bytewise(a.slice(i), b.slice(i))
  }
  return a.length - b.length
}
