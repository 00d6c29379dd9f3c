import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import { parseDuration } from '../../core/durations.ts'
import { SkillsError } from '../../core/errors.ts'
import { stats } from '../../index.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../context.ts'
import { withDatabase } from '../context.ts'
import { databaseReport } from '../views/database.ts'
import { statsView } from '../views/stats.ts'

export interface StatsFlags extends CommonFlags, DatabaseFlags {
  since?: string
  limit?: string
  cooccurrence?: boolean
}

export const execute: Executor = executor('stats', statsCommand)

async function statsCommand(context: Context, flags: StatsFlags, [skill]: readonly string[]): Promise<CommandResult> {
  const sinceMs = flags.since === undefined ? undefined : parseDuration(flags.since, '--since')
  const limit = readLimit(flags.limit)
  return withDatabase(
    context,
    flags,
    async (db) => {
      context.progress.update('counting')
      const found = await stats(db, { skill, sinceMs, limit, cooccurrence: flags.cooccurrence === true })
      const report = { database: databaseReport(db.info), ...found }
      return { report, view: (style, width) => statsView(report, style, width) }
    },
    { mustExist: true },
  )
}

function readLimit(text: string | undefined): number {
  const limit = text === undefined ? 20 : Number(text)
  if (!Number.isInteger(limit) || limit < 1)
    throw new SkillsError('USAGE', `--limit: "${text ?? ''}" is not a whole number from 1`, { hint: 'such as --limit 50' })
  return limit
}
