import { grouped, plural, printable } from '../../core/text.ts'
import type { Style } from '../../render/style.ts'
import { renderTable, wrap } from '../../render/table.ts'
import type { Cooccurrence, SkillStats, StatsReport } from '../../stats/report.ts'
import type { DatabaseReport } from './database.ts'
import { databaseLine } from './database.ts'

/** Totals and a row per skill, or the sets that succeed together; on an empty log how to fill it. */
export function statsView(report: StatsReport & { database: DatabaseReport }, style: Style, width: number): string[] {
  const head = databaseLine(report.database, style)
  const period = report.since === null ? 'all time' : `since ${minute(report.since)}`
  if (report.totals.events === 0) return [head, ...emptyLines(report, style)]
  const body = report.cooccurrence === undefined ? skillLines(report, style, width) : cooccurrenceLines(report.cooccurrence, style, width)
  return [
    head,
    ...wrap(totalsLine(report, period), width),
    '',
    ...body,
    ...(report.truncated ? [style.dim('there are more: raise --limit')] : []),
  ]
}

function totalsLine({ totals }: StatsReport, period: string): string {
  const rate = totals.events === 0 ? '' : `, ${percent((totals.success / totals.events) * 100)} success`
  const rating = totals.avgRating === null ? '' : `, rated ${totals.avgRating.toFixed(2)} by ${plural(totals.feedback, 'vote')}`
  return `${period}: ${plural(totals.events, 'use')} of ${plural(totals.skillsUsed, 'skill')} by ${plural(totals.users, 'user')} in ${plural(totals.sessions, 'session')}${rate}${rating}; ${totals.enabled} of ${plural(totals.registered, 'registered skill')} enabled`
}

function skillLines({ skills, skill }: StatsReport, style: Style, width: number): string[] {
  if (skills.length === 0) return [`no uses of ${printable(skill ?? 'any skill')} in this period`]
  const columns = [
    { title: 'skill', shrink: true, least: 24 },
    { title: 'uses', align: 'right' as const },
    { title: 'success', align: 'right' as const },
    { title: 'latency', align: 'right' as const },
    { title: 'rating', align: 'right' as const },
    { title: 'users', align: 'right' as const },
    { title: 'first use', optional: true },
    { title: 'last use', optional: true },
  ]
  return renderTable(columns, skills.map(skillCells), width, style)
}

function skillCells(row: SkillStats): string[] {
  return [
    printable(row.skillId),
    grouped(row.totalUses),
    row.successRatePct === null ? '-' : percent(row.successRatePct),
    row.avgLatencyMs === null ? '-' : `${grouped(row.avgLatencyMs)} ms`,
    row.avgRating === null ? '-' : row.avgRating.toFixed(2),
    grouped(row.uniqueUsers),
    minute(row.firstUse),
    minute(row.lastUse),
  ]
}

function cooccurrenceLines(sets: readonly Cooccurrence[], style: Style, width: number): string[] {
  if (sets.length === 0) return ['no set of two skills has succeeded together in three sessions yet']
  const columns = [
    { title: 'skills', shrink: true, least: 48 },
    { title: 'sessions', align: 'right' as const },
    { title: 'users', align: 'right' as const },
    { title: 'success', align: 'right' as const },
    { title: 'tier', optional: true },
    { title: 'element', optional: true },
    { title: 'realm', shrink: true, optional: true },
    { title: 'last seen', optional: true },
  ]
  const rows = sets.map((set) => [
    printable(set.skillSet.join(' + ')),
    grouped(set.cooccurrenceCount),
    grouped(set.distinctUsers),
    set.avgSuccessRate === null ? '-' : percent(set.avgSuccessRate * 100),
    printable(set.tier ?? '-'),
    printable(set.element ?? '-'),
    printable(set.realm ?? '-'),
    minute(set.lastObserved),
  ])
  return renderTable(columns, rows, width, style)
}

function emptyLines({ since, totals }: StatsReport, style: Style): string[] {
  if (since !== null) return [`no events since ${minute(since)}`, style.dim('skills stats without --since shows all time')]
  return [
    `no events yet (${plural(totals.registered, 'skill')} registered)`,
    '',
    'Events come in through the function log_skill_usage, from any language:',
    style.cyan(
      "  SELECT log_skill_usage('9f1c1d3e-0000-4000-8000-000000000001', 'session-1', 'elemental-checkin', '1.0.0', 'FAST', 'success', 180);",
    ),
    style.dim('  user id, session, skill, version, tier, outcome (success, soft_fail, hard_refusal), latency in ms'),
  ]
}

function percent(value: number): string {
  return `${value.toFixed(1)} %`
}

/** `2026-11-21 03:04` (UTC). */
function minute(iso: string | null): string {
  return iso === null ? '-' : iso.slice(0, 16).replace('T', ' ')
}
