import { csvLines, type CsvCell } from '../../../render/csv.ts'
import type { SkillStats, StatsReport } from '../../../stats/report.ts'

/** The table of the view as comma-separated values; times in ISO 8601, numbers without separators, lists separated by spaces. */
export function statsCsv(report: StatsReport): string[] {
  switch (report.view) {
    case 'overview':
      return table(report.skills, SKILL)
    case 'skill':
      return table(report.page?.versions ?? [], { ...SKILL, version: ({ version }) => version })
    case 'cooccurrence':
      return table(report.cooccurrence ?? [], {
        skill_set: ({ skillSet }) => skillSet.join(' '),
        tier: ({ tier }) => tier,
        element: ({ element }) => element,
        realm: ({ realm }) => realm,
        cooccurrence_count: (set) => set.cooccurrenceCount,
        distinct_users: (set) => set.distinctUsers,
        avg_success_rate: (set) => set.avgSuccessRate,
        first_observed: (set) => set.firstObserved,
        last_observed: (set) => set.lastObserved,
      })
    case 'groups':
      return table(report.groups?.rows ?? [], {
        [report.groups?.by ?? 'key']: ({ key }) => key,
        uses: ({ uses }) => uses,
        success: ({ success }) => success,
        soft_fail: ({ softFail }) => softFail,
        hard_refusal: ({ hardRefusal }) => hardRefusal,
        other_outcomes: ({ otherOutcomes }) => otherOutcomes,
        success_rate_pct: (row) => row.successRatePct,
        avg_latency_ms: (row) => row.avgLatencyMs,
      })
    case 'compare':
      return table(report.compare === undefined ? [] : [report.compare.total, ...report.compare.skills], {
        // empty in the row of all skills
        skill_id: ({ skillId }) => skillId,
        uses_before: (row) => row.usesBefore,
        uses_after: (row) => row.usesAfter,
        success_rate_before_pct: (row) => row.successRateBeforePct,
        success_rate_after_pct: (row) => row.successRateAfterPct,
        difference_points: (row) => row.differencePoints,
        p_value: ({ pValue }) => pValue,
        verdict: ({ verdict }) => verdict,
      })
    case 'funnel':
      return table(report.funnel ?? [], {
        skill_id: ({ skillId }) => skillId,
        unlocked: ({ unlocked }) => unlocked,
        used: ({ used }) => used,
        succeeded: ({ succeeded }) => succeeded,
        rated: ({ rated }) => rated,
      })
    case 'user':
      return table(report.timeline ?? [], {
        at: ({ at }) => at,
        kind: ({ kind }) => kind,
        skill_id: ({ skillId }) => skillId,
        version: ({ version }) => version,
        detail: ({ detail }) => detail,
        latency_ms: ({ latencyMs }) => latencyMs,
        rating: ({ rating }) => rating,
        session_id: ({ sessionId }) => sessionId,
        notes: ({ notes }) => notes,
      })
  }
}

/** The columns of the view v_skill_effectiveness, then others. */
const SKILL: Readonly<Record<string, (row: SkillStats) => CsvCell>> = {
  skill_id: ({ skillId }) => skillId,
  total_uses: (row) => row.totalUses,
  success_count: (row) => row.successCount,
  success_rate_pct: (row) => row.successRatePct,
  avg_latency_ms: (row) => row.avgLatencyMs,
  avg_rating: (row) => row.avgRating,
  unique_users: (row) => row.uniqueUsers,
  first_use: (row) => row.firstUse,
  last_use: (row) => row.lastUse,
  soft_fail: (row) => row.softFail,
  hard_refusal: (row) => row.hardRefusal,
  feedback: (row) => row.feedback,
  latency_min_ms: ({ latency }) => latency?.min ?? null,
  latency_p50_ms: ({ latency }) => latency?.p50 ?? null,
  latency_p90_ms: ({ latency }) => latency?.p90 ?? null,
  latency_p95_ms: ({ latency }) => latency?.p95 ?? null,
  latency_p99_ms: ({ latency }) => latency?.p99 ?? null,
  latency_max_ms: ({ latency }) => latency?.max ?? null,
}

function table<T>(rows: readonly T[], columns: Readonly<Record<string, (row: T) => CsvCell>>): string[] {
  return csvLines(
    Object.keys(columns),
    rows.map((row) => Object.values(columns).map((value) => value(row))),
  )
}
