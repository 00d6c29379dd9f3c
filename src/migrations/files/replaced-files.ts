import type { OrderDirectives } from './directive-words.ts'

/** A file or ledger row with the versions that it counts as. */
export type Replacing = Pick<OrderDirectives, 'replaces'> & { version: string }

/** Whether `file` counts as `other`: it names it, or all that the other one replaces and more. */
export function replaces(file: Replacing, other: Replacing): boolean {
  if (file === other || file.replaces.length === 0) return false
  if (file.replaces.includes(other.version)) return true
  const isPart = other.replaces.length > 0 && other.replaces.length < file.replaces.length
  return isPart && other.replaces.every((version) => file.replaces.includes(version))
}

/** The files without those that another one of them replaces: what creates the schema in an empty database. */
export function withoutReplaced<F extends Replacing>(files: readonly F[]): F[] {
  const replaced = new Set(replacedFiles(files))
  return files.filter((file) => !replaced.has(file))
}

/** The files that another one of them replaces. Of files that replace each other in a circle, none is: one of them would have to run. */
export function replacedFiles<F extends Replacing>(files: readonly F[]): F[] {
  const replacing = files.filter((file) => file.replaces.length > 0)
  const found = new Set<F>()
  const next = replacing.filter((file) => !replacing.some((other) => replaces(other, file)))
  for (const one of next) {
    for (const file of files) {
      if (found.has(file) || !replaces(one, file)) continue
      found.add(file)
      next.push(file)
    }
  }
  return [...found]
}

/** The files that create the schema up to and including `last`. */
export function filesUntil<F extends Replacing>(files: readonly F[], last: Replacing): F[] {
  const until = files.findIndex(({ version }) => version === last.version)
  return withoutReplaced(files.slice(0, until + 1).filter((file) => !replaces(file, last)))
}
