import { grouped } from '../../../core/text.ts'
import type { Style } from '../../../render/style.ts'
import type {
  Comparison,
  Cooccurrence,
  FunnelStage,
  GateFailure,
  Groups,
  GroupStats,
  SessionStats,
  SkillChange,
  SkillPage,
  SkillStats,
  StatsReport,
  UserAction,
} from '../../../stats/report.ts'
import { foundValue } from './gate.ts'
import { bounded, minute, ms, paintBounded, percent, rating, second, table, type Column, type Table } from './table.ts'

/** The table of the view: in text and HTML its main table, in CSV the whole output. To add a column, add a line to its list below. */
export function tableOf({ view, skills, page, groups, cooccurrence, compare, funnel, timeline, sessions, gate }: StatsReport): Table {
  switch (view) {
    case 'overview':
      return table(skills, SKILLS, SKILL_CSV)
    case 'skill':
      return table(page?.versions ?? [], VERSIONS, SKILL_CSV)
    case 'groups':
      return groupTable(groups)
    case 'cooccurrence':
      return table(cooccurrence ?? [], COOCCURRENCE, 'skill_set,tier,element,realm')
    case 'compare':
      return table(changesOf(compare), CHANGES, CHANGES_CSV)
    case 'funnel':
      return table(funnel ?? [], FUNNEL)
    case 'user':
      return table(timeline ?? [], TIMELINE, 'at,kind,skill_id,version,detail,latency_ms')
    case 'sessions':
      return table(sessions ?? [], SESSIONS)
    case 'gate':
      return table(gate?.failures ?? [], FAILURES)
  }
}

const FAILURES: readonly Column<GateFailure>[] = [
  { text: 'skill', html: 'skill', csv: 'skill_id', shrink: 24, value: ({ skillId }) => skillId },
  { text: 'condition', html: 'condition', csv: 'condition', value: ({ condition }) => condition },
  { text: 'found', html: 'found', value: foundValue },
  { csv: 'value', number: String, value: ({ value }) => value },
  { text: 'uses', html: 'uses', csv: 'uses', number: grouped, value: ({ uses }) => uses },
]

/** All skills, then each. */
export function changesOf(compare: Comparison | undefined): SkillChange[] {
  return compare === undefined ? [] : [compare.total, ...compare.skills]
}

const COUNTS: readonly Column<SkillStats>[] = [
  { text: 'success', html: 'success rate', csv: 'success_rate_pct', number: percent, value: (row) => row.successRatePct },
  { html: 'success', csv: 'success_count', number: grouped, value: (row) => row.successCount },
  { html: 'soft fail', csv: 'soft_fail', number: grouped, value: (row) => row.softFail },
  { html: 'refusal', csv: 'hard_refusal', number: grouped, value: (row) => row.hardRefusal },
  { html: 'other', number: grouped, value: otherOutcomes },
]

const RATINGS: readonly Column<SkillStats>[] = [
  { text: 'rating', html: 'rating', csv: 'avg_rating', number: rating, value: (row) => row.avgRating },
  { html: 'votes', csv: 'feedback', number: grouped, value: (row) => row.feedback },
]

const TIMES: readonly Column<SkillStats>[] = [
  { csv: 'latency_min_ms', number: ms, value: ({ latency }) => latency?.min ?? null },
  { text: 'p50', html: 'p50', optional: true, paint: paintBounded, value: ({ latency }) => percentileText(latency, 'p50') },
  { csv: 'latency_p50_ms', number: ms, value: ({ latency }) => latency?.p50 ?? null },
  { csv: 'latency_p90_ms', number: ms, value: ({ latency }) => latency?.p90 ?? null },
  { text: 'p95', html: 'p95', optional: true, paint: paintBounded, value: ({ latency }) => percentileText(latency, 'p95') },
  { csv: 'latency_p95_ms', number: ms, value: ({ latency }) => latency?.p95 ?? null },
  { csv: 'latency_p99_ms', number: ms, value: ({ latency }) => latency?.p99 ?? null },
  { csv: 'latency_max_ms', number: ms, value: ({ latency }) => latency?.max ?? null },
  { text: 'first use', html: 'first use (UTC)', csv: 'first_use', optional: true, print: minute, value: (row) => row.firstUse },
  { text: 'last use', html: 'last use (UTC)', csv: 'last_use', optional: true, print: minute, value: (row) => row.lastUse },
]

