import { Backoff } from '../core/backoff.ts'
import { SkillsError } from '../core/errors.ts'
import { describeTarget, type ServerHost, type ServerTarget } from '../core/target.ts'
import { backendState } from './backend-state.ts'
import { sendCancelRequest } from './cancel-request.ts'
import { DatabaseError } from './database-error.ts'
import type { Db, DbInfo, Notice, Notification, OpenOptions } from './db.ts'
import { sendEarly, type EarlyAnswers } from './early-statements.ts'
import { greet } from './greeting.ts'
import { SocketError } from './network-socket.ts'
import { createDriver } from './postgresjs.ts'
import { createConnection } from './connection.ts'
import { openSession, type ServerSession } from './server-session.ts'
import { STARTING_UP } from './sqlstates.ts'
import { StatementWatch } from './statement-watch.ts'

/** Connects to a server, waiting up to `waitMs` for one that is still starting. */
export async function openServer(target: ServerTarget, options: OpenOptions): Promise<Db> {
  const deadline = Date.now() + (options.waitMs ?? 0)
  const backoff = new Backoff({ shortestMs: 200, longestMs: 1_000 })
  for (;;) {
    try {
      return await openOnce(target, options)
    } catch (error) {
      options.signal?.throwIfAborted()
      const waitMs = backoff.failed()
      if (!isTransient(error) || Date.now() + waitMs > deadline) throw (await import('./opening-error.ts')).openingError(error, target)
      const { setTimeout: sleep } = await import('node:timers/promises')
      await sleep(waitMs, undefined, { signal: options.signal })
    }
  }
}

async function openOnce(target: ServerTarget, options: OpenOptions): Promise<Db> {
  const listeners = new Set<(notice: Notice) => void>()
  const notificationListeners = new Set<(notification: Notification) => void>()
  const onNotice = (notice: Notice): void => listeners.forEach((listener) => listener(notice))
  let session: ServerSession | undefined
  let info: DbInfo | undefined
  const watch = new StatementWatch(
    {
      receivedAt: () => session?.receivedAt() ?? 0,
      unsent: () => session?.socket.writableLength ?? 0,
      ask: async () => {
        if (session === undefined || info === undefined) return 'unknown'
        const second = secondTarget(target, session.host)
        return backendState(() => openOnce(second, { background: true, onWarning: () => undefined }), info)
      },
      cancel: () => cancel(),
      end: (reason) => driver.abandon(reason),
    },
    options.watch,
  )
  let early: EarlyAnswers | undefined
  const driver = createDriver({
    connect: async (statements) => {
      session = await openSession(target, { ...options, onNotice, statements })
      // behind the greeting, which waits for this socket
      const { isSuperuser } = session
      if (options.early !== undefined) early = sendEarly(driver, options.early, { isSuperuser, schema: options.schema, info: greeting })
      return session.socket
    },
    onNotice,
    lastError: () => session?.lastError(),
    onNotification: (notification) => notificationListeners.forEach((listener) => listener(notification)),
    watch,
  })
  const greeting = greet(driver, 'server', describeTarget(target), options.schema, () => session?.backendKey?.pid)
  const cancel = async (): Promise<void> => {
    if (session !== undefined) await sendCancelRequest(session, target).catch(() => undefined)
  }
  try {
    info = await greeting
    session?.opened()
    return createConnection({
      driver,
      info,
      ...(early === undefined ? {} : { early }),
      listeners,
      notificationListeners,
      cancel,
      copyFrom: async ({ text, rows }) => session?.copy(rows, () => driver.script(text)),
      execStored: async (text) => session?.replace(text, () => driver.script('')),
      limitStatements: (ms) => watch.limit(ms),
      release: () => Promise.resolve(),
    })
  } catch (error) {
    await driver.end().catch(() => undefined)
    throw error
  }
}

/** For a second connection to the host of the first one, within a limited time. */
function secondTarget(target: ServerTarget, host: ServerHost): ServerTarget {
  const { sessionAttributes: _, ...same } = target
  return { ...same, hosts: [host], connectTimeoutMs: Math.min(target.connectTimeoutMs, SECOND_MS) }
}

const SECOND_MS = 10_000

function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseError) return STARTING_UP.has(error.code)
  if (error instanceof SocketError) return error.remedy === undefined
  return error instanceof SkillsError && error.code === 'CONNECTION_LOST'
}
