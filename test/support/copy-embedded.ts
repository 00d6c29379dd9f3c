import { cpSync, symlinkSync } from 'node:fs'
import path from 'node:path'

// template1 and template0: two thirds of the files, which a session of the database `postgres` never writes
const SHARED = ['base/1', 'base/4']

/** Copies the folder of an embedded database; what no session changes is shared with the original. */
export function copyEmbedded(from: string, to: string): void {
  const shared = new Set(SHARED.map((name) => path.join(from, name)))
  cpSync(from, to, { recursive: true, filter: (source) => !shared.has(source) })
  for (const name of SHARED) symlinkSync(path.join(from, name), path.join(to, name))
}
