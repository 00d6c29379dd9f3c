import stringWidth from 'fast-string-width'
import { grouped, plural, printable } from '../../../../core/text.ts'
import type { Style } from '../../../../render/style.ts'
import { truncate, wrap } from '../../../../render/table.ts'
import type { SkillPage, SkillStats, StatsReport } from '../../../../stats/report.ts'
import { bounded, minute, ms, paintBounded, percent, printed, rating, textTable } from '../table.ts'
import { outcomeTable, tableOf } from '../columns.ts'
import { emptyReason } from '../wording.ts'
import { dayLines, hourLines } from './pictures.ts'

const LONGEST_TAG = 40

/** One skill: its numbers, versions, outcomes, latency, tags and hours of use. */
export function pageLines(report: StatsReport, style: Style, width: number): string[] {
  const { skills, page } = report
  const [stats] = skills
  if (stats === undefined || page === undefined) return wrap(emptyReason(report), width)
  return [
    ...nameLines(stats.skillId, registered(page), style, width),
    ...wrap(summary(stats), width),
    '',
    ...dayLines(report, style, width),
    ...textTable(tableOf(report), style, width),
    '',
    ...textTable(outcomeTable(page.outcomes, stats.totalUses), style, width),
    '',
    ...(stats.latency === null ? [] : wrap(latency(stats.latency, style), width)),
    ...(page.tags.length === 0
      ? []
      : wrap(
          `tags: ${page.tags.map(({ tag, count }) => `${truncate(printable(tag), LONGEST_TAG, style.unicode ? '…' : '...')} ${grouped(count)}`).join(', ')}`,
          width,
        )),
    '',
    ...(page.hoursOfWeek === null ? [] : hourLines(page.hoursOfWeek, report.timeZone, style, width)),
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
  const rated = stats.avgRating === null ? 'not rated' : `rated ${rating(stats.avgRating)} (${plural(stats.feedback, 'vote')})`
  return `${plural(stats.totalUses, 'use')} by ${printed(stats.uniqueUsers, grouped)} users, ${printed(stats.successRatePct, percent)} success, ${rated}, first ${printed(stats.firstUse, minute)}, last ${printed(stats.lastUse, minute)}`
}

function latency(all: NonNullable<SkillStats['latency']>, style: Style): string {
  const percentiles = (['p50', 'p90', 'p95', 'p99'] as const).map((name) => `${name} ${paintBounded(bounded(all, name), style)}`)
  return `latency: min ${ms(all.min)}, ${percentiles.join(', ')}, max ${ms(all.max)}`
}
