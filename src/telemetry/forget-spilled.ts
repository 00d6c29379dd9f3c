import { readdirSync } from 'node:fs'
import path from 'node:path'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { hasOsCode } from '../core/os-error.ts'
import type { Count } from '../core/report-types.ts'
import { isDraft } from '../files/draft.ts'
import { checkOwnFolder } from '../files/own-folder.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { deleteFile, replaceContent } from '../files/write-file.ts'
import { LARGEST_SPILL_FILE, spilledEvent } from './spill.ts'
import { isOwnerLine } from './spill-owner.ts'

/** What a spill folder has of a user. */
export interface SpilledUser {
  folder: string
  /** Files with lines of the user. */
  files: Count
  /** Events of the user, and lines that name the user and are not events. */
  lines: Count
}

const ATTEMPTS = 5

/**
 * Deletes a user from the files of a spill folder: events that wait, the bad lines in `.bad` files, and the drafts that killed
 * processes left. An event of another user that names this one is kept, as in the database. Processes can use the folder
 * meanwhile. Throws errors of the operating system, and FileFault for a folder that is a link or belongs to another user.
 */
export function forgetSpilled(folder: string, userId: string, { dryRun }: { dryRun: boolean }): SpilledUser {
  checkOwnFolder(folder)
  const found: SpilledUser = { folder, files: 0, lines: 0 }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !(isDraft(entry.name) || NAME.test(entry.name))) continue
    const lines = forgetIn(path.join(folder, entry.name), userId, dryRun)
    found.lines += lines
    if (lines > 0) found.files++
  }
  return found
}

const NAME = /\.ndjson(?:\.bad)?$/

/** Returns the number of lines of the user. A file that another process has deleted has none. */
function forgetIn(file: string, userId: string, dryRun: boolean): number {
  for (let attempt = 0; ; attempt++) {
    try {
      const before = readRegularFile(file, LARGEST_SPILL_FILE)
      const lines = before
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
      const kept = lines.filter((line) => !isOf(line, userId))
      const count = lines.length - kept.length
      if (count === 0 || dryRun) return count
      if (kept.every(isOwner)) {
        deleteFile(file)
        return count
      }
      if (replaceContent(file, before, Buffer.from(`${kept.join('\n')}\n`), path.dirname(file))) return count
      if (attempt === ATTEMPTS) throw new Error(`${file} changes all the time`)
    } catch (error) {
      if (hasOsCode(error, 'ENOENT')) return 0
      throw error
    }
  }
}

function isOf(line: string, userId: string): boolean {
  const value = parsed(line)
  const event = value === undefined ? undefined : spilledEvent(value)
  // what is not an event is kept only if it does not name the user
  return event === undefined ? line.toLowerCase().includes(userId) : event.userId.toLowerCase() === userId
}

function isOwner(line: string): boolean {
  const value = parsed(line)
  return value !== undefined && isOwnerLine(value)
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
