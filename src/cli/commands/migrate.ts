import { parseDuration } from '../../core/durations.ts'
import { printable } from '../../core/text.ts'
import { migrate } from '../../index.ts'
import type { MigrateEvent } from '../../migrations/report.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../context.ts'
import { withDatabase } from '../context.ts'
import type { Progress } from '../progress.ts'
import { databaseReport } from '../views/database.ts'
import { migrateView } from '../views/migrate.ts'

export interface MigrateFlags extends CommonFlags, DatabaseFlags {
  dir?: string[]
  dryRun?: boolean
  strict?: boolean
  ledger?: string
  lockWait?: string
  lockTimeout?: string
}

export async function migrateCommand(context: Context, flags: MigrateFlags): Promise<CommandResult> {
  const times = {
    ...(flags.lockWait === undefined ? {} : { lockWaitMs: parseDuration(flags.lockWait, '--lock-wait') }),
    ...(flags.lockTimeout === undefined ? {} : { lockTimeoutMs: parseDuration(flags.lockTimeout, '--lock-timeout') }),
  }
  return withDatabase(context, flags, async (db, settings) => {
    const { report, error } = await migrate(db, {
      dirs: settings.migrations.value,
      ledger: settings.ledger.value,
      dryRun: flags.dryRun === true,
      strict: flags.strict === true,
      ...times,
      onEvent: (event) => show(event, context.progress),
    })
    const full = { database: databaseReport(db.info), ...report }
    return { report: full, view: (style) => migrateView(full, style, error !== undefined), ...(error === undefined ? {} : { error }) }
  })
}

function show(event: MigrateEvent, progress: Progress): void {
  if (event.type === 'file-start') progress.update(`${printable(event.version)} (${event.number} of ${event.total})`)
  if (event.type === 'lock-wait')
    progress.update(`waiting for another run${event.holder === undefined ? '' : `: ${printable(event.holder)}`}`)
}
