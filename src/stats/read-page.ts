import type { Question } from './question.ts'
import { bindingsOf, exactly } from './question.ts'
import { readVersions } from './read-skills.ts'
import type { SkillPage, SkillStats } from './report.ts'
import { count } from './values.ts'

/** The page of a skill. The rollups have hours and tags only for all time: for a period the events are read. */
export async function readPage(question: Question, skill: SkillStats | undefined): Promise<SkillPage> {
  const { mode } = question.period.since === null ? question : exactly(question)
  const [row = {}] = await question.queries.run(question.db, 'page', mode, bindingsOf(question))
  const hours = new Map((row['hours'] as [number, number, number][]).map(([hour, uses]) => [hour, uses]))
  return {
    registered: (row['registered'] ?? null) as SkillPage['registered'],
    versions: await readVersions(question),
    outcomes: outcomesOf(skill),
    tags: (row['tags'] as [string, number][]).map(([tag, n]) => ({ tag, count: count(n) })),
    hoursOfWeek: Array.from({ length: 168 }, (_, hour) => hours.get(hour) ?? 0),
  }
}

function outcomesOf(skill: SkillStats | undefined): SkillPage['outcomes'] {
  const { totalUses = 0, successCount = 0, softFail = 0, hardRefusal = 0 } = skill ?? {}
  const all = [
    { outcome: 'success', uses: successCount },
    { outcome: 'soft_fail', uses: softFail },
    { outcome: 'hard_refusal', uses: hardRefusal },
    { outcome: 'other', uses: totalUses - successCount - softFail - hardRefusal },
  ] as const
  return all.filter(({ outcome, uses }) => uses > 0 || outcome !== 'other')
}
