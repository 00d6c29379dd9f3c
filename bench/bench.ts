import path from 'node:path'
import { loadSettings } from '../src/config/settings.ts'
import { openDb } from '../src/db/open.ts'
import type { Command } from './measure.ts'

/** What every part of the bench works with. */
export interface Bench {
  root: string
  scratch: string
  runs: number
  /** URL of a database on the bench's server. */
  url: (database: string) => string
}

/** A run of our command line. */
export function skills(bench: Bench, name: string, url: string, ...args: string[]): Command {
  return {
    name,
    argv: [process.execPath, path.join(bench.root, 'bin', 'skills.js'), ...args],
    env: { DATABASE_URL: url },
    cwd: bench.scratch,
  }
}

/** Drops a database, if it is there, and makes it anew. */
export async function recreate(bench: Bench, database: string): Promise<void> {
  const { database: admin } = await loadSettings({ databaseUrl: bench.url('postgres') }, {}, bench.scratch)
  const db = await openDb(admin.value)
  await db.exec(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
  await db.exec(`CREATE DATABASE ${database} TEMPLATE template0 STRATEGY file_copy`)
  await db.close()
}
