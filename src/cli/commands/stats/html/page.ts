import { grouped, plural } from '../../../../core/text.ts'
import { htmlPage, type Page } from '../../../../render/html/page.ts'
import type { StatsReport } from '../../../../stats/report.ts'
import { databaseLine, type DatabaseReport } from '../../../output/database-view.ts'
import { PLAIN } from '../../../../render/style.ts'
import { minute, ms, percent, printed, rating } from '../table.ts'
import { shareOf } from '../columns.ts'
import { emptyReason, filterText, sentence } from '../wording.ts'
import { sectionsOf } from './sections.ts'

/** The report as one self-contained page. `writtenAt` is printed on it. */
export function statsHtml(report: StatsReport & { database: DatabaseReport }, writtenAt: Date): string {
  const sections = sectionsOf(report)
  return htmlPage({
    title: titleOf(report),
    lead: [...periodOf(report), databaseLine(report.database, PLAIN)],
    numbers: numbersOf(report),
    sections: sections.length > 0 ? sections : [{ id: 'nothing', heading: 'No data', intro: nothing(report) }],
    notes: [...notesOf(report), `Written ${minute(writtenAt.toISOString())} UTC by skills stats.`],
  })
}

function titleOf({ view, skill, groups, gate }: StatsReport): string {
  const of = skill === null ? 'Skills' : skill
  switch (view) {
    case 'overview':
    case 'skill':
      return `${of}: usage`
    case 'groups':
      return `${of}: uses by ${groups?.by ?? 'group'}`
    case 'cooccurrence':
      return `${of}: used together`
    case 'compare':
      return `${of}: change of the success rate`
    case 'funnel':
      return `${of}: from unlocked to rated`
    case 'user':
      return `${of}: actions of one user`
    case 'sessions':
      return `${of}: sessions`
    case 'gate':
      return `${of}: ${(gate?.failures.length ?? 0) > 0 ? 'the gate failed' : 'the gate passed'}`
  }
}

/** A comparison names its two periods itself. */
function periodOf(report: StatsReport): string[] {
  const { view, since, until } = report
  if (view === 'compare') return filterText(report) === '' ? [] : [sentence(filterText(report))]
  return [...boundsOf(since, until), ...(filterText(report) === '' ? [] : [sentence(filterText(report))])]
}

function boundsOf(since: string | null, until: string | null): string[] {
  if (since === null) return [until === null ? 'All time.' : `All time before ${minute(until)} UTC.`]
  return [until === null ? `Since ${minute(since)} UTC.` : `${minute(since)} to ${minute(until)} UTC.`]
}

/** The numbers of the skill, or of all skills. A comparison and a timeline have none: they are of another time, or of one user. */
function numbersOf({ view, totals, skills }: StatsReport): Page['numbers'] {
  const [skill] = skills
  if (view === 'compare' || view === 'user') return []
  if (view === 'skill') {
    if (skill === undefined) return []
    return [
      { label: 'uses', value: grouped(skill.totalUses) },
      { label: 'success', value: printed(skill.successRatePct, percent) },
      { label: 'users', value: printed(skill.uniqueUsers, grouped) },
      { label: 'latency p50', value: printed(skill.latency?.p50, ms) },
      { label: 'latency p95', value: printed(skill.latency?.p95, ms) },
      { label: `rating (${plural(skill.feedback, 'vote')})`, value: printed(skill.avgRating, rating) },
    ]
  }
  return [
    { label: 'uses', value: grouped(totals.events) },
    { label: 'success', value: printed(shareOf(totals.success, totals.events), percent) },
    { label: 'users', value: printed(totals.users, grouped) },
    { label: 'sessions', value: printed(totals.sessions, grouped) },
    { label: 'skills used', value: grouped(totals.skillsUsed) },
    { label: 'skills enabled', value: `${grouped(totals.enabled)} of ${grouped(totals.registered)}` },
    { label: `rating (${plural(totals.feedback, 'vote')})`, value: printed(totals.avgRating, rating) },
  ]
}

function nothing(report: StatsReport): string {
  const { since, totals, view } = report
  if (totals.events > 0 || view === 'user') return sentence(emptyReason(report))
  return since === null ? 'No events yet: write them with log_skill_usage.' : 'No events in this period.'
}

function notesOf({ view, source, truncated }: StatsReport): string[] {
  return [
    ...(truncated ? ['More rows exist: increase --limit.'] : []),
    ...(source.percentileErrorPct > 0 && (view === 'overview' || view === 'skill')
      ? [`Latency percentiles are estimates with an error of at most ${source.percentileErrorPct} %.`]
      : []),
    ...(source.note === null ? [] : [source.note]),
    source.kind === 'rollup' ? 'The numbers come from the rollups and from newer events.' : 'The numbers come from the events.',
  ]
}
