import { grouped, plural } from '../../../../core/text.ts'
import { htmlPage, type Page, type Section } from '../../../../render/html/page.ts'
import { PLAIN } from '../../../../render/style.ts'
import type { StatsReport } from '../../../../stats/report.ts'
import { databaseLine, type DatabaseReport } from '../../../output/database-view.ts'
import { countOr, minute, msOr, percent, percentOr } from '../text/format.ts'
import { compareSection } from './compare.ts'
import { cooccurrenceSection } from './cooccurrence.ts'
import { daysSection } from './days.ts'
import { funnelSection } from './funnel.ts'
import { groupsSection } from './groups.ts'
import { skillPageSections } from './skill-page.ts'
import { skillsSection } from './skills.ts'
import { timelineSection } from './timeline.ts'

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

function sectionsOf(report: StatsReport): Section[] {
  const { view, days, skills, page, groups, compare, funnel, timeline, cooccurrence, truncated } = report
  switch (view) {
    case 'overview':
      return skills.length === 0 ? [] : [...daysSection(days), ...skillsSection(skills, truncated)]
    case 'skill':
      return skills[0] === undefined || page === undefined ? [] : [...daysSection(days), ...skillPageSections(skills[0], page)]
    case 'groups':
      return groups === undefined ? [] : groupsSection(groups)
    case 'cooccurrence':
      return cooccurrenceSection(cooccurrence ?? [])
    case 'compare':
      return compare === undefined ? [] : compareSection(compare)
    case 'funnel':
      return funnelSection(funnel ?? [])
    case 'user':
      return timelineSection(timeline ?? [])
  }
}

function titleOf({ view, skill, groups }: StatsReport): string {
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
  }
}

/** A comparison names its two periods itself. */
function periodOf({ view, since, until }: StatsReport): string[] {
  if (view === 'compare') return []
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
      { label: 'success', value: percentOr(skill.successRatePct) },
      { label: 'users', value: countOr(skill.uniqueUsers) },
      { label: 'latency p50', value: msOr(skill.latency?.p50) },
      { label: 'latency p95', value: msOr(skill.latency?.p95) },
      { label: `rating (${plural(skill.feedback, 'vote')})`, value: skill.avgRating === null ? '-' : skill.avgRating.toFixed(2) },
    ]
  }
  return [
    { label: 'uses', value: grouped(totals.events) },
    { label: 'success', value: totals.events === 0 ? '-' : percent((100 * totals.success) / totals.events) },
    { label: 'users', value: countOr(totals.users) },
    { label: 'sessions', value: countOr(totals.sessions) },
    { label: 'skills used', value: grouped(totals.skillsUsed) },
    { label: 'skills enabled', value: `${grouped(totals.enabled)} of ${grouped(totals.registered)}` },
    { label: `rating (${plural(totals.feedback, 'vote')})`, value: totals.avgRating === null ? '-' : totals.avgRating.toFixed(2) },
  ]
}

function nothing({ since, skill, totals, view }: StatsReport): string {
  if (view === 'user') return 'No data for this user.'
  if (totals.events > 0 && skill !== null) return `No uses of ${skill} in this period.`
  if (totals.events > 0) return 'No rows in this period.'
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
