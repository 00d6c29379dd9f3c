import { grouped, plural, printable } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import { renderTable, wrap } from '../../../render/table.ts'
import type { SkillPage, SkillStats, StatsReport } from '../../../stats/report.ts'
import { countOr, minute, msOr, percent, percentOr } from './format.ts'

/** One skill: its numbers, its versions side by side, outcomes, latency, tags, and when it is used. */
export function pageLines({ skills, page, skill }: StatsReport, style: Style, width: number): string[] {
  const [stats] = skills
  if (stats === undefined || page === undefined) return [`no uses of ${printable(skill ?? 'any skill')} in this period`]
  return [
    style.bold(printable(stats.skillId)) + style.dim(registered(page)),
    ...wrap(summary(stats), width),
    '',
    ...versionLines(page, style, width),
    '',
    ...wrap(
      `outcomes: ${page.outcomes.map(({ outcome, uses }) => `${outcome} ${grouped(uses)} (${percent((100 * uses) / stats.totalUses)})`).join(', ')}`,
      width,
    ),
    ...(stats.latency === null ? [] : wrap(latency(stats.latency), width)),
    ...(page.tags.length === 0
      ? []
      : wrap(`tags: ${page.tags.map(({ tag, count }) => `${printable(tag)} ${grouped(count)}`).join(', ')}`, width)),
    ...wrap(`busiest hours (UTC): ${busiest(page.hoursOfWeek)}`, width),
  ]
}

function registered({ registered: row }: SkillPage): string {
  if (row === null) return '  not in the registry'
  const words = [row.version, row.tier, row.category, `trust ${row.trustLevel}`, row.enabled ? 'enabled' : 'disabled']
  return `  ${words.flatMap((word) => (word === null ? [] : [printable(word)])).join(', ')}`
}

function summary(stats: SkillStats): string {
  const rating = stats.avgRating === null ? 'not rated' : `rated ${stats.avgRating.toFixed(2)} (${plural(stats.feedback, 'vote')})`
  return `${plural(stats.totalUses, 'use')} by ${countOr(stats.uniqueUsers)} users, ${percentOr(stats.successRatePct)} success, ${rating}, first ${minute(stats.firstUse)}, last ${minute(stats.lastUse)}`
}

function versionLines({ versions }: SkillPage, style: Style, width: number): string[] {
  const columns = [
    { title: 'version', shrink: true, least: 12 },
    { title: 'uses', align: 'right' as const },
    { title: 'success', align: 'right' as const },
    { title: 'p50', align: 'right' as const },
    { title: 'p95', align: 'right' as const },
    { title: 'rating', align: 'right' as const, optional: true },
    { title: 'first use', optional: true },
    { title: 'last use', optional: true },
  ]
  const rows = versions.map((row) => [
    printable(row.version),
    grouped(row.totalUses),
    percentOr(row.successRatePct),
    msOr(row.latency?.p50),
    msOr(row.latency?.p95),
    row.avgRating === null ? '-' : row.avgRating.toFixed(2),
    minute(row.firstUse),
    minute(row.lastUse),
  ])
  return renderTable(columns, rows, width, style)
}

function latency({ min, p50, p90, p95, p99, max }: NonNullable<SkillStats['latency']>): string {
  return `latency: min ${msOr(min)}, p50 ${msOr(p50)}, p90 ${msOr(p90)}, p95 ${msOr(p95)}, p99 ${msOr(p99)}, max ${msOr(max)}`
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function busiest(hours: readonly number[]): string {
  return hours
    .map((uses, hour) => ({ uses, name: `${WEEKDAYS[Math.floor(hour / 24)] ?? ''} ${String(hour % 24).padStart(2, '0')}h` }))
    .filter(({ uses }) => uses > 0)
    .toSorted((a, b) => b.uses - a.uses)
    .slice(0, 5)
    .map(({ name, uses }) => `${name} ${grouped(uses)}`)
    .join(', ')
}
