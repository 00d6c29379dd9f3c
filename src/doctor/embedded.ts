import { existsSync, readFileSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { lockHolder } from '../db/folder-lock.ts'
import { unfinished } from '../db/unfinished-folder.ts'
import type { Finding } from './finding.ts'
import { finding, fine } from './finding.ts'

/** The folder of an embedded database and its lock, from outside: nothing is opened, made or taken. */
export function examineEmbedded(directory: string): { findings: Finding[]; canOpen: boolean } {
  if (directory === 'memory') return { findings: [fine('embedded.folder', 'in memory, gone at the end of each command')], canOpen: false }
  if (!existsSync(directory)) {
    return { findings: [finding('note', 'embedded.folder', `${directory} is not there yet`, 'skills migrate makes it')], canOpen: false }
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
        `the making of ${directory} was cut short`,
        'nothing: the next command begins again, or keeps what is in it',
      )
    const version = path.join(directory, 'PG_VERSION')
    if (existsSync(version))
      return fine('embedded.folder', `${directory} holds a database of PostgreSQL ${readFileSync(version, 'utf8').trim()}`)
    if (readdirSync(directory).length === 0)
      return finding('note', 'embedded.folder', `${directory} is empty`, 'skills migrate makes a database in it')
    return finding(
      'error',
      'embedded.folder',
      `${directory} is not empty, and holds no database`,
      'name another folder with --embedded DIR',
    )
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    return finding('error', 'embedded.folder', `${directory} cannot be read: ${reason}`, 'check the path and its permissions')
  }
}

function examineLock(directory: string): Finding {
  const lock = lockHolder(directory)
  if (lock === undefined) return fine('embedded.lock', 'nobody has it open')
  const { holder, alive, file } = lock
  if (!alive)
    return finding(
      'note',
      'embedded.lock',
      `the lock of a process that is gone (${holder?.pid ?? '?'}) was left`,
      'nothing: the next command takes it over',
    )
  if (holder === undefined)
    return finding('error', 'embedded.lock', `${file} cannot be read`, `if no process has the database open, delete ${file}`)
  const elsewhere = holder.host !== os.hostname()
  return elsewhere
    ? finding(
        'error',
        'embedded.lock',
        `process ${holder.pid} on host ${holder.host} has it open`,
        `if that process is gone for sure, delete ${file}`,
      )
    : finding('error', 'embedded.lock', `process ${holder.pid} has it open`, `wait for it to end; ps -p ${holder.pid} shows what it is`)
}
