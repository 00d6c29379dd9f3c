import { SkillsError } from '../core/errors.ts'
import { bindingsOf, type Question } from './question.ts'
import type { SkillMetrics } from './report.ts'
import { count, numberOrNull } from './report-query.ts'

const COLUMNS = { skill_id: 'text', version: 'text', octaves: 'lists?' } as const

/** The counters of every skill and version of the question, from the rollups: the events alone lose what was pruned. */
export async function readMetrics(question: Question): Promise<SkillMetrics[]> {
  if (question.mode !== 'rollup') {
    throw new SkillsError('USAGE', 'counters over all time are read from the rollups, which cannot be used here', {
      hint: 'run skills rollup; skills doctor shows why they cannot be used',
    })
  }
  const rows = await question.queries.run(question.db, 'metrics', 'rollup', bindingsOf(question), COLUMNS)
  return rows.map((row) => ({
    skillId: row.skill_id,
    version: row.version,
    uses: count(row['uses']),
    success: count(row['success']),
    softFail: count(row['soft_fail']),
    hardRefusal: count(row['hard_refusal']),
    latencyCount: count(row['latency_n']),
    latencySumMs: count(row['latency_sum']),
    latencies: (row.octaves ?? []).map(([octave, uses]) => ({ octave: count(octave), uses: count(uses) })),
    inputTokens: count(row['input_tokens']),
    outputTokens: count(row['output_tokens']),
    costUsd: numberOrNull(row['cost_usd']) ?? 0,
  }))
}
