import { grouped, plural } from '../../../../core/text.ts'
import { barList } from '../../../../render/html/bars.ts'
import { heatMap } from '../../../../render/html/heat-map.ts'
import { markup } from '../../../../render/html/markup.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { SkillPage, SkillStats } from '../../../../stats/report.ts'
import { minute, msOr, percent, percentOr } from '../text/format.ts'
import { countCells, countsOf, outcomeLegend, OUTCOME_LABELS, OUTCOME_MARKS, outcomeSegments } from './outcomes.ts'

/** One skill: outcomes, versions, latency, tags, hours of the week. */
export function skillPageSections(skill: SkillStats, page: SkillPage): Section[] {
  return [...outcomes(skill, page), ...versions(page), ...latency(skill), ...tags(page), ...hours(page)]
}

function outcomes({ totalUses }: SkillStats, { outcomes: rows }: SkillPage): Section[] {
  const share = (uses: number): string => (totalUses === 0 ? '-' : percent((100 * uses) / totalUses))
  return [
    {
      id: 'outcomes',
      heading: 'Outcomes',
      chart: barList(
        'Uses by outcome',
        rows.map(({ outcome, uses }) => ({
          label: OUTCOME_LABELS[outcome],
          value: `${grouped(uses)}, ${share(uses)}`,
          segments: [{ mark: OUTCOME_MARKS[outcome], value: uses }],
        })),
        Math.max(0, ...rows.map(({ uses }) => uses)),
      ),
      table: {
        id: 'outcomes-table',
        caption: 'Uses by outcome',
        columns: [{ title: 'outcome' }, { title: 'uses', number: true }, { title: 'share', number: true }],
        rows: rows.map(({ outcome, uses }) => [OUTCOME_LABELS[outcome], grouped(uses), share(uses)]),
      },
      folded: true,
    },
  ]
}

function versions({ versions: rows }: SkillPage): Section[] {
  if (rows.length === 0) return []
  return [
    {
      id: 'versions',
      heading: 'Versions',
      intro: 'Each bar shows all uses of a version, divided by outcome.',
      chart: markup`${outcomeLegend(rows.map(countsOf))}${barList(
        'Outcomes of each version',
        rows.map((row) => ({
          label: row.version,
          value: `${plural(row.totalUses, 'use')}, ${percentOr(row.successRatePct)} success`,
          segments: outcomeSegments(countsOf(row)),
          max: row.totalUses,
        })),
        1,
      )}`,
      table: {
        id: 'versions-table',
        caption: 'Versions',
        columns: [
          { title: 'version' },
          ...['uses', 'success rate', 'success', 'soft fail', 'refusal', 'other', 'p50', 'p95', 'rating', 'votes'].map((title) => ({
            title,
            number: true,
          })),
          { title: 'first use (UTC)' },
          { title: 'last use (UTC)' },
        ],
        rows: rows.map((row) => [
          row.version,
          grouped(row.totalUses),
          percentOr(row.successRatePct),
          ...countCells(countsOf(row)),
          msOr(row.latency?.p50),
          msOr(row.latency?.p95),
          row.avgRating === null ? '-' : row.avgRating.toFixed(2),
          grouped(row.feedback),
          minute(row.firstUse),
          minute(row.lastUse),
        ]),
      },
    },
  ]
}

function latency({ latency: found }: SkillStats): Section[] {
  if (found === null) return []
  const { min, p50, p90, p95, p99, max } = found
  const rows: [string, string, number][] = [
    ['p50', 'half of the uses took no longer', p50],
    ['p90', 'nine of ten', p90],
    ['p95', '19 of 20', p95],
    ['p99', '99 of 100', p99],
  ]
  return [
    {
      id: 'latency',
      heading: 'Latency',
      intro: `From ${msOr(min)} to ${msOr(max)}.`,
      chart: barList(
        'Latency percentiles',
        rows.map(([name, meaning, ms]) => ({ label: `${name}: ${meaning}`, value: msOr(ms), segments: [{ mark: 'plain', value: ms }] })),
        p99,
      ),
      table: {
        id: 'latency-table',
        caption: 'Latency',
        columns: [{ title: 'percentile' }, { title: 'latency', number: true }],
        rows: [['least', msOr(min)], ...rows.map(([name, , ms]) => [name, msOr(ms)]), ['most', msOr(max)]],
      },
      folded: true,
    },
  ]
}

function tags({ tags: rows }: SkillPage): Section[] {
  if (rows.length === 0) return []
  return [
    {
      id: 'tags',
      heading: 'Feedback tags',
      chart: barList(
        'Feedback tags by count',
        rows.map(({ tag, count }) => ({ label: tag, value: grouped(count), segments: [{ mark: 'plain', value: count }] })),
        Math.max(...rows.map(({ count }) => count)),
      ),
      table: {
        id: 'tags-table',
        caption: 'Feedback tags',
        columns: [{ title: 'tag' }, { title: 'count', number: true }],
        rows: rows.map(({ tag, count }) => [tag, grouped(count)]),
      },
      folded: true,
    },
  ]
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))

function hours({ hoursOfWeek }: SkillPage): Section[] {
  const busiest = hoursOfWeek.indexOf(Math.max(...hoursOfWeek))
  const name = (i: number): string => `${WEEKDAYS[Math.floor(i / 24)] ?? ''} ${HOURS[i % 24] ?? ''}:00`
  return [
    {
      id: 'hours',
      heading: 'Hours of the week',
      intro: 'Uses in each hour of the week, UTC.',
      chart: heatMap({
        description: `Uses by hour of the week; the busiest is ${name(busiest)} with ${grouped(hoursOfWeek[busiest] ?? 0)}. The table has every hour.`,
        rows: WEEKDAYS,
        columns: HOURS.map((hour) => `${hour}:00`),
        values: hoursOfWeek,
      }),
      table: {
        id: 'hours-table',
        caption: 'Uses by hour of the week',
        columns: [{ title: 'hour' }, ...WEEKDAYS.map((title) => ({ title, number: true }))],
        rows: HOURS.map((hour, h) => [`${hour}:00`, ...WEEKDAYS.map((_, d) => grouped(hoursOfWeek[24 * d + h] ?? 0))]),
      },
      folded: true,
    },
  ]
}
