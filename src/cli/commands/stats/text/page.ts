import stringWidth from 'fast-string-width'
import { grouped, plural, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { renderTable, truncate, wrap } from '../../../../render/table.ts'
import type { SkillPage, SkillStats, StatsReport } from '../../../../stats/report.ts'
import { dayLines } from './days.ts'
import { countOr, minute, msOr, percentOr } from './format.ts'
import { hourLines } from './hours.ts'
import { BARS, barsOf } from './pictures.ts'

const LONGEST_TAG = 40

/** One skill: its numbers, versions, outcomes, latency, tags and hours of use. */
export function pageLines({ skills, page, skill, days }: StatsReport, style: Style, width: number): string[] {
  const [stats] = skills
  if (stats === undefined || page === undefined) return wrap(`no uses of ${printable(skill ?? 'any skill')} in this period`, width)
  return [
    ...nameLines(stats.skillId, registered(page), style, width),
    ...wrap(summary(stats), width),
    '',
    ...dayLines(days, style, width),
    ...versionLines(page, style, width),
    '',
    ...outcomeLines(page, stats.totalUses, style, width),
    '',
    ...(stats.latency === null ? [] : wrap(latency(stats.latency), width)),
    ...(page.tags.length === 0
      ? []
      : wrap(
          `tags: ${page.tags.map(({ tag, count }) => `${truncate(printable(tag), LONGEST_TAG, style.unicode ? '…' : '...')} ${grouped(count)}`).join(', ')}`,
          width,
        )),
    '',
    ...hourLines(page.hoursOfWeek, style, width),
  ]
}

/** On one line when it fits. */
function nameLines(skillId: string, state: string, style: Style, width: number): string[] {
  const name = printable(skillId)
  if (stringWidth(name) + 2 + stringWidth(state) <= width) return [`${style.bold(name)}  ${style.dim(state)}`]
  return [...wrap(name, width).map((line) => style.bold(line)), ...wrap(state, width).map((line) => style.dim(line))]
}

function registered({ registered: row }: SkillPage): string {
  if (row === null) return 'not in the registry'
  const words = [row.version, row.tier, row.category, `trust ${row.trustLevel}`, row.enabled ? 'enabled' : 'disabled']
  return `${words.flatMap((word) => (word === null ? [] : [printable(word)])).join(', ')}`
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

function outcomeLines({ outcomes }: SkillPage, total: number, style: Style, width: number): string[] {
  const bars = barsOf(
    outcomes.map(({ uses }) => uses),
    style,
  )
  const columns = [{ title: 'outcome' }, { title: 'uses', align: 'right' as const }, { title: 'share', align: 'right' as const }, BARS]
  const rows = outcomes.map(({ outcome, uses }, i) => [
    outcome,
    grouped(uses),
    percentOr(total === 0 ? null : (100 * uses) / total),
    bars[i] ?? '',
  ])
  return renderTable(columns, rows, width, style)
}
