import { bytewise } from '../../core/bytewise.ts'

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
