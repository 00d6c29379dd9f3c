import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { FileFault, hasOsCode } from '../core/os-error.ts'
import { writeAll } from './descriptors.ts'
import { openDraft } from './draft.ts'
import { refuseToLeave } from './inside.ts'

/**
 * Creates a file with its folder, whole or not at all. Throws errors of the operating system: EEXIST when there is one, and a
 * FileFault when links lead out of `project`.
 */
export function createFile(file: string, content: string | Uint8Array, project: string): void {
  createFolder(path.dirname(file), project)
  createHere(file, content)
}

/** Creates a file in a folder that was checked; from its pieces, if it has several. */
export function createHere(file: string, content: string | Uint8Array | Iterable<string>, mode?: number): void {
  const draft = openDraft(file, mode === undefined ? {} : { mode })
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) draft.write(content)
    else for (const piece of content) draft.write(piece)
    draft.create()
  } finally {
    draft.abandon()
  }
}

/**
 * Replaces the content of a file; a reader sees the old or the new one. Keeps its mode and, where that is allowed, its owner.
 * Returns false, without a change, if the content is no longer `before`: an editor may have saved the file meanwhile.
 */
export function replaceContent(file: string, before: Uint8Array, after: Uint8Array, project: string): boolean {
  refuseToLeave(file, project)
  const draft = openDraft(file)
  try {
    draft.write(after)
    draft.adopt(statSync(file))
    if (lstatSync(file).isSymbolicLink() || !readFileSync(file).equals(before)) return false
    draft.replace()
    return true
  } finally {
    draft.abandon()
  }
}

/**
 * Writes a file that the user named, whole or not at all, with its folder. A link is followed, unless it leads out of
 * `project`. What is not a regular file (a pipe, /dev/fd/3) is written directly.
 */
export function writeNamedFile(file: string, content: string, project: string): void {
  createFolder(path.dirname(file), project)
  refuseToLeave(file, project)
  const status = statSync(file, { throwIfNoEntry: false })
  if (status !== undefined && !status.isFile()) return writeToDevice(file, content)
  const target = status === undefined ? file : realpathSync(file)
  const draft = openDraft(target)
  try {
    draft.write(content)
    if (status !== undefined) draft.adopt(status)
    draft.replace()
  } finally {
    draft.abandon()
  }
}

/** Creates a folder and those above it. Throws a FileFault when links lead out of `project`. */
export function createFolder(folder: string, project: string): void {
  refuseToLeave(folder, project)
  mkdirSync(folder, { recursive: true })
}

/** Creates a folder; fails with EEXIST if there is one. */
export function createNewFolder(folder: string): void {
  mkdirSync(folder)
}

/** Creates a folder with a random name that begins with `prefix`, an absolute path. */
export function createWorkFolder(prefix: string): string {
  return mkdtempSync(prefix)
}

/** Copies a file to a name that does not exist. */
export function copyFile(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_EXCL)
}

export function moveFile(from: string, to: string): void {
  renameSync(from, to)
}

/** A file that does not exist is not an error. */
export function deleteFile(file: string): void {
  rmSync(file, { force: true })
}

/** Deletes a folder that this process has made, or a part of an embedded database. Links in it are deleted, and not followed. */
export function deleteTree(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

function writeToDevice(file: string, content: string): void {
  const descriptor = openDevice(file)
  try {
    if (fstatSync(descriptor).isFile()) throw new FileFault('NOT_REGULAR', file, 'it was replaced while it was written', 'write')
    writeAll(descriptor, content)
  } catch (error) {
    if (hasOsCode(error, 'EPIPE')) return
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** A pipe without a reader is an error (ENXIO): opening it would wait without an end. */
function openDevice(file: string): number {
  const probe = openSync(file, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0))
  try {
    // with a reader this does not wait; writing to the probe would fail as soon as the pipe is full
    return openSync(file, constants.O_WRONLY)
  } finally {
    closeSync(probe)
  }
}
