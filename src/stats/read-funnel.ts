import type { Question } from './question.ts'
import { bindingsOf } from './question.ts'
import type { FunnelStage } from './report.ts'
import { count } from './values.ts'

/** For each skill, the users who unlocked it, used it, succeeded with it, and rated it. For a period the events are read. */
export async function readFunnel(question: Question): Promise<FunnelStage[]> {
  const mode = question.period.since === null ? question.mode : 'exact'
  const rows = await question.queries.run(question.db, 'funnel', mode, bindingsOf(question))
  return rows.map((row) => ({
    skillId: String(row['skill_id']),
    unlocked: row['open_to_all'] === true ? null : count(row['unlocked']),
    used: count(row['used']),
    succeeded: count(row['succeeded']),
    rated: count(row['rated']),
  }))
}
