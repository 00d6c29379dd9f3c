import path from 'node:path'
import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import { parseDuration } from '../../core/durations.ts'
import { SkillsError } from '../../core/errors.ts'
import { withoutSecrets } from '../../core/redaction.ts'
import { nearest } from '../../core/text.ts'
import type { Dimension, StatsCallOptions, StatsReport } from '../../index.ts'
import { DIMENSIONS, stats } from '../../index.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../context.ts'
import { withDatabase } from '../context.ts'
import type { DatabaseReport } from '../views/database.ts'
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
  html?: string
  csv?: boolean
}

export const execute: Executor = executor('stats', statsCommand)

async function statsCommand(context: Context, flags: StatsFlags, [skill]: readonly string[]): Promise<CommandResult> {
  const question = questionOf(flags, skill)
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

/** Writes the page into its file; gives what goes to stdout in the place of the text. */
async function documentOf(
  found: StatsReport & { database: DatabaseReport },
  { html, csv, quiet }: StatsFlags,
  { cwd, io }: Context,
): Promise<string | undefined> {
  if (html === undefined && csv !== true) return undefined
  const report = withoutSecrets(found)
  if (html !== undefined) {
    const { statsHtml } = await import('../views/stats-html/stats-html.ts')
    const page = statsHtml(report, new Date())
    if (html === '-') return page.trimEnd()
    const { writeReport } = await import('../write-report.ts')
    writeReport(path.resolve(cwd, html), page)
    if (quiet !== true) io.err(`wrote ${html}`)
  }
  if (csv !== true) return undefined
  const { statsCsv } = await import('../views/stats-csv.ts')
  if (report.truncated && quiet !== true) io.err('there are more rows: raise --limit')
  return statsCsv(report).join('\n')
}

function refuseTwoDocuments({ html, csv, json }: StatsFlags): void {
  if (html === '') throw wrong('--html names no file', 'such as --html report.html')
  const onStdout = [...(html === '-' ? ['--html -'] : []), ...(csv === true ? ['--csv'] : []), ...(json === true ? ['--json'] : [])]
  if (onStdout.length > 1)
    throw wrong(
      `${onStdout.join(' and ')} cannot share standard output`,
      'give the page a file: --html report.html, and ask once for each other form',
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
