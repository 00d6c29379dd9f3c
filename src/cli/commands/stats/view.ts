import { plural } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import { wrap } from '../../../render/table.ts'
import type { StatsReport } from '../../../stats/report.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'
import { gateLines } from './gate.ts'
import { minute, percent, rating, textTable } from './table.ts'
import { tableOf } from './columns.ts'
import { dayLines } from './text/pictures.ts'
import { pageLines } from './text/skill-page.ts'
import { comparedPeriods, comparisonTest, emptyReason, filterText } from './wording.ts'

/** The totals and one view; without events, how to write them. */
export function statsView(report: StatsReport & { database: DatabaseReport }, style: Style, width: number): string[] {
  const head = databaseLine(report.database, style)
  if (report.totals.events === 0 && report.view !== 'user' && report.gate === undefined) return [head, ...emptyLines(report, style, width)]
  return [
    head,
    ...(report.view === 'user' || report.view === 'compare' ? [] : wrap(totalsLine(report), width)),
    '',
    ...viewLines(report, style, width),
    ...(report.gate === undefined ? [] : gateLines(report.gate, style, width)),
    ...(report.truncated ? [style.dim('more rows exist: increase --limit')] : []),
    ...sourceLines(report, style, width),
  ]
}

function viewLines(report: StatsReport, style: Style, width: number): string[] {
  if (report.view === 'skill') return pageLines(report, style, width)
  const main = tableOf(report)
  if (report.view === 'gate') return main.rowCount === 0 ? [] : [...textTable(main, style, width), '']
  if (main.rowCount === 0) return wrap(emptyReason(report), width)
  return [
    ...(report.view === 'overview' ? dayLines(report, style, width) : []),
    ...(report.compare === undefined ? [] : [...wrap(`success ${comparedPeriods(report.compare)}`, width), '']),
    ...textTable(main, style, width),
    ...(report.compare === undefined ? [] : wrap(comparisonTest(report.compare), width).map((line) => style.dim(line))),
  ]
}

function totalsLine(report: StatsReport): string {
  const { totals, since, until } = report
  const only = filterText(report) === '' ? '' : `, ${filterText(report)}`
  const from = since === null ? (until === null ? 'all time' : '') : `since ${minute(since)}`
  const period = `${[from, ...(until === null ? [] : [`before ${minute(until)}`])].filter((part) => part !== '').join(' ')}${only}`
  const people =
    totals.users === null || totals.sessions === null ? '' : ` by ${plural(totals.users, 'user')} in ${plural(totals.sessions, 'session')}`
  const rate = totals.events === 0 ? '' : `, ${percent((totals.success / totals.events) * 100)} success`
  const rated = totals.avgRating === null ? '' : `, rated ${rating(totals.avgRating)} by ${plural(totals.feedback, 'vote')}`
  return `${period}: ${plural(totals.events, 'use')} of ${plural(totals.skillsUsed, 'skill')}${people}${rate}${rated}; ${totals.enabled} of ${plural(totals.registered, 'registered skill')} enabled`
}

/** What is estimated, and where the numbers come from. */
function sourceLines({ source, skills }: StatsReport, style: Style, width: number): string[] {
  const estimated = source.percentileErrorPct > 0 && skills.some(({ latency }) => latency !== null)
  const notes = [
    ...(estimated
      ? [`p50 and p95 are estimates with an error of at most ${source.percentileErrorPct} %; pass --exact to read every event`]
      : []),
    ...(source.note === null ? [] : [source.note]),
  ]
  return notes.flatMap((note) => wrap(note, width)).map((line) => style.dim(line))
}

function emptyLines(report: StatsReport, style: Style, width: number): string[] {
  const { since, until, totals } = report
  if (filterText(report) !== '' || until !== null)
    return wrap(`no such events${filterText(report) === '' ? '' : `, ${filterText(report)}`}`, width)
  if (since !== null) return [`no events since ${minute(since)}`, style.dim('run skills stats without --since for all time')]
  return [
    `no events yet (${plural(totals.registered, 'skill')} registered)`,
    '',
    ...wrap('Write events with the function log_skill_usage, from any language:', width),
    style.cyan(
      "  SELECT log_skill_usage('9f1c1d3e-0000-4000-8000-000000000001', 'session-1', 'elemental-checkin', '1.0.0', 'FAST', 'success', 180);",
    ),
    style.dim('  user id, session, skill, version, tier, outcome (success, soft_fail, hard_refusal), latency in ms'),
  ]
}
