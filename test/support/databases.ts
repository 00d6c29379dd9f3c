import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, inject } from 'vitest'
import { loadSettings } from '../../src/config/settings.ts'
import type { DatabaseTarget } from '../../src/core/target.ts'
import type { Db, OpenOptions } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { cleanUpAfter } from './clean-up.ts'
import { copyEmbedded } from './copy-embedded.ts'

/** An empty database of one test. */
export interface TestDatabase {
  /** Name on the server; empty for an embedded one. */
  name: string
  /** What selects it on the command line. */
  flags: string[]
  /** Opens a session; closed after the test if the test has not done so. */
  open(options?: OpenOptions): Promise<Db>
  /** Opens a session that outlives the test; who opens it closes it. */
  openForFile(): Promise<Db>
}

export interface TestBackend {
  name: 'embedded' | 'server'
  /** A new, empty database. */
  fresh(): Promise<TestDatabase>
  /** A new database with the package's own migrations applied: a copy, much faster than migrating. */
  migrated(): Promise<TestDatabase>
}

/** Declares the same tests for the embedded database and for a PostgreSQL server. */
export function onEachBackend(tests: (backend: TestBackend) => void): void {
  for (const name of ['embedded', 'server'] as const) describe(name, () => tests(BACKENDS[name]))
}

/**
 * The cases to try on the backend: all on a server, every third on the embedded database, which runs the same PostgreSQL
 * more slowly. For cases of one kind, which differ in a statement; `test/storms` tries more.
 */
export function ofBackend<T extends readonly unknown[]>({ name }: TestBackend, cases: readonly T[]): T[] {
  return cases.filter((_, i) => name === 'server' || i % 3 === 0)
}

/** An empty database on the test server. */
export function freshServer(): Promise<TestDatabase> {
  return copyOnServer('template0')
}

/** A database on the test server with the package's own migrations applied. */
export function migratedServer(): Promise<TestDatabase> {
  return copyOnServer(inject('migratedDatabase'))
}

/** An empty embedded database in a folder of its own. */
export function freshEmbedded(): Promise<TestDatabase> {
  return copyOfFolder(inject('embeddedTemplate'))
}

/** An embedded database with the package's own migrations applied. */
export function migratedEmbedded(): Promise<TestDatabase> {
  return copyOfFolder(inject('migratedTemplate'))
}

/** The kinds of database that the same tests run on. */
export const BACKENDS: Readonly<Record<TestBackend['name'], TestBackend>> = {
  embedded: { name: 'embedded', fresh: freshEmbedded, migrated: migratedEmbedded },
  server: { name: 'server', fresh: freshServer, migrated: migratedServer },
}

async function copyOnServer(template: string): Promise<TestDatabase> {
  const name = `t_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  const admin = await openDb(await targetOf(serverUrl('postgres')))
  const strategy = admin.info.version >= 150_000 ? 'STRATEGY file_copy' : ''
  await admin.exec(`CREATE DATABASE ${name} TEMPLATE ${template} ${strategy}`)
  await admin.close()
  databases.add(name)
  const url = serverUrl(name)
  return { name, flags: ['--database-url', url], ...openers(await targetOf(url)) }
}

/** Connection URL of a database on the test server. */
export function serverUrl(database: string): string {
  return inject('serverUrl').replace('__DATABASE__', database)
}

function copyOfFolder(template: string): Promise<TestDatabase> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-embedded-'))
  folders.add(scratch)
  const directory = path.join(scratch, 'db')
  copyEmbedded(template, directory)
  return Promise.resolve({ name: '', flags: ['--embedded', directory], ...openers({ kind: 'embedded', directory }) })
}

export async function targetOf(url: string): Promise<DatabaseTarget> {
  return (await loadSettings({ databaseUrl: url }, {}, os.tmpdir())).database.value
}

const folders = new Set<string>()
const databases = new Set<string>()
const sessions = new Set<Db>()

function openers(target: DatabaseTarget): Pick<TestDatabase, 'open' | 'openForFile'> {
  return {
    open: async (options) => {
      const db = await openDb(target, options)
      sessions.add(db)
      return db
    },
    openForFile: () => openDb(target),
  }
}

cleanUpAfter('test', async () => {
  for (const db of sessions) await db.close().catch(() => undefined)
  sessions.clear()
})

cleanUpAfter('file', async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
  if (databases.size === 0) return
  const admin = await openDb(await targetOf(serverUrl('postgres')))
  for (const name of databases) await admin.exec(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  databases.clear()
  await admin.close()
})