const SKILLS: readonly Column<SkillStats>[] = [
  { text: 'skill', html: 'skill', csv: 'skill_id', shrink: 24, value: (row) => row.skillId },
  { text: 'uses', html: 'uses', csv: 'total_uses', number: grouped, value: (row) => row.totalUses },
  { text: '', picture: 'bar', value: (row) => row.totalUses },
  { html: 'trend', picture: 'trend', value: (row) => row.recent },
  ...COUNTS,
  { text: 'latency', html: 'average', csv: 'avg_latency_ms', number: ms, value: (row) => row.avgLatencyMs },
  ...RATINGS,
  { text: 'users', html: 'users', csv: 'unique_users', number: grouped, value: (row) => row.uniqueUsers },
  { text: 'last 30 days', picture: 'trend', value: (row) => row.recent },
  ...TIMES,
]

const VERSIONS: readonly Column<SkillPage['versions'][number]>[] = [
  { text: 'version', html: 'version', shrink: 12, value: (row) => row.version },
  { csv: 'skill_id', value: (row) => row.skillId },
  { text: 'uses', html: 'uses', csv: 'total_uses', number: grouped, value: (row) => row.totalUses },
  ...COUNTS,
  { csv: 'avg_latency_ms', number: ms, value: (row) => row.avgLatencyMs },
  ...RATINGS,
  { csv: 'unique_users', number: grouped, value: (row) => row.uniqueUsers },
  ...TIMES,
  { csv: 'version', value: (row) => row.version },
]

/** The columns of the database view v_skill_effectiveness. */
const SKILL_CSV = 'skill_id,total_uses,success_count,success_rate_pct,avg_latency_ms,avg_rating,unique_users,first_use,last_use'

export function outcomeTable(outcomes: SkillPage['outcomes'], total: number): Table {
  return table(outcomes, [
    { text: 'outcome', html: 'outcome', value: ({ outcome }) => OUTCOME_LABELS[outcome] },
    { text: 'uses', html: 'uses', number: grouped, value: ({ uses }) => uses },
    { text: 'share', html: 'share', number: percent, value: ({ uses }) => shareOf(uses, total) },
    { text: '', picture: 'bar', value: ({ uses }) => uses },
  ])
}

export type OutcomeName = SkillPage['outcomes'][number]['outcome']

export const OUTCOME_LABELS: Readonly<Record<OutcomeName, string>> = {
  success: 'success',
  soft_fail: 'soft fail',
  hard_refusal: 'refusal',
  other: 'other',
}

export function otherOutcomes({ totalUses, successCount, softFail, hardRefusal }: SkillStats): number {
  return Math.max(0, totalUses - successCount - softFail - hardRefusal)
}

function groupTable({ by, rows }: Groups = { by: 'tier', rows: [] }): Table {
  const total = rows.reduce((sum, { uses }) => sum + uses, 0)
  const byOutcome: readonly Column<GroupStats>[] = [
    { text: 'success', html: 'success rate', csv: 'success_rate_pct', number: percent, value: (row) => row.successRatePct },
    { html: 'success', csv: 'success', number: grouped, value: (row) => row.success },
    { text: 'soft fails', html: 'soft fail', csv: 'soft_fail', optional: true, number: grouped, value: (row) => row.softFail },
    { text: 'refusals', html: 'refusal', csv: 'hard_refusal', optional: true, number: grouped, value: (row) => row.hardRefusal },
    { html: 'other', csv: 'other_outcomes', number: grouped, value: (row) => row.otherOutcomes },
  ]
  const skill: readonly Column<GroupStats>[] = [
    { text: 'skill', html: 'skill', csv: 'skill_id', shrink: 24, value: ({ skillId }) => skillId },
  ]
  const columns: readonly Column<GroupStats>[] = [
    ...(by === 'version' ? skill : []),
    { text: by, html: by, csv: by, empty: '(none)', shrink: 16, value: ({ key }) => key },
    { text: 'uses', html: 'uses', csv: 'uses', number: grouped, value: ({ uses }) => uses },
    { text: 'share', html: 'share', number: percent, value: ({ uses }) => shareOf(uses, total) },
    { text: '', picture: 'bar', value: ({ uses }) => uses },
    // by outcome these repeat the row
    ...byOutcome.map(({ text, ...others }) => (by === 'outcome' || text === undefined ? others : { ...others, text })),
    { text: 'latency', html: 'average latency', csv: 'avg_latency_ms', number: ms, value: (row) => row.avgLatencyMs },
  ]
  return table(rows, columns, `${by === 'version' ? 'skill_id,' : ''}${by},uses,success,soft_fail,hard_refusal,other_outcomes`)
}

