import { existsSync, readFileSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { lockHolder } from '../db/folder-lock.ts'
import { hasLostVersion, restoreVersion } from '../db/lost-version.ts'
import { unfinished } from '../db/unfinished-folder.ts'
import { finding, fine, type Finding } from './report.ts'

/** The folder of an embedded database and its lock. Opens and creates nothing. */
export function examineEmbedded(directory: string): { findings: Finding[]; canOpen: boolean } {
  if (directory === 'memory')
    return { findings: [fine('embedded.folder', 'in memory: the data is lost when the command ends')], canOpen: false }
  if (!existsSync(directory)) {
    return {
      findings: [finding('note', 'embedded.folder', `${directory} does not exist yet`, 'run skills migrate, which creates it')],
      canOpen: false,
    }
  }
  const folder = examineFolder(directory)
  const lock = examineLock(directory)
  return { findings: [folder, lock], canOpen: folder.status === 'ok' && lock.status !== 'error' }
}

function examineFolder(directory: string): Finding {
  try {
    if (unfinished(directory) !== undefined)
      return finding(
        'note',
        'embedded.folder',
        `the creation of ${directory} was interrupted`,
        'run the next command: it creates the database again, or keeps its data',
      )
    const version = path.join(directory, 'PG_VERSION')
    if (existsSync(version))
      return fine('embedded.folder', `${directory} contains a database of PostgreSQL ${readFileSync(version, 'utf8').trim()}`)
    if (readdirSync(directory).length === 0)
      return finding('note', 'embedded.folder', `${directory} is empty`, 'run skills migrate, which creates a database in it')
    if (hasLostVersion(directory))
      return finding('error', 'embedded.folder', `${directory} is a database without its file PG_VERSION`, restoreVersion(directory))
    return finding(
      'error',
      'embedded.folder',
      `${directory} is not empty, and is not a database`,
      'choose another folder with --embedded DIR',
    )
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    return finding('error', 'embedded.folder', `${directory} cannot be read: ${reason}`, 'check the path and its permissions')
  }
}

function examineLock(directory: string): Finding {
  const lock = lockHolder(directory)
  if (lock === undefined) return fine('embedded.lock', 'no process has it open')
  const { holder, alive, file } = lock
  if (!alive)
    return finding(
      'note',
      'embedded.lock',
      `there is a lock of process ${holder?.pid ?? '?'}, which has ended`,
      'run the next command: it replaces the lock',
    )
  if (holder === undefined)
    return finding('error', 'embedded.lock', `${file} cannot be read`, `if no process has the database open, delete ${file}`)
  const elsewhere = holder.host !== os.hostname()
  return elsewhere
    ? finding(
        'error',
        'embedded.lock',
        `process ${holder.pid} on host ${holder.host} has it open`,
        `if that process has ended, delete ${file}`,
      )
    : finding('error', 'embedded.lock', `process ${holder.pid} has it open`, `wait until it ends; ps -p ${holder.pid} shows the process`)
}
