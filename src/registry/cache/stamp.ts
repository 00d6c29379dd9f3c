import { lstatSync, type BigIntStats } from 'node:fs'
import path from 'node:path'
import { sha256 } from '../../core/digests.ts'

/**
 * The state of the files of a skill without their contents: size, times of change in ns, and inode of each file and folder, as
 * one digest. Names are not part of it: the files are looked up by name. The time of a folder changes when an entry is
 * added, removed or renamed.
 */
export interface Stamp {
  digest: string
  /** The time of the latest change, in ms since 1970, rounded up. */
  newestMs: number
}

/** The stamp of a folder, of folders in it, and of files, as they are now; undefined if one of them is missing or of another kind. */
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

/** The stamp of a skill whose files were opened; `stats` is their state. Undefined if a folder was removed since. */
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

/** Numbers per file. They are collected in a typed array, which is faster than converting them to text. */
const NUMBERS = 4
let numbers = new BigUint64Array(NUMBERS * 256)

/** Only one stamp at a time: the array is shared. */
function beginStamp(count: number): StampBuilder {
  if (numbers.length < count * NUMBERS) numbers = new BigUint64Array(count * NUMBERS)
  let at = 0
  let newest = 0n
  return {
    add: ({ size, mtimeNs, ctimeNs, ino }) => {
      numbers[at++] = size
      numbers[at++] = mtimeNs
      // the change time of the inode too: `cp -p` and `touch -r` can restore the modification time, but not this one
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