const COOCCURRENCE: readonly Column<Cooccurrence>[] = [
  { text: 'skills', html: 'skills', shrink: 48, value: ({ skillSet }) => skillSet.join(' + ') },
  { csv: 'skill_set', value: ({ skillSet }) => skillSet.join(' ') },
  { text: 'sessions', html: 'sessions', csv: 'cooccurrence_count', number: grouped, value: (set) => set.cooccurrenceCount },
  { text: '', picture: 'bar', value: (set) => set.cooccurrenceCount },
  { text: 'users', html: 'users', csv: 'distinct_users', number: grouped, value: (set) => set.distinctUsers },
  {
    text: 'success',
    html: 'success rate',
    csv: 'avg_success_rate',
    number: (rate) => percent(rate * 100),
    value: (set) => set.avgSuccessRate,
  },
  { text: 'tier', html: 'tier', csv: 'tier', optional: true, value: ({ tier }) => tier },
  { text: 'element', html: 'element', csv: 'element', optional: true, value: ({ element }) => element },
  { text: 'realm', html: 'realm', csv: 'realm', optional: true, shrink: 8, value: ({ realm }) => realm },
  { html: 'first seen (UTC)', csv: 'first_observed', print: minute, value: (set) => set.firstObserved },
  { text: 'last seen', html: 'last seen (UTC)', csv: 'last_observed', optional: true, print: minute, value: (set) => set.lastObserved },
]

const CHANGES: readonly Column<SkillChange>[] = [
  { text: 'skill', html: 'skill', csv: 'skill_id', empty: 'all skills', shrink: 20, value: ({ skillId }) => skillId },
  { text: 'before', html: 'before', csv: 'success_rate_before_pct', number: percent, value: (row) => row.successRateBeforePct },
  { text: 'after', html: 'after', csv: 'success_rate_after_pct', number: percent, value: (row) => row.successRateAfterPct },
  { text: 'points', html: 'points', csv: 'difference_points', number: signed, value: (row) => row.differencePoints },
  {
    text: '95 % interval',
    html: '95 % interval (points)',
    optional: true,
    value: ({ differenceInterval }) => intervalText(differenceInterval),
  },
  { csv: 'difference_low', number: signed, value: ({ differenceInterval }) => differenceInterval?.low ?? null },
  { csv: 'difference_high', number: signed, value: ({ differenceInterval }) => differenceInterval?.high ?? null },
  { text: 'verdict', html: 'verdict', csv: 'verdict', paint: paintVerdict, value: ({ verdict }) => verdict },
  {
    text: 'p95 before',
    html: 'p95 before',
    optional: true,
    paint: paintBounded,
    value: ({ latencyBefore }) => percentileText(latencyBefore, 'p95'),
  },
  {
    text: 'p95 after',
    html: 'p95 after',
    optional: true,
    paint: paintBounded,
    value: ({ latencyAfter }) => percentileText(latencyAfter, 'p95'),
  },
  { csv: 'latency_p95_before_ms', number: ms, value: ({ latencyBefore }) => latencyBefore?.p95 ?? null },
  { csv: 'latency_p95_after_ms', number: ms, value: ({ latencyAfter }) => latencyAfter?.p95 ?? null },
  { text: 'uses before', html: 'uses before', csv: 'uses_before', optional: true, number: grouped, value: (row) => row.usesBefore },
  { text: 'uses after', html: 'uses after', csv: 'uses_after', optional: true, number: grouped, value: (row) => row.usesAfter },
  {
    text: 'p',
    html: 'p',
    csv: 'p_value',
    optional: true,
    number: (p) => (p < 0.0001 ? '<0.0001' : p.toFixed(4)),
    value: ({ pValue }) => pValue,
  },
]

const CHANGES_CSV = 'skill_id,uses_before,uses_after,success_rate_before_pct,success_rate_after_pct,difference_points,p_value'

function paintVerdict(verdict: string, style: Style): string {
  return verdict === 'worse' ? style.red(verdict) : verdict === 'better' ? style.green(verdict) : style.dim(verdict)
}

