import type { Db } from '../../src/db/db.ts'
import { stats } from '../../src/index.ts'

/** Events in the rollups and in the log: equal when each event was counted exactly once. */
export async function rollupCounts(db: Db): Promise<{ rolled: number; events: number }> {
  const [row] = await db.query<{ rolled: number; events: number }>(
    'select (select coalesce(sum(n), 0)::int from skill_rollup_days) as rolled, (select count(*)::int from skill_usage_events) as events',
  )
  return { rolled: row?.rolled ?? -1, events: row?.events ?? -1 }
}

/** All views of stats, as one text to compare. */
export async function everyView(db: Db, exact: boolean): Promise<string> {
  const views = [
    {},
    { cooccurrence: true },
    { funnel: true },
    { by: 'tier' },
    { by: 'element' },
    { by: 'day' },
    { by: 'hour' },
    { by: 'version' },
  ] as const
  const reports = []
  for (const view of views) {
    const { skills, ...report } = await stats(db, { ...view, limit: 5000, exact })
    reports.push({
      ...report,
      source: null,
      skills: skills.map((skill) => ({ ...skill, latency: [skill.latency?.min, skill.latency?.max] })),
    })
  }
  return JSON.stringify(reports, null, 1)
}
