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
  openForFile(options?: OpenOptions): Promise<Db>
  /** Removes it at once; its sessions must be closed. Without it, it is removed after the test file. */
  remove(): Promise<void>
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
  const database = await copyOn(serverUrl, template)
  removals.set(database.name, database.remove)
  return { ...database, remove: () => removeNow(database.name) }
}

/** A copy of a database on the server with these URLs. Who made it removes it. */
export async function copyOn(urlOf: (database: string) => string, template: string): Promise<TestDatabase> {
  const name = `t_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  const asAdmin = async (statement: (version: number) => string): Promise<void> => {
    const admin = await openDb(await targetOf(urlOf('postgres')))
    await admin.exec(statement(admin.info.version))
    await admin.close()
  }
  await asAdmin((version) => `CREATE DATABASE ${name} TEMPLATE ${template} ${version >= 150_000 ? 'STRATEGY file_copy' : ''}`)
  const url = urlOf(name)
  const remove = (): Promise<void> => asAdmin(() => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  return { name, flags: ['--database-url', url], ...openers(await targetOf(url)), remove }
}

/** Connection URL of a database on the test server. */
export function serverUrl(database: string): string {
  return inject('serverUrl').replace('__DATABASE__', database)
}

function copyOfFolder(template: string): Promise<TestDatabase> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-embedded-'))
  removals.set(scratch, () => Promise.resolve(rmSync(scratch, { recursive: true, force: true })))
  const directory = path.join(scratch, 'db')
  copyEmbedded(template, directory)
  return Promise.resolve({
    name: '',
    flags: ['--embedded', directory],
    ...openers({ kind: 'embedded', directory }),
    remove: () => removeNow(scratch),
  })
}

export async function targetOf(url: string): Promise<DatabaseTarget> {
  return (await loadSettings({ databaseUrl: url }, {}, os.tmpdir())).database.value
}

/** By the name of a database or folder. */
const removals = new Map<string, () => Promise<void>>()
const sessions = new Set<Db>()

function openers(target: DatabaseTarget): Pick<TestDatabase, 'open' | 'openForFile'> {
  return {
    open: async (options) => {
      const db = await openDb(target, options)
      sessions.add(db)
      return db
    },
    openForFile: (options) => openDb(target, options),
  }
}

cleanUpAfter('test', async () => {
  for (const db of sessions) await db.close().catch(() => undefined)
  sessions.clear()
})

cleanUpAfter('file', async () => {
  for (const name of removals.keys()) await removeNow(name)
})

async function removeNow(name: string): Promise<void> {
  await removals.get(name)?.()
  removals.delete(name)
}
