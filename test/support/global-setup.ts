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
    /** An initialised embedded database to copy: making one takes seconds. */
    embeddedTemplate: string
  }
}

/** One server and one embedded template for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const server = given === undefined || given === '' ? await startPostgres() : undefined
  project.provide('serverUrl', server?.url('__DATABASE__') ?? withDatabase(given ?? ''))
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'skills-embedded-'))
  const template = path.join(scratch, 'db')
  await (await openDb(embeddedTarget(template))).close()
  project.provide('embeddedTemplate', template)
  return async () => {
    await server?.stop()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Puts the placeholder where the URL names its database. */
function withDatabase(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/?]*)(?:\/[^?]*)?/, '$1/__DATABASE__')
}
