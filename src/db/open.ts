import type { DatabaseTarget } from '../core/target.ts'
import type { Db } from './db.ts'
import { openEmbedded } from './embedded.ts'
import { openServer } from './server.ts'

export interface OpenOptions {
  /** The schema that unqualified names mean; the session's own first schema unless given. */
  schema?: string | undefined
  /** How long to wait for a server that is still starting. */
  waitMs?: number | undefined
}

/** Opens a session with the database. The embedded engine loads only when it is used. */
export async function openDb(target: DatabaseTarget, options: OpenOptions = {}): Promise<Db> {
  if (target.kind === 'embedded') return openEmbedded(target, options.schema)
  return openServer(target, options.schema, options.waitMs ?? 0)
}
