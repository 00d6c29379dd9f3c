import path from 'node:path'
import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import { withoutSecrets } from '../../../core/redaction.ts'
import type { Db } from '../../../db/db.ts'
import { openDb } from '../../../db/open.ts'
import type { StatsCallOptions } from '../../../api/stats.ts'
import type { StatsReport } from '../../../stats/report.ts'
import { eventTail } from '../../../api/event-tail.ts'
import { stats } from '../../../api/stats.ts'
import type { CommandResult, Context } from '../../run/context.ts'
import { settingsOf, waitOf, withDatabase } from '../../run/context.ts'
import type { StatsFlags } from './question.ts'
import { intervalOf, questionOf, refuseEmbedded, refuseForTail, refuseForWatch, refuseTwoDocuments, tailOptionsOf } from './question.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { databaseReport } from '../../output/database-view.ts'
import { statsView } from './view.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export type Report = WithDatabase<StatsReport>

export const execute: Executor = executor('stats', statsCommand)

async function statsCommand(context: Context, flags: StatsFlags, [skill]: readonly string[]): Promise<CommandResult<Report>> {
  if (flags.tail === true) return tailCommand(context, flags, skill)
  const question = questionOf(flags, skill)
  if (flags.watch !== undefined) return watchCommand(context, flags, question)
  refuseTwoDocuments(flags)
  const report = await withDatabase(
    context,
    flags,
    async (db) => {
      context.progress.update('counting')
      const found = await stats(db, { ...question, onProgress: (what) => context.progress.update(what) })
      return { database: databaseReport(db.info), ...found }
    },
    { mustExist: true },
  )
  const view: CommandResult['view'] = (style, width) => statsView(report, style, width)
  const document = await documentOf(report, flags, context)
  return { report, view, ...(document === undefined ? {} : { document }) }
}

async function tailCommand(context: Context, flags: StatsFlags, skill: string | undefined): Promise<CommandResult<Report>> {
  refuseForTail(flags)
  const tail = eventTail(tailOptionsOf(flags, skill))
  const open = await openerOf(context, flags, '--tail')
  const { tailStats } = await import('./tail.ts')
  return tailStats(context, { open, tail, ndjson: flags.ndjson === true })
}

async function watchCommand(context: Context, flags: StatsFlags, question: StatsCallOptions): Promise<CommandResult<Report>> {
  refuseForWatch(flags)
  const everyMs = intervalOf(flags)
  const open = await openerOf(context, flags, '--watch')
  const { watchStats } = await import('./watch.ts')
  const ask = async (db: Db): Promise<ReturnType<typeof viewOf>> => viewOf(db, await stats(db, question))
  return watchStats(context, { open, ask, everyMs })
}

function viewOf(db: Db, found: StatsReport): NonNullable<CommandResult['view']> {
  return (style, width) => statsView({ database: databaseReport(db.info), ...found }, style, width)
}

/** Opens sessions with the server that the settings name. */
async function openerOf(context: Context, flags: StatsFlags, option: string): Promise<() => Promise<Db>> {
  const { database, schema } = await settingsOf(context, flags)
  refuseEmbedded(database.value, option)
  return () => openDb(database.value, { schema: schema.value, waitMs: waitOf(flags) })
}

/** Writes the page into its file; gives what goes to stdout in the place of the text. */
async function documentOf(
  found: StatsReport & { database: DatabaseReport },
  { html, csv, quiet }: StatsFlags,
  { cwd, io }: Context,
): Promise<string | undefined> {
  if (html === undefined && csv !== true) return undefined
  const report = withoutSecrets(found)
  if (html !== undefined) {
    const { statsHtml } = await import('./html/page.ts')
    const page = statsHtml(report, new Date())
    if (html === '-') return page.trimEnd()
    const { writeReport } = await import('../../output/write-report.ts')
    writeReport(path.resolve(cwd, html), page)
    if (quiet !== true) io.err(`wrote ${html}`)
  }
  if (csv !== true) return undefined
  const { statsCsv } = await import('./csv.ts')
  if (report.truncated && quiet !== true) io.err('there are more rows: raise --limit')
  return statsCsv(report).join('\n')
}
