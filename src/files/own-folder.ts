import { lstatSync, mkdirSync, readdirSync, statSync, type Stats } from 'node:fs'
import path from 'node:path'
import { FileFault, hasOsCode } from '../core/os-error.ts'
import { isDraft } from './draft.ts'
import { refuseToLeave } from './inside.ts'
import { createHere, deleteFile } from './write-file.ts'

/** The folder of a project for the files of this tool. */
const OWN = '.skills'

/**
 * Creates a folder for files of this tool, such as `.skills/cache`, or checks the existing one, see `checkOwnFolder`. A new
 * `.skills` gets a `.gitignore` for everything in it. Throws errors of the operating system.
 */
export function makeOwnFolder(folder: string, mode = 0o777): void {
  checkOwnFolder(folder)
  for (const one of ownPart(folder)) {
    mkdirSync(path.dirname(one), { recursive: true })
    try {
      mkdirSync(one, { mode })
    } catch (error) {
      if (!hasOsCode(error, 'EEXIST')) throw error
      // it existed, or another process has made it
      checkFolder(one)
      continue
    }
    if (path.basename(one) === OWN) keepOutOfGit(one)
  }
}

/**
 * Refuses a folder for files of this tool that is a symbolic link, that belongs to another user, or from which links lead out
 * of the working directory: somebody else would choose where this process writes. The same holds for a `.skills` above it. A
 * folder that does not exist is fine. Throws FileFault.
 */
export function checkOwnFolder(folder: string): void {
  for (const one of ownPart(folder)) checkFolder(one)
  refuseToLeave(path.resolve(folder), process.cwd())
}

/** Refuses what is not a regular file of this user, where this tool is about to write a file of its own. */
export function checkOwnFile(file: string): void {
  const status = lstatSync(file, { throwIfNoEntry: false })
  if (status === undefined) return
  if (!status.isFile()) throw notOurs(file, status.isSymbolicLink() ? 'it is a symbolic link' : 'it is not a regular file')
  refuseForeign(file, status)
}

/** Refuses a folder in which a program would follow links, at any depth. */
export function refuseLinksIn(folder: string): void {
  const link = readdirSync(folder, { recursive: true, withFileTypes: true }).find((entry) => entry.isSymbolicLink())
  if (link !== undefined) throw notOurs(path.join(link.parentPath ?? link.path, link.name), 'it is a symbolic link')
}

/** Removes the drafts of killed processes from a folder. A new one may belong to a running process. */
export function removeOldDrafts(folder: string, before: number): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name)
    if (isDraft(name) && (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < before) deleteFile(file)
  }
}

/** The folder, and before it the `.skills` that contains it. */
function ownPart(folder: string): string[] {
  const parent = path.dirname(path.resolve(folder))
  return [...(path.basename(parent) === OWN ? [parent] : []), path.resolve(folder)]
}

function checkFolder(folder: string): void {
  const status = lstatSync(folder, { throwIfNoEntry: false })
  if (status === undefined) return
  if (!status.isDirectory()) throw notOurs(folder, status.isSymbolicLink() ? 'it is a symbolic link' : 'it is not a folder')
  refuseForeign(folder, status)
}

/** Root may do everything anyway, and makes the folders of volumes. As in git, root may use those of the user who ran sudo. */
function refuseForeign(file: string, { uid }: Stats): void {
  const self = process.geteuid?.()
  const isOurs = self === undefined || uid === self || uid === 0 || (self === 0 && String(uid) === process.env['SUDO_UID'])
  if (!isOurs) throw notOurs(file, `it belongs to another user (uid ${uid}; this process has uid ${self})`)
}

function notOurs(file: string, reason: string): FileFault {
  return new FileFault('NOT_OURS', file, reason, 'write')
}

function keepOutOfGit(folder: string): void {
  try {
    createHere(path.join(folder, '.gitignore'), '*\n')
  } catch (error) {
    if (!hasOsCode(error, 'EEXIST')) throw error
  }
}
