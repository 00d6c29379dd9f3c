import path from 'node:path'
import { printable } from '../../core/text.ts'
import { bytewise } from '../../core/bytewise.ts'

/** A path for output: relative to the working directory, with `/`, safe to print. */
export function display(absolute: string, cwd: string): string {
  return oneLine(relativePath(absolute, cwd))
}

/** Text from files (names, keys, paths) on one line and safe to print. */
export function oneLine(text: string): string {
  return printable(text)
}

/** The path of a file for output. `folder` is already made by `display`. */
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

/** Compares two paths with `/` in the order of a walk: a folder, its contents, then its next sibling. */
export function inWalkOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue
    // a path ends its folder name here: `a/b` comes before `a-b`, although `-` is before `/`
    if (a[i] === '/') return -1
    if (b[i] === '/') return 1
    return bytewise(a.slice(i), b.slice(i))
  }
  return a.length - b.length
}
