import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import { parseDuration } from '../../core/durations.ts'
import { SkillsError } from '../../core/errors.ts'
import { nearest } from '../../core/text.ts'
import type { Dimension, StatsCallOptions } from '../../index.ts'
import { DIMENSIONS, stats } from '../../index.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../context.ts'
import { withDatabase } from '../context.ts'
import { databaseReport } from '../views/database.ts'
import { statsView } from '../views/stats.ts'

export interface StatsFlags extends CommonFlags, DatabaseFlags {
  since?: string
  limit?: string
  cooccurrence?: boolean
  by?: string
  compare?: string
  funnel?: boolean
  user?: string
  exact?: boolean
}

export const execute: Executor = executor('stats', statsCommand)

async function statsCommand(context: Context, flags: StatsFlags, [skill]: readonly string[]): Promise<CommandResult> {
  const question = questionOf(flags, skill)
  return withDatabase(
    context,
    flags,
    async (db) => {
      context.progress.update('counting')
      const found = await stats(db, { ...question, onProgress: (what) => context.progress.update(what) })
      const report = { database: databaseReport(db.info), ...found }
      return { report, view: (style, width) => statsView(report, style, width) }
    },
    { mustExist: true },
  )
}

/** The question that the command line asks. Throws USAGE for two questions at once. */
function questionOf(flags: StatsFlags, skill: string | undefined): StatsCallOptions {
  const views = (['cooccurrence', 'by', 'compare', 'funnel', 'user'] as const).filter((name) => flags[name] !== undefined)
  if (views.length > 1) throw wrong(`--${views[0] ?? ''} and --${views[1] ?? ''} are two questions`, 'ask one at a time')
  if (flags.compare !== undefined && flags.since !== undefined)
    throw wrong('--compare takes no --since', 'its value is the length of both periods')
  return {
    skill,
    sinceMs: flags.since === undefined ? undefined : parseDuration(flags.since, '--since'),
    limit: readLimit(flags.limit),
    cooccurrence: flags.cooccurrence === true,
    by: readDimension(flags.by),
    compareMs: flags.compare === undefined ? undefined : parseDuration(flags.compare, '--compare'),
    funnel: flags.funnel,
    user: flags.user,
    exact: flags.exact,
  }
}

function readLimit(text: string | undefined): number {
  const limit = text === undefined ? 20 : Number(text)
  if (!Number.isInteger(limit) || limit < 1) throw wrong(`--limit: "${text ?? ''}" is not a whole number from 1`, 'such as --limit 50')
  return limit
}

function readDimension(text: string | undefined): Dimension | undefined {
  const found = DIMENSIONS.find((dimension) => dimension === text)
  if (found !== undefined || text === undefined) return found
  const near = nearest(text, DIMENSIONS)
  throw wrong(
    `--by: "${text}" is none of ${DIMENSIONS.join(', ')}`,
    near === undefined ? 'such as --by tier' : `did you mean --by ${near}?`,
  )
}

function wrong(message: string, hint: string): SkillsError {
  return new SkillsError('USAGE', message, { hint })
}
