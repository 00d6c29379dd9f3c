import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, statSync, type Stats } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SkillsError } from '../core/errors.ts'
import { osReason } from '../core/os-error.ts'
import type { Environment } from './pg-environment.ts'

/** A larger file is not a configuration. */
const LARGEST = 256 * 1024

/**
 * The folders in which the files of a project are looked for: `cwd` and those above it, up to the root of the repository or the
 * home folder, whichever comes first. Outside of both only `cwd`: a folder above, such as `/tmp`, can belong to anybody.
 */
export function projectFolders(cwd: string, env: Environment): string[] {
  const home = identityOf(homeFolder(env))
  const folders: string[] = []
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    folders.push(folder)
    if (isThere(path.join(folder, '.git')) || (home !== undefined && identityOf(folder) === home)) return folders
    if (folder === path.dirname(folder)) return folders.slice(0, 1)
  }
}

/** The first of the folders that has a file of this name. A link counts, also when its target does not exist. */
export function findFile(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => path.join(folder, name)).find(isThere)
}

/**
 * The text of a file that was found, and not named. Throws CONFIG_INVALID unless it is a regular file that only this user or
 * root could have written; a link must belong to one of them too. `options` are the option that names such a file, and the one
 * that leaves it out.
 */
export function readFoundFile(file: string, options: readonly [name: string, without: string]): string {
  const hint = `check the file; then pass ${options[0]} ${file} if you trust it, or ${options[1]} to run without it`
  const refuse = (reason: string, cause?: unknown): SkillsError =>
    new SkillsError('CONFIG_INVALID', `${file} is not read: ${reason}`, { hint, ...(cause === undefined ? {} : { cause }) })
  let handle: number
  let status: Stats
  try {
    const link = lstatSync(file)
    const owner = foreignOwner(link)
    if (owner !== undefined) throw refuse(`${link.isSymbolicLink() ? 'the link' : 'it'} belongs to ${owner}`)
    // opening a pipe would wait for its writer
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw error instanceof SkillsError ? error : refuse(osReason(error), error)
  }
  try {
    // of the open file: its name can lead to another file by now
    status = fstatSync(handle)
    const owner = foreignOwner(status)
    if (!status.isFile()) throw refuse(status.isDirectory() ? 'it is a folder' : 'it is not a regular file')
    if (owner !== undefined) throw refuse(`it belongs to ${owner}`)
    if (process.platform !== 'win32' && (status.mode & 0o002) !== 0) throw refuse('every user can write to it (chmod o-w)')
    if (status.size > LARGEST) throw refuse(`it is larger than ${LARGEST / 1024} KiB`)
    return readFileSync(handle, 'utf8')
  } catch (error) {
    throw error instanceof SkillsError ? error : refuse(osReason(error), error)
  } finally {
    closeSync(handle)
  }
}

/** The home folder of the user; undefined when there is none. */
export function homeFolder(env: Environment): string | undefined {
  const home = env['HOME']
  if (home !== undefined) return home === '' ? undefined : home
  try {
    return os.homedir()
  } catch {
    // a user without an entry in the list of users
    return undefined
  }
}

/** Describes the owner when it is neither this user nor root. */
function foreignOwner({ uid }: Stats): string | undefined {
  const self = process.geteuid?.()
  return self === undefined || uid === self || uid === 0 ? undefined : `another user (uid ${uid}; this process has uid ${self})`
}

function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined
  } catch {
    // a folder that this user cannot look into
    return false
  }
}

/** Two paths of one folder have the same identity. */
function identityOf(folder: string | undefined): string | undefined {
  try {
    const status = folder === undefined ? undefined : statSync(folder)
    return status === undefined ? undefined : `${status.dev}:${status.ino}`
  } catch {
    return undefined
  }
}
