import type { DatabaseReport } from '../../src/cli/output/database-view.ts'
import type { SkillStats, StatsReport } from '../../src/stats/report.ts'

export type Sample = StatsReport & { database: DatabaseReport }

/** Names that break what is put together carelessly. */
export const HOSTILE = `<script>alert("x")</script>'&amp;\u202e\u0007`
export const LONG = 'a-skill-whose-name-is-as-long-as-a-name-of-a-skill-may-be-at-all'

/** A small generator of numbers, the same on every machine. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

/** An overview with nothing in it; `changes` make it another report. */
export function report(changes: Partial<Sample> = {}): Sample {
  return {
    database: { kind: 'server', url: 'postgres://app@db.example:5432/prod', version: '15.18', schema: 'public' },
    view: 'overview',
    since: null,
    until: null,
    skill: null,
    filters: { version: null, tier: null, outcome: null, element: null, realm: null, category: null },
    timeZone: 'UTC',
    source: {
      kind: 'rollup',
      rolled: 1,
      tail: 0,
      advanced: 0,
      steppedAt: null,
      percentileErrorPct: 4.5,
      prunedBefore: null,
      setAside: 0,
      future: 0,
      note: null,
    },
    totals: {
      events: 0,
      users: 0,
      sessions: 0,
      skillsUsed: 0,
      success: 0,
      softFail: 0,
      hardRefusal: 0,
      otherOutcomes: 0,
      feedback: 0,
      avgRating: null,
      unlocks: 0,
      registered: 3,
      enabled: 2,
      firstEvent: null,
      lastEvent: null,
    },
    skills: [],
    days: [],
    otherDays: { before: 0, after: 0 },
    truncated: false,
    ...changes,
  }
}

export function skillStats(skillId: string, uses: number, changes: Partial<SkillStats> = {}): SkillStats {
  const next = random(uses)
  const softFail = Math.floor(uses * 0.07)
  const hardRefusal = Math.floor(uses * 0.03)
  return {
    skillId,
    totalUses: uses,
    successCount: uses - softFail - hardRefusal,
    softFail,
    hardRefusal,
    successRatePct: uses === 0 ? null : Number(((100 * (uses - softFail - hardRefusal)) / uses).toFixed(1)),
    avgLatencyMs: 184,
    latency: {
      min: 3,
      p50: 160,
      p90: 410,
      p95: 640,
      p99: 1920,
      max: 12_345,
      bounds: { p50: { low: 153, high: 166 }, p90: { low: 395, high: 430 }, p95: { low: 610, high: 664 }, p99: { low: 1862, high: 2030 } },
    },
    feedback: Math.floor(uses / 9),
    avgRating: uses > 9 ? 4.21 : null,
    uniqueUsers: Math.ceil(uses / 3),
    firstUse: '2026-01-02T03:04:05.678Z',
    lastUse: '2026-11-20T21:22:23.456Z',
    recent: Array.from({ length: 30 }, () => Math.floor((next() * uses) / 20)),
    ...changes,
  }
}

export function days(count: number, most: number, last = '2026-11-20'): StatsReport['days'] {
  const next = random(count)
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.parse(last) - (count - 1 - i) * 86_400_000)
    const weekend = day.getUTCDay() % 6 === 0 ? 0.35 : 1
    const uses = Math.round(most * weekend * (0.5 + next() / 2))
    return { day: day.toISOString().slice(0, 10), uses, success: Math.round(uses * (0.82 + next() * 0.15)) }
  })
}

const NAMES = ['elemental-checkin', 'window-of-tolerance', 'dialectical-scaffold', LONG, HOSTILE, 'one-use-only', 'x']
const COUNTS = [1_234_567, 345_678, 98_765, 12_345, 678, 1, 1]
const SKILLS = NAMES.map((name, i) => skillStats(name, COUNTS[i] ?? 1))

const TOTALS: StatsReport['totals'] = {
  events: 1_692_035,
  users: 45_678,
  sessions: 234_567,
  skillsUsed: 7,
  success: 1_522_835,
  softFail: 118_441,
  hardRefusal: 50_000,
  otherOutcomes: 759,
  feedback: 188_003,
  avgRating: 4.21,
  unlocks: 51_000,
  registered: 12,
  enabled: 11,
  firstEvent: '2026-01-02T03:04:05.678Z',
  lastEvent: '2026-11-20T21:22:23.456Z',
}

const PAGE: StatsReport['page'] = {
  registered: { version: '2.0.0', enabled: true, trustLevel: 3, tier: 'CORE', category: 'foundational' },
  versions: [
    { ...skillStats('elemental-checkin', 834_567), version: '1.0.0', recent: [], uniqueUsers: null },
    {
      ...skillStats('elemental-checkin', 400_000, { softFail: 4000, hardRefusal: 1000, successCount: 394_900 }),
      version: HOSTILE,
      recent: [],
    },
  ],
  outcomes: [
    { outcome: 'success', uses: 1_111_111 },
    { outcome: 'soft_fail', uses: 86_419 },
    { outcome: 'hard_refusal', uses: 37_000 },
    { outcome: 'other', uses: 37 },
  ],
  tags: [
    { tag: 'helpful', count: 1234 },
    { tag: HOSTILE, count: 567 },
    { tag: LONG, count: 1 },
  ],
  hoursOfWeek: Array.from({ length: 168 }, (_, i) => {
    const [day, hour] = [Math.floor(i / 24), i % 24]
    return hour < 5 ? 0 : Math.round((day > 4 ? 200 : 1000) * Math.max(0, Math.sin(((hour - 5) / 19) * Math.PI)))
  }),
}

