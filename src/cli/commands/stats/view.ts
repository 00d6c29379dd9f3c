import { plural } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import { wrap } from '../../../render/table.ts'
import type { StatsReport } from '../../../stats/report.ts'
import { databaseLine, type DatabaseReport } from '../../output/database-view.ts'
import { compareLines } from './text/compare.ts'
import { cooccurrenceLines } from './text/cooccurrence.ts'
import { minute, percent } from './text/format.ts'
import { funnelLines } from './text/funnel.ts'
import { groupLines } from './text/groups.ts'
import { pageLines } from './text/page.ts'
import { skillLines } from './text/skills.ts'
import { timelineLines } from './text/timeline.ts'

/** The totals and one view; without events, how to write them. */
export function statsView(report: StatsReport & { database: DatabaseReport }, style: Style, width: number): string[] {
  const head = databaseLine(report.database, style)
  if (report.totals.events === 0 && report.view !== 'user') return [head, ...emptyLines(report, style, width)]
  return [
    head,
    ...(report.view === 'user' || report.view === 'compare' ? [] : wrap(totalsLine(report), width)),
    '',
    ...viewLines(report, style, width),
    ...(report.truncated ? [style.dim('more rows exist: increase --limit')] : []),
    ...sourceLines(report, style, width),
  ]
}

function viewLines(report: StatsReport, style: Style, width: number): string[] {
  switch (report.view) {
    case 'overview':
      return skillLines(report, style, width)
    case 'skill':
      return pageLines(report, style, width)
    case 'cooccurrence':
      return cooccurrenceLines(report.cooccurrence ?? [], style, width)
    case 'groups':
      return groupLines(report.groups, style, width)
    case 'compare':
      return compareLines(report.compare, style, width)
    case 'funnel':
      return funnelLines(report.funnel ?? [], style, width)
    case 'user':
      return timelineLines(report.timeline ?? [], style, width)
  }
}

function totalsLine({ totals, since }: StatsReport): string {
  const period = since === null ? 'all time' : `since ${minute(since)}`
  const people =
    totals.users === null || totals.sessions === null ? '' : ` by ${plural(totals.users, 'user')} in ${plural(totals.sessions, 'session')}`
  const rate = totals.events === 0 ? '' : `, ${percent((totals.success / totals.events) * 100)} success`
  const rating = totals.avgRating === null ? '' : `, rated ${totals.avgRating.toFixed(2)} by ${plural(totals.feedback, 'vote')}`
  return `${period}: ${plural(totals.events, 'use')} of ${plural(totals.skillsUsed, 'skill')}${people}${rate}${rating}; ${totals.enabled} of ${plural(totals.registered, 'registered skill')} enabled`
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

function emptyLines({ since, totals }: StatsReport, style: Style, width: number): string[] {
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
