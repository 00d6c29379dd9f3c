import path from 'node:path'
import { build } from 'esbuild'
import { loadSettings } from '../src/config/settings.ts'
import type { Db } from '../src/db/db.ts'
import { openDb } from '../src/db/open.ts'
import type { Command } from './measure.ts'

/** The environment of all parts. */
export interface Bench {
  root: string
  scratch: string
  runs: number
  /** URL of a database on the server of the bench. */
  url: (database: string) => string
}

/** The command of a program for one database. */
export type CommandFor = (url: string) => Command

/** Name of the lower bound for a run of migrations. */
export const BARE = 'bare script: connect, read the ledger'

/** A run of the command line of skills. */
export function skills(bench: Bench, name: string, url: string, ...args: string[]): Command {
  return {
    name,
    argv: [process.execPath, path.join(bench.root, 'bin', 'skills.js'), ...args],
    env: { DATABASE_URL: url },
    cwd: bench.scratch,
  }
}

/** A connection to the server of the bench. */
export async function openServer(bench: Bench): Promise<Db> {
  const { database } = await loadSettings({ databaseUrl: bench.url('postgres') }, {}, bench.scratch)
  return openDb(database.value, { waitMs: 30_000 })
}

/** Drops the database if it exists, and creates it: empty or as a copy of another database. */
export async function recreate(bench: Bench, database: string, template = 'template0'): Promise<void> {
  const db = await openServer(bench)
  await db.exec(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
  await db.exec(`CREATE DATABASE ${database} TEMPLATE ${template} STRATEGY file_copy`)
  await db.close()
}

/** The lower bound: a bundled script that does only what every migration tool must do. */
export async function bareScript(bench: Bench): Promise<CommandFor> {
  const outfile = path.join(bench.scratch, 'bare-ledger.mjs')
  await build({
    entryPoints: [path.join(bench.root, 'bench', 'bare-ledger.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  })
  return (url) => ({ name: BARE, argv: [process.execPath, outfile], env: { DATABASE_URL: url } })
}
