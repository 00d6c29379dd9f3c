import type { Db } from './db.ts'
import { SocketError } from './network-socket.ts'
import type { BackendState } from './statement-watch.ts'

/** A backend, as its own connection saw it at the start. */
export interface Backend {
  pid: number
  /** When its server was started, as the server writes it. */
  serverStarted: string
  /** The pid is that of another connection of a pooler. */
  pooled: boolean
}

const ASK_MS = 5_000

const STATE = `
  SELECT pg_postmaster_start_time()::text AS started, count(*)::int AS found, min(state) AS state
    FROM pg_stat_activity WHERE pid = $1::int`

/**
 * What a second connection finds out about a backend. When the server answers but the backend cannot be seen (no free
 * connection, a pooler, another server of the same name), nothing is known, and TCP keep-alive is the only watch.
 */
export async function backendState(open: () => Promise<Db>, backend: Backend): Promise<BackendState> {
  let db: Db
  try {
    db = await open()
  } catch (error) {
    return isNoAnswer(error) ? 'unreachable' : 'unknown'
  }
  const timer = setTimeout(() => db.abandon(`no answer within ${ASK_MS / 1000} s`), ASK_MS).unref()
  try {
    const [row] = await db.run(STATE, [backend.pid], { started: 'text', found: 'number', state: 'text?' })
    if (row === undefined || row.started !== backend.serverStarted || backend.pooled) return 'unknown'
    if (row.found === 0) return 'gone'
    return row.state?.startsWith('idle') === true ? 'idle' : 'running'
  } catch {
    return 'unknown'
  } finally {
    clearTimeout(timer)
    await db.close().catch(() => undefined)
  }
}

/** Whether the attempt ended without any sign of the server; one that refuses is there. */
function isNoAnswer(error: unknown): boolean {
  if (!(error instanceof SocketError) || error.remedy !== undefined) return false
  const { cause } = error
  // without a cause it is the time limit
  return cause === undefined || cause instanceof SocketError || NO_ANSWER.has((cause as NodeJS.ErrnoException).code ?? '')
}

const NO_ANSWER: ReadonlySet<string> = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])
