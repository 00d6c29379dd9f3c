import type { DatabaseTarget } from '../core/target.ts'
import type { Db, OpenOptions } from './db.ts'
import { openServer } from './server.ts'

/** Opens a connection to the database. The embedded engine is loaded only when it is used. */
export async function openDb(target: DatabaseTarget, options: OpenOptions = {}): Promise<Db> {
  if (target.kind === 'embedded') return (await import('./embedded.ts')).openEmbedded(target, options)
  return openServer(target, options)
}
