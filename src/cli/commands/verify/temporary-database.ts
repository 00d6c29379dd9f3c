import type { Settings } from '../../../config/settings.ts'
import { parseDuration } from '../../../core/durations.ts'
import { SkillsError } from '../../../core/errors.ts'
import type { Db } from '../../../db/db.ts'
import { openDb } from '../../../db/open.ts'
import type { ScratchDatabase } from '../../../db/scratch-database.ts'
import { makeScratchDatabase } from '../../../db/scratch-database.ts'
import type { CommandFlags, Context } from '../../run/context.ts'
import { settingsOf } from '../../run/context.ts'
import { interruption, onInterrupt } from '../../live/interrupt.ts'

export type ThrowAwayFlags = CommandFlags & { ephemeral?: boolean; againstServer?: string }

/**
 * Runs the work on an empty database that is gone afterwards, also after Ctrl-C: an embedded one in memory, or one of its
 * own on the server of `--against-server`.
 */
export async function withThrowAwayDatabase<T>(
  context: Context,
  flags: ThrowAwayFlags,
  work: (db: Db, settings: Settings) => Promise<T>,
): Promise<T> {
  refuseOther(flags)
  // it is what was asked for, so that nothing else has to be configured
  const { againstServer, ...rest } = flags
  const settings = await settingsOf(
    context,
    againstServer === undefined ? { ...rest, embedded: 'memory' } : { ...rest, databaseUrl: againstServer },
  )
  const { db, drop } = await open(context, flags, settings)
  const release = onInterrupt(() => db.cancel())
  try {
    const stopped = interruption()
    if (stopped !== undefined) throw stopped
    return await work(db, settings)
  } finally {
    release()
    context.progress.stop()
    await drop()
  }
}

function refuseOther({ ephemeral, againstServer, databaseUrl, embedded }: ThrowAwayFlags): void {
  const name = againstServer === undefined ? '--ephemeral' : '--against-server'
  if (ephemeral === true && againstServer !== undefined) {
    throw new SkillsError('USAGE', '--ephemeral and --against-server exclude each other', { hint: 'give one of the two' })
  }
  if (databaseUrl !== undefined || embedded !== undefined) {
    throw new SkillsError('USAGE', `${name} brings its own database`, { hint: 'leave --database-url and --embedded out' })
  }
}

async function open({ progress }: Context, { wait }: ThrowAwayFlags, { database, schema }: Settings): Promise<ScratchDatabase> {
  const target = database.value
  if (target.kind === 'server') {
    progress.update('making a database')
    return makeScratchDatabase(target, { schema: schema.value, waitMs: wait === undefined ? 0 : parseDuration(wait, '--wait') })
  }
  progress.update('starting the embedded database')
  const db = await openDb(target, { schema: schema.value })
  return { db, drop: () => db.close() }
}
