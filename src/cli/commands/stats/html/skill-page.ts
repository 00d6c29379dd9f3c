import { grouped } from '../../../../core/text.ts'
import { barList } from '../../../../render/html/bars.ts'
import { heatMap } from '../../../../render/html/heat-map.ts'
import type { Section } from '../../../../render/html/page.ts'
import type { SkillPage, SkillStats } from '../../../../stats/report.ts'
import { bounded, ms, percent, printed, table, type Column, type Table } from '../table.ts'
import { OUTCOME_LABELS, outcomeTable, shareOf } from '../columns.ts'
import { dataTable } from './data-table.ts'
import { OUTCOME_MARKS, outcomeBar, outcomeChart } from './outcomes.ts'

/** One skill: outcomes, versions, latency, tags, hours of the week. */
export function skillPageSections(skill: SkillStats, page: SkillPage, versionTable: Table, timeZone: string): Section[] {
  return [
    outcomes(skill, page),
    ...(page.versions.length === 0 ? [] : [versions(page, versionTable)]),
    ...(skill.latency === null ? [] : [latency(skill.latency)]),
    ...(page.tags.length === 0 ? [] : [tags(page)]),
    ...(page.hoursOfWeek === null ? [] : [hours(page.hoursOfWeek, timeZone)]),
  ]
}

function outcomes({ totalUses }: SkillStats, { outcomes: rows }: SkillPage): Section {
  return {
    id: 'outcomes',
    heading: 'Outcomes',
    chart: barList(
      'Uses by outcome',
      rows.map(({ outcome, uses }) => ({
        label: OUTCOME_LABELS[outcome],
        value: `${grouped(uses)}, ${printed(shareOf(uses, totalUses), percent)}`,
        segments: [{ mark: OUTCOME_MARKS[outcome], value: uses }],
      })),
      Math.max(0, ...rows.map(({ uses }) => uses)),
    ),
    table: dataTable('Uses by outcome', outcomeTable(rows, totalUses)),
    folded: true,
  }
}

function versions({ versions: rows }: SkillPage, versionTable: Table): Section {
  return {
    id: 'versions',
    heading: 'Versions',
    intro: 'Each bar shows all uses of a version, divided by outcome.',
    chart: outcomeChart(
      'Outcomes of each version',
      rows.map((row) => outcomeBar(row.version, row)),
      'each',
    ),
    table: dataTable('Versions', versionTable),
  }
}

const PERCENTILES = {
  p50: 'half of the uses took no longer',
  p90: 'nine of ten',
  p95: '19 of 20',
  p99: '99 of 100',
} as const

function latency(all: NonNullable<SkillStats['latency']>): Section {
  const { min, max, ...percentiles } = all
  const names = ['p50', 'p90', 'p95', 'p99'] as const
  const rows = [
    { name: 'least', value: ms(min) },
    ...names.map((name) => ({ name, value: bounded(all, name) })),
    { name: 'most', value: ms(max) },
  ]
  return {
    id: 'latency',
    heading: 'Latency',
    intro: `From ${ms(min)} to ${ms(max)}.`,
    chart: barList(
      'Latency percentiles',
      names.map((name) => ({
        label: `${name}: ${PERCENTILES[name]}`,
        value: bounded(all, name),
        segments: [{ mark: 'plain', value: percentiles[name] }],
      })),
      percentiles.p99,
    ),
    table: dataTable(
      'Latency',
      table(rows, [
        { html: 'percentile', value: ({ name }) => name },
        { html: 'latency', value: ({ value }) => value },
      ]),
    ),
    folded: true,
  }
}

function tags({ tags: rows }: SkillPage): Section {
  return {
    id: 'tags',
    heading: 'Feedback tags',
    chart: barList(
      'Feedback tags by count',
      rows.map(({ tag, count }) => ({ label: tag, value: grouped(count), segments: [{ mark: 'plain', value: count }] })),
      Math.max(...rows.map(({ count }) => count)),
    ),
    table: dataTable(
      'Feedback tags',
      table(rows, [
        { html: 'tag', value: ({ tag }) => tag },
        { html: 'count', number: grouped, value: ({ count }) => count },
      ]),
    ),
    folded: true,
  }
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

function hours(hoursOfWeek: readonly number[], timeZone: string): Section {
  const busiest = hoursOfWeek.indexOf(Math.max(...hoursOfWeek))
  const columns = WEEKDAYS.map((html, day): Column<number> => ({
    html,
    number: grouped,
    value: (hour) => hoursOfWeek[24 * day + hour] ?? 0,
  }))
  return {
    id: 'hours',
    heading: 'Hours of the week',
    intro: `Uses in each hour of the week, ${timeZone}.`,
    chart: heatMap({
      description: `Uses by hour of the week; the busiest is ${WEEKDAYS[Math.floor(busiest / 24)] ?? ''} ${clock(busiest % 24)} with ${grouped(hoursOfWeek[busiest] ?? 0)}. The table has every hour.`,
      rows: WEEKDAYS,
      columns: HOURS.map(clock),
      values: hoursOfWeek,
    }),
    table: dataTable('Uses by hour of the week', table(HOURS, [{ html: 'hour', value: clock }, ...columns])),
    folded: true,
  }
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`
}
