import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  promises,
  renameSync,
  rmSync,
  unlinkSync,
  type Stats,
} from 'node:fs'
import path from 'node:path'
import { hasOsCode, isOsError } from '../core/os-error.ts'
import { writeAll } from './descriptors.ts'

/**
 * The next content of a file, written next to it under a random name. A reader sees the old or the new content and nothing in
 * between, also after a crash or on a full disk. No link is followed: the draft is created exclusively, and takes the place
 * of what has the name of the file. Throws errors of the operating system with the path of the file.
 */
export interface Draft {
  write(content: string | Uint8Array): void
  /** Gives it the mode and, where that is allowed, the owner of another file. */
  adopt(status: Pick<Stats, 'mode' | 'uid' | 'gid'>): void
  /** Takes the place of the file. */
  replace(): void
  /** Becomes the file; fails with EEXIST if there is one. */
  create(): void
  /** Removes the draft; does nothing after `replace` and `create`. Never throws. */
  abandon(): void
}

/** Without `durable` the content is not flushed to disk: for files that can be made again. */
export function openDraft(file: string, { mode = 0o666, durable = true }: { mode?: number; durable?: boolean } = {}): Draft {
  const draft = draftOf(file)
  const withPath = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw about(file, error)
    }
  }
  let descriptor: number | undefined = withPath(() => openSync(draft, FLAGS, mode))
  const close = (): void => {
    const held = descriptor
    descriptor = undefined
    if (held !== undefined) closeSync(held)
  }
  const finish = (put: () => void): void =>
    withPath(() => {
      if (durable && descriptor !== undefined) fsyncSync(descriptor)
      close()
      put()
      if (durable) flushFolder(path.dirname(file))
    })
  return {
    write: (content) => withPath(() => writeAll(descriptor ?? -1, content)),
    adopt: ({ mode: other, uid, gid }) => withPath(() => adopt(descriptor ?? -1, { mode: other, uid, gid })),
    replace: () => finish(() => renameSync(draft, file)),
    create: () => finish(() => putNew(draft, file)),
    abandon: () => {
      try {
        close()
        rmSync(draft, { force: true })
      } catch {
        // it stays behind under its own name
      }
    },
  }
}

/** Writes a new file from its pieces, whole or not at all, without blocking. Throws as `Draft`. */
export async function createFileAsync(file: string, pieces: Iterable<string>, mode = 0o666): Promise<void> {
  const draft = draftOf(file)
  try {
    const handle = await promises.open(draft, FLAGS, mode)
    try {
      for (const piece of pieces) await handle.writeFile(piece)
      await handle.sync()
    } finally {
      await handle.close()
    }
    putNew(draft, file)
    flushFolder(path.dirname(file))
  } catch (error) {
    rmSync(draft, { force: true })
    throw about(file, error)
  }
}

/** Whether a name is that of a draft, which a killed process leaves behind. */
export function isDraft(name: string): boolean {
  return DRAFT.test(name)
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants
const FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW

const DRAFT = /^\.skills-[0-9a-f]{16}\.tmp$/

/** Not made of the name of the file, which can be as long as the file system allows. */
function draftOf(file: string): string {
  return path.join(path.dirname(file), `.skills-${randomBytes(8).toString('hex')}.tmp`)
}

function putNew(draft: string, file: string): void {
  try {
    linkSync(draft, file)
    // not `rm`, which loads more code first: a process that is killed in between leaves the draft behind
    unlinkSync(draft)
  } catch (error) {
    if (!hasOsCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error
    // a file system without hard links: hold the name, then replace it
    closeSync(openSync(file, FLAGS, 0o600))
    renameSync(draft, file)
  }
}

/** Only root can change the owner; for others the file is theirs already. */
function adopt(descriptor: number, { mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>): void {
  try {
    fchownSync(descriptor, uid, gid)
  } catch (error) {
    if (!isOsError(error)) throw error
  }
  fchmodSync(descriptor, mode & 0o7777)
}

/** So that the new name survives a crash too. Some platforms cannot. */
function flushFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // the file itself is on disk
  }
}

/** The error names the file, and not its draft. */
function about(file: string, error: unknown): unknown {
  if (!isOsError(error)) return error
  // of `link`: the draft and the file
  delete error.dest
  return Object.assign(error, { path: file })
}
