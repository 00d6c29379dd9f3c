import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { embeddedTarget } from '../../src/config/settings.ts'
import { openDb } from '../../src/db/open.ts'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection URL whose database name is `__DATABASE__`. */
    serverUrl: string
    /** An empty embedded database to copy: a copy is faster than a new one. */
    embeddedTemplate: string
  }
}

interface Shared {
  serverUrl: string
  embeddedTemplate: string
  stop: () => Promise<void>
}

/** Starts one server and makes one embedded template for all projects of a run; the last project stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // each project has its own copy of this module, but all share the process
  const store = globalThis as { testResources?: { projects: number; shared: Promise<Shared> } | undefined }
  const resources = (store.testResources ??= { projects: 0, shared: start() })
  resources.projects += 1
  const { serverUrl, embeddedTemplate, stop } = await resources.shared
  project.provide('serverUrl', serverUrl)
  project.provide('embeddedTemplate', embeddedTemplate)
  return async () => {
    resources.projects -= 1
    if (resources.projects > 0) return
    store.testResources = undefined
    await stop()
  }
}

async function start(): Promise<Shared> {
  const given = process.env['TEST_DATABASE_URL']
  const server = given === undefined || given === '' ? await startPostgres() : undefined
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-embedded-'))
  const embeddedTemplate = path.join(scratch, 'db')
  await (await openDb(embeddedTarget(embeddedTemplate))).close()
  return {
    serverUrl: server?.url('__DATABASE__') ?? withDatabase(given ?? ''),
    embeddedTemplate,
    stop: async () => {
      await server?.stop()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** Puts the placeholder where the URL names its database. */
function withDatabase(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?]*)(?:\/[^?]*)?/, '$1/__DATABASE__')
}
