import {
  chmodSync,
  closeSync,
  constants,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { SkillsError } from '../../core/errors.ts'

/**
 * Replaces the content of a file atomically: a reader sees the old or the new content, also after a crash. Keeps its mode and,
 * where that is allowed, its owner. Returns false, without a change, if the content is no longer `before`.
 * Throws SkillsError FILE_NOT_WRITTEN.
 */
export function replaceFile(file: string, before: Uint8Array, after: Uint8Array): boolean {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`)
  try {
    const { mode, uid, gid } = statSync(file)
    const descriptor = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    try {
      for (let at = 0; at < after.length;) at += writeSync(descriptor, after, at)
      keepOwner(descriptor, uid, gid)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    chmodSync(draft, mode & 0o7777)
    // an editor may have saved the file in the meantime
    if (!readFileSync(file).equals(before)) {
      rmSync(draft)
      return false
    }
    renameSync(draft, file)
    return true
  } catch (error) {
    rmSync(draft, { force: true })
    throw new SkillsError('FILE_NOT_WRITTEN', `${file} cannot be written: ${(error as Error).message}`, {
      hint: 'check the permissions of its folder and the free disk space; the file was not changed',
      cause: error,
    })
  }
}

/** Only root can change the owner; for other users the file is theirs already. */
function keepOwner(descriptor: number, uid: number, gid: number): void {
  try {
    fchownSync(descriptor, uid, gid)
  } catch {
    // not root
  }
}
