import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { SkillsError } from '../../../core/errors.ts'
import { grouped, plural } from '../../../core/text.ts'
import { demoData } from '../../../api/demo-data.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import type { DemoReport } from '../../../telemetry/demo-data.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface DemoFlags extends CommonFlags, DatabaseFlags {
  events?: string
  seed?: string
  days?: string
  madeUp?: string
  until?: string
  yes?: boolean
}

export type Report = WithDatabase<DemoReport>

export const execute: Executor = executor('demo-data', demoCommand)

async function demoCommand(context: Context, flags: DemoFlags): Promise<CommandResult<Report>> {
  const options = {
    events: whole(flags.events, '--events', 10_000, 1, 1_000_000_000),
    seed: whole(flags.seed, '--seed', 1, 0, 1_000_000_000),
    days: whole(flags.days, '--days', 180, 1, 3650),
    skills: whole(flags.madeUp, '--made-up', 40, 1, 100_000),
    until: time(flags.until),
    beside: flags.yes === true,
  }
  return withDatabase(
    context,
    flags,
    async (db) => {
      const onProgress = (n: number): void => context.progress.update(`sample events: ${grouped(n)} of ${grouped(options.events)}`)
      const report = { database: databaseReport(db.info), ...(await demoData(db, { ...options, onProgress })) }
      const registered = report.registered === 0 ? '' : `; ${plural(report.registered, 'made-up skill')} registered`
      const sentence = `wrote ${plural(report.events, 'sample event')}, ${plural(report.feedback, 'rating')} and ${plural(report.unlocks, 'unlock')}${registered}`
      return { report, view: (style) => [databaseLine(report.database, style), sentence] }
    },
    { mustExist: true },
  )
}

function whole(text: string | undefined, option: string, standard: number, least: number, most: number): number {
  const value = text === undefined ? standard : Number(text.replaceAll('_', ''))
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new SkillsError('USAGE', `${option}: "${text ?? ''}" is not a whole number from ${grouped(least)} to ${grouped(most)}`, {
    hint: `such as ${option} ${standard}`,
  })
}

function time(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at
  throw new SkillsError('USAGE', `--until: "${text}" is not a time`, { hint: 'such as --until 2026-11-21T00:00:00Z' })
}
