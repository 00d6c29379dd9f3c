import type { BigIntStats } from 'node:fs'
import { lstatSync } from 'node:fs'
import path from 'node:path'
import { sha256 } from '../../core/digests.ts'

/**
 * What tells without reading whether a skill is as it was: size, times of change in ns, and inode of each of its files and
 * folders, as one digest. Their names are not in it, as whoever compares has looked them up by name. A folder's time
 * changes with every name that comes, goes or becomes another's.
 */
export interface Stamp {
  digest: string
  /** When the youngest of them was changed last, in ms since 1970, rounded up. */
  newestMs: number
}

/** The stamp of a folder, folders in it, and files, as they are now; undefined when one of them is something else or cannot be looked at. */
export function stampOf(folder: string, folders: readonly string[], files: readonly string[]): Stamp | undefined {
  const stamp = beginStamp(1 + folders.length + files.length)
  try {
    stamp.add(lstatSync(folder, BIGINT))
    for (const relative of folders) {
      const stats = lstatSync(folder + path.sep + relative, BIGINT)
      if (!stats.isDirectory()) return undefined
      stamp.add(stats)
    }
    for (const relative of files) {
      const stats = lstatSync(folder + path.sep + relative, BIGINT)
      if (!stats.isFile()) return undefined
      stamp.add(stats)
    }
  } catch {
    return undefined
  }
  return stamp.finish()
}

/** The stamp of a skill whose files were opened: `stats` are theirs. Undefined when a folder is gone by now. */
export function stampAsRead(folder: string, folders: readonly string[], stats: readonly BigIntStats[]): Stamp | undefined {
  const stamp = beginStamp(1 + folders.length + stats.length)
  try {
    stamp.add(lstatSync(folder, BIGINT))
    for (const relative of folders) stamp.add(lstatSync(folder + path.sep + relative, BIGINT))
  } catch {
    return undefined
  }
  for (const of of stats) stamp.add(of)
  return stamp.finish()
}

const BIGINT = { bigint: true } as const

interface StampBuilder {
  add(stats: BigIntStats): void
  finish(): Stamp
}

/** What is looked at of each: BigInts go into memory of their own, which is faster than to write them out. */
const NUMBERS = 4
let numbers = new BigUint64Array(NUMBERS * 256)

/** One at a time: the memory is shared. */
function beginStamp(count: number): StampBuilder {
  if (numbers.length < count * NUMBERS) numbers = new BigUint64Array(count * NUMBERS)
  let at = 0
  let newest = 0n
  return {
    add: ({ size, mtimeNs, ctimeNs, ino }) => {
      numbers[at++] = size
      numbers[at++] = mtimeNs
      // the time of the inode's change too: a copy with the old time of modification (cp -p, touch -r) cannot set it
      numbers[at++] = ctimeNs
      numbers[at++] = ino
      if (mtimeNs > newest) newest = mtimeNs
      if (ctimeNs > newest) newest = ctimeNs
    },
    finish: () => ({
      digest: sha256(new Uint8Array(numbers.buffer, 0, at * numbers.BYTES_PER_ELEMENT)),
      newestMs: Number(newest / 1_000_000n) + 1,
    }),
  }
}
