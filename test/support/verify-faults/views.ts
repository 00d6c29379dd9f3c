import type { Db } from '../../../src/db/db.ts'
import { changed, fault, type VerifyFault } from './fault.ts'

const VIEW_CHANGES: readonly (readonly [view: string, from: RegExp, to: string])[] = [
  ['v_skill_effectiveness', /'success'/, "'soft_fail'"],
  ['v_skill_effectiveness', /100\.0/, '10.0'],
  ['v_skill_effectiveness', /LEFT JOIN/, 'JOIN'],
  ['v_skill_effectiveness', /min\((\w+\.)?created_at\)/, 'max(created_at)'],
  ['v_skill_cooccurrence', />= 2/, '>= 3'],
  ['v_skill_cooccurrence', />= 3/, '>= 2'],
  ['v_skill_cooccurrence', /(\w+\.)?session_id IS NOT NULL/, 'true'],
  ['v_skill_cooccurrence', /count\(DISTINCT (\w+\.)?user_id\)/, 'count(user_id)'],
]

/** Each view is dropped, has other options, is a table, and has another text. */
export async function viewFaults(db: Db): Promise<VerifyFault[]> {
  const made: VerifyFault[] = []
  for (const view of ['v_skill_effectiveness', 'v_skill_cooccurrence']) {
    made.push(
      fault(`drop ${view}`, `DROP VIEW ${view}`, `view ${view}`),
      fault(`options of ${view}`, `ALTER VIEW ${view} SET (security_barrier = true)`, `view ${view}`),
      fault(
        `a table in place of ${view}`,
        `CREATE TABLE other AS TABLE ${view}; DROP VIEW ${view}; ALTER TABLE other RENAME TO ${view}`,
        `view ${view}`,
      ),
    )
  }
  for (const [view, from, to] of VIEW_CHANGES) {
    const [row] = await db.query<{ text: string }>(`SELECT pg_get_viewdef('${view}'::regclass, true) AS text`)
    made.push(fault(`${view} with ${to}`, `CREATE OR REPLACE VIEW ${view} AS ${changed(row?.text ?? '', from, to)}`, `view ${view}`))
  }
  return [
    ...made,
    fault(
      'rename a column of a view',
      'ALTER VIEW v_skill_effectiveness RENAME COLUMN avg_rating TO rating',
      'v_skill_effectiveness.avg_rating',
    ),
  ]
}
