import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, inject } from 'vitest'
import { loadSettings } from '../../src/config/settings.ts'
import type { DatabaseTarget } from '../../src/core/target.ts'
import type { Db, OpenOptions } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'

/** An empty database of one test. */
export interface TestDatabase {
  /** Name on the server; empty for an embedded one. */
  name: string
  /** What selects it on the command line. */
  flags: string[]
  /** Opens a session; closed after the test if the test has not done so. */
  open(options?: OpenOptions): Promise<Db>
}

export interface TestBackend {
  name: 'embedded' | 'server'
  /** A new, empty database. */
  fresh(): Promise<TestDatabase>
}

/** Declares the same tests for the embedded database and for a PostgreSQL server. */
export function onEachBackend(tests: (backend: TestBackend) => void): void {
  for (const name of ['embedded', 'server'] as const)
    describe(name, () => tests({ name, fresh: () => (name === 'server' ? freshServer() : freshEmbedded()) }))
}

/** An empty database on the test server. */
export async function freshServer(): Promise<TestDatabase> {
  const name = `t_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  const admin = await openDb(await targetOf(serverUrl('postgres')))
  const strategy = admin.info.version >= 150_000 ? 'STRATEGY file_copy' : ''
  await admin.exec(`CREATE DATABASE ${name} TEMPLATE template0 ${strategy}`)
  await admin.close()
  afterAllDrop(name)
  const url = serverUrl(name)
  return { name, flags: ['--database-url', url], open: track(await targetOf(url)) }
}

/** Connection URL of a database on the test server. */
export function serverUrl(database: string): string {
  return inject('serverUrl').replace('__DATABASE__', database)
}

/** An empty embedded database in a folder of its own. */
export function freshEmbedded(): Promise<TestDatabase> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-embedded-'))
  folders.add(scratch)
  const directory = path.join(scratch, 'db')
  cpSync(inject('embeddedTemplate'), directory, { recursive: true })
  return Promise.resolve({ name: '', flags: ['--embedded', directory], open: track({ kind: 'embedded', directory }) })
}

export async function targetOf(url: string): Promise<DatabaseTarget> {
  return (await loadSettings({ databaseUrl: url }, {}, os.tmpdir())).database.value
}

const folders = new Set<string>()
const databases = new Set<string>()
const sessions = new Set<Db>()

function track(target: DatabaseTarget): TestDatabase['open'] {
  return async (options) => {
    const db = await openDb(target, options)
    sessions.add(db)
    return db
  }
}

function afterAllDrop(name: string): void {
  databases.add(name)
}

afterEach(async () => {
  for (const db of sessions) await db.close().catch(() => undefined)
  sessions.clear()
})

afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  if (databases.size === 0) return
  const admin = await openDb(await targetOf(serverUrl('postgres')))
  for (const name of databases) await admin.exec(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await admin.close()
})
