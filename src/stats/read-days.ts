import { addDays } from './period.ts'
import type { Question } from './question.ts'
import { readGroups } from './read-groups.ts'
import type { DayPoint } from './report.ts'

const MOST_DAYS = 366

/** Uses of the skill, or of all skills, for each day from the first day with uses to the last; at most the latest 366 days. */
export async function readDays(question: Question): Promise<DayPoint[]> {
  const rows = await readGroups({ ...question, limit: Number.MAX_SAFE_INTEGER }, 'day')
  // the time of an event can be outside the calendar of JavaScript
  const known = new Map(rows.flatMap(({ key, uses, success }) => (/^\d{4}-/.test(key ?? '') ? [[key ?? '', { uses, success }]] : [])))
  const last = [...known.keys()].at(-1)
  const first = [...known.keys()].at(0)
  if (first === undefined || last === undefined) return []
  const points: DayPoint[] = []
  for (let day = last; day >= first && points.length < MOST_DAYS; day = addDays(day, -1)) {
    points.push({ day, ...(known.get(day) ?? { uses: 0, success: 0 }) })
  }
  return points.toReversed()
}
