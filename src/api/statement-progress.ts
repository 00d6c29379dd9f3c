import type { Db } from '../db/db.ts'
import type { StatementProgress } from '../db/statement-progress.ts'
import { statementProgress as readProgress } from '../db/statement-progress.ts'

/**
 * What another connection of the server is doing, by its process ID: the command, its progress, and who blocks it. `watcher`
 * is a second connection. Undefined when the server shows nothing.
 */
export async function statementProgress(watcher: Db, pid: number): Promise<StatementProgress | undefined> {
  return readProgress(watcher, pid)
}
