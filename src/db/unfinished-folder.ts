import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What PostgreSQL has at the top of a data folder: nothing else was put there by an unpack. */
const OF_A_DATABASE = /^(base|global|pg_\w+|pg_(hba|ident)\.conf|PG_VERSION|postgresql(\.auto)?\.conf|postmaster\.(pid|opts))$/

/**
 * What is known of an embedded folder beside which a marker lies: a process was killed while it made the database.
 * `part`: it lacks what a server needs to begin. `whole`: it may have been finished, or put there since.
 */
export type Unfinished = 'part' | 'whole'

/** Says that a database is being made in the folder. To be called with its lock held; `finishFolder` takes it back. */
export function beginFolder(directory: string): void {
  writeFileSync(markerOf(directory), `${identityOf(directory)}\n`)
}

export function finishFolder(directory: string): void {
  rmSync(markerOf(directory), { force: true })
}

/** Undefined: the folder is not one whose making was cut short, or holds files of somebody else. Reads only. */
export function unfinished(directory: string): Unfinished | undefined {
  if (!existsSync(markerOf(directory)) || !existsSync(directory)) return undefined
  const names = readdirSync(directory)
  if (names.length === 0 || !names.every((name) => OF_A_DATABASE.test(name))) return undefined
  // without its settings the engine does not open, and keeps a timer of a minute
  return holds(directory, ...HEART, 'postgresql.conf', 'pg_hba.conf', 'pg_ident.conf') ? 'whole' : 'part'
}

/** Whether it may be emptied unopened: it is the very folder in which the making began, or no server ever ran on what is there. */
export function isOurs(directory: string): boolean {
  return !holds(directory, ...HEART) || readFileSync(markerOf(directory), 'utf8').trim() === identityOf(directory)
}

const HEART = ['PG_VERSION', 'global/pg_control']

function holds(directory: string, ...names: readonly string[]): boolean {
  return names.every((name) => existsSync(path.join(directory, name)))
}

/** Takes away what the unpack made, and leaves the folder and its marker. */
export function emptyFolder(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (OF_A_DATABASE.test(name)) rmSync(path.join(directory, name), { recursive: true, force: true })
  }
}

function markerOf(directory: string): string {
  return `${path.resolve(directory)}.new`
}

function identityOf(directory: string): string {
  const { dev, ino } = statSync(directory, { bigint: true })
  return `${dev}:${ino}`
}
