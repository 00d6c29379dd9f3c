import { cpSync, linkSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'

// template1 and template0: two thirds of the files, which a session of the database `postgres` never writes
const SHARED = ['base/1', 'base/4']

/** Copies the folder of an embedded database; the files that no session changes are hard links to those of the original. */
export function copyEmbedded(from: string, to: string): void {
  const shared = new Set(SHARED.map((name) => path.join(from, name)))
  cpSync(from, to, { recursive: true, filter: (source) => !shared.has(source) })
  for (const name of SHARED) {
    mkdirSync(path.join(to, name))
    for (const file of readdirSync(path.join(from, name))) linkSync(path.join(from, name, file), path.join(to, name, file))
  }
}