/** Every view with data, and the edges: nothing, one of everything, a year. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  empty: report(),
  'one event': report({
    totals: { ...TOTALS, events: 1, users: 1, sessions: 1, skillsUsed: 1, success: 1, softFail: 0, hardRefusal: 0, otherOutcomes: 0 },
    skills: [
      skillStats('x', 1, { recent: [...Array.from({ length: 29 }, () => 0), 1], avgRating: null, latency: null, avgLatencyMs: null }),
    ],
    days: [{ day: '2026-11-20', uses: 1, success: 1 }],
  }),
  'a month': report({ totals: TOTALS, skills: SKILLS, days: days(30, 56_000), since: '2026-10-22T00:00:00.000Z', truncated: true }),
  'a year': report({ totals: TOTALS, skills: SKILLS, days: days(366, 5600) }),
  'a skill': report({
    view: 'skill',
    skill: 'elemental-checkin',
    totals: TOTALS,
    skills: SKILLS.slice(0, 1),
    page: PAGE,
    days: days(60, 40_000),
  }),
  'an unused skill': report({ view: 'skill', skill: HOSTILE, totals: TOTALS }),
  groups: report({
    view: 'groups',
    totals: TOTALS,
    groups: {
      by: 'tier',
      rows: ['CORE', 'FAST', HOSTILE, null].map((key, i) => ({
        skillId: null,
        key,
        uses: 960_000 / 4 ** i,
        success: 768_000 / 4 ** i,
        softFail: 96_000 / 4 ** i,
        hardRefusal: 48_000 / 4 ** i,
        otherOutcomes: 48_000 / 4 ** i,
        successRatePct: 80,
        avgLatencyMs: 150 * (i + 1),
      })),
    },
  }),
  cooccurrence: report({
    view: 'cooccurrence',
    totals: TOTALS,
    cooccurrence: [
      ['elemental-checkin', 'window-of-tolerance'],
      ['dialectical-scaffold', LONG, HOSTILE],
    ].map((skillSet, i) => ({
      skillSet,
      tier: i === 0 ? 'CORE' : null,
      element: i === 0 ? 'water' : null,
      realm: null,
      cooccurrenceCount: 4321 - 4000 * i,
      distinctUsers: 1000 - 900 * i,
      avgSuccessRate: 0.912,
      firstObserved: '2026-01-02T03:04:05.678Z',
      lastObserved: '2026-11-20T21:22:23.456Z',
    })),
  }),
  compare: report({
    view: 'compare',
    totals: TOTALS,
    compare: {
      before: { since: '2026-11-06T00:00:00.000Z', until: '2026-11-13T00:00:00.000Z' },
      after: { since: '2026-11-13T00:00:00.000Z', until: '2026-11-20T00:00:00.000Z' },
      falseDiscoveryRate: 0.05,
      total: change(null, 91.2, 90.8, 'not proven'),
      skills: [
        change('elemental-checkin', 94.1, 71.3, 'worse'),
        change('window-of-tolerance', 60, 100, 'better'),
        change(LONG, 0, 50, 'too few'),
        change(HOSTILE, null, 88, 'new'),
        change('x', 88, null, 'gone'),
      ],
    },
  }),
  funnel: report({
    view: 'funnel',
    totals: TOTALS,
    funnel: [
      { skillId: 'elemental-checkin', unlocked: null, used: 45_000, succeeded: 44_000, rated: 9000 },
      { skillId: LONG, unlocked: 12_000, used: 8000, succeeded: 6000, rated: 100 },
      { skillId: HOSTILE, unlocked: 1, used: 0, succeeded: 0, rated: 0 },
    ],
  }),
  user: report({
    view: 'user',
    timeline: (['use', 'feedback', 'unlock', 'lock'] as const).map((kind) => ({
      at: '2026-11-20T21:22:23.456Z',
      kind,
      skillId: kind === 'use' ? HOSTILE : LONG,
      version: kind === 'use' ? '1.0.0' : null,
      detail: kind === 'use' ? 'success' : null,
      latencyMs: kind === 'use' ? 123 : null,
      rating: kind === 'feedback' ? 5 : null,
      sessionId: null,
      notes: kind === 'feedback' ? `${HOSTILE} `.repeat(20) : null,
    })),
  }),
}

function change(
  skillId: string | null,
  before: number | null,
  after: number | null,
  verdict: NonNullable<StatsReport['compare']>['total']['verdict'],
): NonNullable<StatsReport['compare']>['total'] {
  return {
    skillId,
    latencyBefore: null,
    latencyAfter: null,
    usesBefore: before === null ? 0 : 12_345,
    usesAfter: after === null ? 0 : 12_000,
    successRateBeforePct: before,
    successRateAfterPct: after,
    differencePoints: before === null || after === null ? null : Number((after - before).toFixed(1)),
    differenceInterval: before === null || after === null ? null : { low: -1.5, high: 2.25 },
    pValue: before === null || after === null ? null : 0.0123,
    verdict,
  }
}
