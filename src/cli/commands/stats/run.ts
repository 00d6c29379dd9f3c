import path from 'node:path'
import { eventTail } from '../../../api/event-tail.ts'
import { readConditions, stats, type StatsCallOptions } from '../../../api/stats.ts'
import { DEFAULTS } from '../../../config/defaults.ts'
import { atOption, count, invalidValue } from '../../../config/values.ts'
import { SkillsError } from '../../../core/errors.ts'
import { withoutSecrets } from '../../../core/redaction.ts'
import type { Db } from '../../../db/db.ts'
import type { StatsReport } from '../../../stats/report.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import { stdoutClash } from '../../output/destinations.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { openConnection, settingsOf, withDatabase } from '../../run/database.ts'
import { executor } from '../../run/run-command.ts'
import { gateResult } from './gate.ts'
import { spec } from './spec.ts'
import { csvTable } from './table.ts'
import { tableOf } from './columns.ts'
import { statsView } from './view.ts'

type Flags = FlagsOf<typeof spec>

export type Report = WithDatabase<StatsReport>

export const execute = executor(spec, async (context, flags, [skill]): Promise<CommandResult<Report>> => {
  if (flags.tail === true) return tailCommand(context, flags, skill)
  const question = questionOf(flags, skill)
  readConditions(flags.failIf)
  if (flags.watch !== undefined) return watchCommand(context, flags, question, flags.watch)
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
  const gate = report.gate === undefined ? {} : gateResult(report.gate, report.database)
  return { report, view, ...gate, ...(document === undefined ? {} : { document }) }
})

function questionOf(flags: Flags, skill: string | undefined): StatsCallOptions {
  const { since, compare, by, funnel, user, exact, failIf, minUses, failOn, limit = DEFAULTS.statsLimit } = flags
  // without rows there is no answer; a tail without earlier events is one
  if (limit < 1) throw invalidValue(count(1), String(limit), atOption('--limit'))
  if (flags.reporter !== undefined && failIf === undefined && failOn === undefined) {
    throw new SkillsError('USAGE', '--reporter reports checks, and without --fail-if or --fail-on there are none', {
      hint: 'use --json, --csv or --html for the numbers',
    })
  }
  const { from, to, tz: timeZone, version = null, tier = null, outcome = null, element = null, realm = null, category = null } = flags
  return {
    skill,
    sinceMs: since,
    from,
    to,
    timeZone,
    filters: { version, tier, outcome, element, realm, category },
    limit,
    cooccurrence: flags.cooccurrence === true,
    sessions: flags.sessions === true,
    by,
    compareMs: compare,
    funnel,
    user,
    exact,
    failIf,
    minUses,
    failOn,
    metrics: flags.openmetrics === true,
  }
}

async function tailCommand(context: Context, flags: Flags, skill: string | undefined): Promise<CommandResult<Report>> {
  const { user, limit = DEFAULTS.tailLimit, ndjson } = flags
  const tail = eventTail({ skill, user, limit })
  const open = await openerOf(context, flags, '--tail')
  const { tailStats } = await import('./tail.ts')
  return tailStats(context, { open, tail, ndjson: ndjson === true })
}

async function watchCommand(context: Context, flags: Flags, question: StatsCallOptions, everyMs: number): Promise<CommandResult<Report>> {
  const open = await openerOf(context, flags, '--watch')
  const { watchStats } = await import('./watch.ts')
  const ask = async (db: Db): Promise<NonNullable<CommandResult['view']>> => {
    const report = { database: databaseReport(db.info), ...(await stats(db, question)) }
    return (style, width) => statsView(report, style, width)
  }
  return watchStats(context, { open, ask, everyMs })
}

/** Opens connections to the server that the settings name. Throws USAGE for an embedded database, which no other process can write to. */
async function openerOf(context: Context, flags: Flags, option: string): Promise<() => Promise<Db>> {
  const settings = await settingsOf(context, flags)
  if (settings.database.value.kind !== 'server') {
    throw new SkillsError('USAGE', `${option} requires a server: while it runs, no other process can write to an embedded database`, {
      hint: 'set DATABASE_URL or pass --database-url',
    })
  }
  return () => openConnection(context, settings, { waitMs: flags.wait })
}

function refuseTwoDocuments({ html, csv, json }: Flags): void {
  const onStdout = [...(html === '-' ? ['--html -'] : []), ...(csv === true ? ['--csv'] : []), ...(json === true ? ['--json'] : [])]
  if (onStdout.length > 1) throw stdoutClash(onStdout, 'write the page to a file with --html report.html, and use one other form')
}

/** Writes the page to its file. Returns the text for stdout that replaces the view. */
async function documentOf(found: Report, { html, csv, quiet }: Flags, { cwd, io }: Context): Promise<string | undefined> {
  if (html === undefined && csv !== true && found.metrics === undefined) return undefined
  const report = withoutSecrets(found)
  if (report.metrics !== undefined) {
    const { openMetrics } = await import('./openmetrics.ts')
    return openMetrics(report.metrics)
  }
  if (html !== undefined) {
    const { statsHtml } = await import('./html/page.ts')
    const page = statsHtml(report, new Date())
    if (html === '-') return page.trimEnd()
    const { writeReport } = await import('../../output/write-report.ts')
    writeReport(path.resolve(cwd, html), page, cwd)
    if (quiet !== true) io.err(`wrote ${html}`)
  }
  if (csv !== true) return undefined
  if (report.truncated && quiet !== true) io.err('more rows exist: increase --limit')
  return csvTable(tableOf(report)).join('\n')
}
