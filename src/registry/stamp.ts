import type { BigIntStats } from 'node:fs'
import { lstatSync } from 'node:fs'
import path from 'node:path'
import { sha256 } from '../core/digests.ts'

/**
 * What tells without reading whether a skill is as it was: path, size, times of change in ns, and inode of each of its
 * files and folders, as one digest. A folder's time changes with every name that comes, goes or becomes another's.
 */
export interface Stamp {
  digest: string
  /** When the youngest of them was changed last, in ms since 1970, rounded up. */
  newestMs: number
}

interface StampBuilder {
  add(relative: string, stats: BigIntStats): void
  finish(): Stamp
}

/** Collects the files of one folder, in the order of their names. */
export function createStamp(): StampBuilder {
  let text = ''
  let newest = 0n
  return {
    add: (relative, { size, mtimeNs, ctimeNs, ino }) => {
      // the time of the inode's change too: a copy with the old time of modification (cp -p, touch -r) cannot set it
      text += `${relative}\u0000${size} ${mtimeNs} ${ctimeNs} ${ino}\n`
      if (mtimeNs > newest) newest = mtimeNs
      if (ctimeNs > newest) newest = ctimeNs
    },
    finish: () => ({ digest: sha256(text), newestMs: Number(newest / 1_000_000n) + 1 }),
  }
}

/** The stamp of a folder, folders in it, and files, as they are now; undefined when one of them is something else or cannot be looked at. */
export function stampOf(folder: string, folders: readonly string[], files: readonly string[]): Stamp | undefined {
  const stamp = createStamp()
  try {
    stamp.add('', lstatSync(folder, BIGINT))
    for (const relative of folders) {
      const stats = lstatSync(folder + path.sep + relative, BIGINT)
      if (!stats.isDirectory()) return undefined
      stamp.add(relative, stats)
    }
    for (const relative of files) {
      const stats = lstatSync(folder + path.sep + relative, BIGINT)
      if (!stats.isFile()) return undefined
      stamp.add(relative, stats)
    }
  } catch {
    return undefined
  }
  return stamp.finish()
}

/** The stamp of a skill whose files were opened: `stats` are theirs. Undefined when a folder is gone by now. */
export function stampAsRead(
  folder: string,
  folders: readonly string[],
  files: readonly string[],
  stats: readonly BigIntStats[],
): Stamp | undefined {
  const stamp = createStamp()
  try {
    stamp.add('', lstatSync(folder, BIGINT))
    for (const relative of folders) stamp.add(relative, lstatSync(folder + path.sep + relative, BIGINT))
  } catch {
    return undefined
  }
  for (const [i, relative] of files.entries()) {
    const of = stats[i]
    if (of !== undefined) stamp.add(relative, of)
  }
  return stamp.finish()
}

const BIGINT = { bigint: true } as const
