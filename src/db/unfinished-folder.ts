import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { checkOwnFile } from '../files/own-folder.ts'
import { readHead } from '../files/regular-file.ts'
import { createHere, deleteFile, deleteTree } from '../files/write-file.ts'

/** The files at the top of a PostgreSQL data folder: unpacking creates no others. */
const OF_A_DATABASE = /^(base|global|pg_\w+|pg_(hba|ident)\.conf|PG_VERSION|postgresql(\.auto)?\.conf|postmaster\.(pid|opts))$/

/**
 * The state of an embedded folder with a marker file next to it: a process was killed while it created the database.
 * `part`: files that a server needs to start are missing. `whole`: it may be complete, or was put there later.
 */
export type Unfinished = 'part' | 'whole'

/** Marks that a database is being created in the folder. Call it with the lock held; `finishFolder` removes the mark. */
export function beginFolder(directory: string): void {
  const marker = markerOf(directory)
  checkOwnFile(marker)
  deleteFile(marker)
  createHere(marker, `${identityOf(directory)}\n`)
}

export function finishFolder(directory: string): void {
  deleteFile(markerOf(directory))
}

/** The creation failed, as on a full disk: nothing half-made stays. Never throws; what stays has its mark. */
export function abandonFolder(directory: string): void {
  try {
    emptyFolder(directory)
    finishFolder(directory)
  } catch {
    // the next run removes it
  }
}

/** Undefined: the folder is not incomplete, or contains other files. Only reads. */
export function unfinished(directory: string): Unfinished | undefined {
  if (!existsSync(markerOf(directory)) || !existsSync(directory)) return undefined
  const names = readdirSync(directory)
  if (names.length === 0 || !names.every((name) => OF_A_DATABASE.test(name))) return undefined
  // without its settings the engine does not open, and a timer keeps the process alive for a minute
  return holds(directory, ...ESSENTIAL, 'postgresql.conf', 'pg_hba.conf', 'pg_ident.conf') ? 'whole' : 'part'
}

/** Whether there is a database in the folder, or something else that must be looked at. Only reads. */
export function isInUse(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0 && unfinished(directory) !== 'part'
}

/** Whether the folder can be emptied without opening it: it is the folder in which we started, or no server ever ran in it. */
export function isOurs(directory: string): boolean {
  return !holds(directory, ...ESSENTIAL) || markedIn(markerOf(directory)) === identityOf(directory)
}

const ESSENTIAL = ['PG_VERSION', 'global/pg_control']

function holds(directory: string, ...names: readonly string[]): boolean {
  return names.every((name) => existsSync(path.join(directory, name)))
}

/** Removes the unpacked files, and keeps the folder and its marker. */
export function emptyFolder(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (OF_A_DATABASE.test(name)) deleteTree(path.join(directory, name))
  }
}

function markedIn(marker: string): string {
  return Buffer.from(readHead(marker, 256).bytes).toString('utf8').trim()
}

function markerOf(directory: string): string {
  return `${path.resolve(directory)}.new`
}

function identityOf(directory: string): string {
  const { dev, ino } = statSync(directory, { bigint: true })
  return `${dev}:${ino}`
}
