import { statementProgress } from '../../../api/migrate.ts'
import { openDatabase } from '../../../api/open-database.ts'
import { formatDuration } from '../../../core/durations.ts'
import type { DatabaseTarget } from '../../../core/target.ts'
import { printable } from '../../../core/text.ts'
import type { Db } from '../../../db/db.ts'
import type { StatementProgress } from '../../../db/statement-progress.ts'
import type { MigrateEvent } from '../../../migrations/run/report.ts'
import type { Context } from '../../output/context.ts'

const TICK_MS = 1_000
/** When to query the server from a second connection. */
const LOOK_AFTER_MS = 3_000
/** How often to print a line when there is no terminal. */
const LINE_EVERY_MS = 30_000

export interface MigrationWatch {
  onEvent(event: MigrateEvent): void
  stop(): Promise<void>
}

/** Shows the progress of a migration: continuously on a terminal, elsewhere a line every 30 s. */
export function watchMigration(
  { io, progress }: Pick<Context, 'io' | 'progress'>,
  db: Db,
  target: DatabaseTarget,
  quiet: boolean,
): MigrationWatch {
  let current: { text: string; since: number } | undefined
  let watcher: Promise<Db | undefined> | undefined
  let nextLine = LINE_EVERY_MS
  const canWatch = db.info.kind === 'server' && !db.info.pooled
  const tick = async (): Promise<void> => {
    if (current === undefined) return
    const elapsed = Date.now() - current.since
    const { text } = current
    let seen: StatementProgress | undefined
    if (canWatch && elapsed > LOOK_AFTER_MS && (io.interactive || elapsed > nextLine)) {
      // it must not disturb the migration: without a second connection there are no details
      watcher ??= openDatabase(target, { schema: db.info.schema, onWarning: () => undefined }).catch(() => undefined)
      seen = await watcher.then((other) => (other === undefined ? undefined : statementProgress(other, db.info.pid))).catch(() => undefined)
    }
    const line = [text, formatDuration(elapsed), ...details(seen)].join(', ')
    progress.update(line)
    if (elapsed < nextLine) return
    nextLine += LINE_EVERY_MS
    if (!io.interactive && !quiet) io.err(line)
  }
  const timer = setInterval(() => void tick(), TICK_MS)
  timer.unref()
  return {
    onEvent: (event) => {
      const text = describe(event)
      if (text === undefined) return
      if (event.type === 'file-start') [current, nextLine] = [{ text, since: Date.now() }, LINE_EVERY_MS]
      else if (current !== undefined) current.text = text
      progress.update(text)
    },
    stop: async () => {
      clearInterval(timer)
      await (await watcher)?.close()
    },
  }
}

function describe(event: MigrateEvent): string | undefined {
  if (event.type === 'file-start') return `${printable(event.version)} (${event.number} of ${event.total})`
  if (event.type === 'lock-wait') {
    const what = event.index === undefined ? 'another run' : `the index ${printable(event.index)}, which another connection builds`
    return `waiting for ${what}${event.holder === undefined ? '' : `: ${printable(event.holder)}`}`
  }
  return undefined
}

function details(seen: StatementProgress | undefined): string[] {
  if (seen === undefined) return []
  const blocked = seen.blockedBy.length === 0 ? [] : [`waiting for pid ${seen.blockedBy.join(', ')}`]
  return [`${printable(seen.what)}${seen.percent === null ? '' : ` ${seen.percent} %`}`, ...blocked]
}
