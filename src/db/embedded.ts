import { existsSync, mkdirSync } from 'node:fs'
import { SkillsError } from '../core/errors.ts'
import type { EmbeddedTarget } from '../core/target.ts'
import { describeTarget } from '../core/target.ts'
import type { Db, Notice } from './db.ts'
import { lockFolder } from './folder-lock.ts'
import { greet } from './greeting.ts'
import type { ProtocolEngine } from './pglite-socket.ts'
import { PgliteSocket } from './pglite-socket.ts'
import { createDriver } from './postgresjs.ts'
import { createSession } from './session.ts'

const NOT_READY_MS = 120_000

/** Opens the embedded database (PGlite, PostgreSQL in this process), made on first use. One process at a time. */
export async function openEmbedded(target: EmbeddedTarget, schema: string | undefined): Promise<Db> {
  const unlock = target.directory === 'memory' ? () => undefined : await lockFolder(target.directory)
  let engine: Engine | undefined
  try {
    engine = await start(target)
    const listeners = new Set<(notice: Notice) => void>()
    const socket = new PgliteSocket(engine)
    const driver = createDriver({
      connect: () => Promise.resolve(socket),
      user: 'postgres',
      database: 'postgres',
      applicationName: 'skills',
      connectTimeoutMs: NOT_READY_MS,
      onNotice: (notice) => listeners.forEach((listener) => listener(notice)),
    })
    const info = await greet(driver, 'embedded', describeTarget(target), schema)
    const running = engine
    return createSession({
      driver,
      info,
      listeners,
      // one thread: nothing can interrupt a statement that runs
      cancel: () => Promise.resolve(),
      release: () => running.close().finally(unlock),
    })
  } catch (error) {
    await engine?.close().catch(() => undefined)
    unlock()
    throw error
  }
}

interface Engine extends ProtocolEngine {
  close(): Promise<void>
}

async function start(target: EmbeddedTarget): Promise<Engine> {
  const { PGlite } = await import('@electric-sql/pglite')
  const inMemory = target.directory === 'memory'
  const existed = !inMemory && existsSync(target.directory)
  if (!inMemory) mkdirSync(target.directory, { recursive: true })
  try {
    return await PGlite.create(inMemory ? 'memory://' : target.directory)
  } catch (error) {
    // PGlite's own message can carry 7 KB of source text: the first line is enough
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? ''
    throw new SkillsError('EMBEDDED_BROKEN', `cannot open the embedded database ${target.directory}: ${reason}`, {
      hint: existed
        ? 'free disk space and check its permissions; if it was made by another version, move the folder away and run again'
        : 'check the free disk space and the permissions of the folder',
      cause: error,
    })
  }
}