/** `+1.5`, in percentage points. */
export function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(1)}`
}

function percentileText(latency: SkillStats['latency'], name: 'p50' | 'p95'): string | null {
  return latency === null ? null : bounded(latency, name)
}

function intervalText(interval: SkillChange['differenceInterval']): string | null {
  return interval === null ? null : `${signed(interval.low)} to ${signed(interval.high)}`
}

/** Users at each stage; the shares are of the users. */
const FUNNEL: readonly Column<FunnelStage>[] = [
  { text: 'skill', html: 'skill', csv: 'skill_id', shrink: 20, value: ({ skillId }) => skillId },
  { text: 'unlocked', html: 'unlocked', csv: 'unlocked', empty: 'open', number: grouped, value: ({ unlocked }) => unlocked },
  { text: 'used', html: 'used', csv: 'used', number: grouped, value: ({ used }) => used },
  { text: 'succeeded', html: 'succeeded', csv: 'succeeded', number: grouped, value: ({ succeeded }) => succeeded },
  { text: 'rated', html: 'rated', csv: 'rated', number: grouped, value: ({ rated }) => rated },
  { text: 'succeeded', optional: true, number: percent, value: ({ succeeded, used }) => shareOf(succeeded, used) },
  { text: 'rated', optional: true, number: percent, value: ({ rated, used }) => shareOf(rated, used) },
]

const TIMELINE: readonly Column<UserAction>[] = [
  { text: 'time', html: 'time (UTC)', csv: 'at', print: second, value: ({ at }) => at },
  { text: 'what', html: 'what', csv: 'kind', value: ({ kind }) => kind },
  { text: 'skill', html: 'skill', csv: 'skill_id', shrink: 16, prose: true, value: ({ skillId }) => skillId },
  { text: 'detail', shrink: 12, value: detailOf },
  { html: 'detail', csv: 'detail', empty: '', prose: true, value: ({ detail }) => detail },
  { text: 'latency', html: 'latency', csv: 'latency_ms', empty: '', optional: true, number: ms, value: ({ latencyMs }) => latencyMs },
  { html: 'rating', csv: 'rating', empty: '', number: String, value: (action) => action.rating },
  { text: 'version', html: 'version', csv: 'version', empty: '', optional: true, shrink: 8, value: ({ version }) => version },
  { text: 'session', html: 'session', csv: 'session_id', empty: '', optional: true, shrink: 8, value: ({ sessionId }) => sessionId },
  { html: 'notes', csv: 'notes', empty: '', prose: true, value: ({ notes }) => notes },
]

const SESSIONS: readonly Column<SessionStats>[] = [
  { text: 'last use', html: 'last use (UTC)', csv: 'last_use', print: second, value: ({ lastUse }) => lastUse },
  { text: 'session', html: 'session', csv: 'session_id', shrink: 16, value: ({ sessionId }) => sessionId },
  { text: 'uses', html: 'uses', csv: 'uses', number: grouped, value: ({ uses }) => uses },
  { text: 'success', html: 'success', csv: 'success', number: grouped, value: ({ success }) => success },
  { text: 'soft fails', html: 'soft fail', csv: 'soft_fail', number: grouped, value: ({ softFail }) => softFail },
  { text: 'refusals', html: 'refusal', csv: 'hard_refusal', number: grouped, value: ({ hardRefusal }) => hardRefusal },
  {
    text: 'errors',
    html: 'errors',
    csv: 'error_types',
    empty: '',
    optional: true,
    shrink: 12,
    value: ({ errorTypes }) => errorTypes.join(' '),
  },
  { text: 'latency', html: 'average latency', csv: 'avg_latency_ms', optional: true, number: ms, value: (row) => row.avgLatencyMs },
  { text: 'versions', html: 'versions', csv: 'versions', optional: true, shrink: 8, value: ({ versions }) => versions.join(' ') },
  { text: 'skills', html: 'skills', csv: 'skills', optional: true, shrink: 16, value: ({ skills }) => skills.join(' ') },
  { text: 'user', html: 'user', csv: 'user_id', optional: true, shrink: 8, value: ({ userId }) => userId },
  { html: 'first use (UTC)', csv: 'first_use', print: second, value: ({ firstUse }) => firstUse },
]

/** The rating, the detail and the notes, on one line. */
function detailOf({ rating: stars, detail, notes }: UserAction): string {
  return [stars === null ? '' : `rated ${stars}`, detail ?? '', notes ?? '']
    .filter((part) => part !== '')
    .join(', ')
    .replaceAll(/\s+/g, ' ')
}

/** In percent; null without a whole. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : (100 * part) / whole
}
