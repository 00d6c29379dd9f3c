import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { ProvidedContext } from 'vitest'
import type { TestProject } from 'vitest/node'
import { connect, migrate } from '../../src/index.ts'
import { copyEmbedded } from './copy-embedded.ts'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection URL whose database name is `__DATABASE__`. */
    serverUrl: string
    /** An empty embedded database to copy: a copy is faster than a new one. */
    embeddedTemplate: string
    /** The same with the package's own migrations applied. */
    migratedTemplate: string
    /** Name of a database on the server with the package's own migrations applied, to copy. */
    migratedDatabase: string
  }
}

interface Shared {
  provided: ProvidedContext
  stop: () => Promise<void>
}

/** Starts one server and makes one embedded template for all projects of a run; the last project stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // each project has its own copy of this module, but all share the process
  const store = globalThis as { testResources?: { projects: number; shared: Promise<Shared> } | undefined }
  const resources = (store.testResources ??= { projects: 0, shared: start() })
  resources.projects += 1
  const { provided, stop } = await resources.shared
  for (const [name, value] of Object.entries(provided)) project.provide(name as keyof ProvidedContext, value)
  return async () => {
    resources.projects -= 1
    if (resources.projects > 0) return
    store.testResources = undefined
    await stop()
  }
}

async function start(): Promise<Shared> {
  // skills verify reads it; made again only when a migration has changed
  execFileSync(process.execPath, [path.resolve(import.meta.dirname, '../../.ci/schema-manifest.js')])
  const given = process.env['TEST_DATABASE_URL']
  const server = given === undefined || given === '' ? await startPostgres() : undefined
  const serverUrl = server?.url('__DATABASE__') ?? withDatabase(given ?? '')
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-embedded-'))
  // after Ctrl-C Vitest ends without a teardown
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
  const [embeddedTemplate, migratedTemplate] = [path.join(scratch, 'empty'), path.join(scratch, 'migrated')]
  const migratedDatabase = `t_migrated_${process.pid}`
  const admin = await connect({ databaseUrl: serverUrl.replace('__DATABASE__', 'postgres'), env: {} })
  await admin.exec(`CREATE DATABASE ${migratedDatabase} TEMPLATE template0`)
  await migrateAll({ databaseUrl: serverUrl.replace('__DATABASE__', migratedDatabase) })
  await (await connect({ embedded: embeddedTemplate, env: {} })).close()
  copyEmbedded(embeddedTemplate, migratedTemplate)
  await migrateAll({ embedded: migratedTemplate })
  return {
    provided: { serverUrl, embeddedTemplate, migratedTemplate, migratedDatabase },
    stop: async () => {
      await admin.exec(`DROP DATABASE IF EXISTS ${migratedDatabase}`)
      await admin.close()
      await server?.stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

async function migrateAll(target: { databaseUrl: string } | { embedded: string }): Promise<void> {
  const db = await connect({ ...target, env: {} })
  const { error } = await migrate(db)
  await db.close()
  if (error !== undefined) throw error
}

/** Puts the placeholder where the URL names its database. */
function withDatabase(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?]*)(?:\/[^?]*)?/, '$1/__DATABASE__')
}
