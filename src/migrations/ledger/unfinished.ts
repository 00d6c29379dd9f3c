import type { Db } from '../../db/db.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { progressName } from './ledger.ts'

/** The no-transaction files that have begun and are not finished. `ledger`: its qualified and quoted name. */
export async function readUnfinished(db: Db, ledger: string): Promise<{ version: string; done: number }[]> {
  const table = progressName(ledger)
  const [present] = await db.run(`SELECT to_regclass($1) IS NOT NULL AS found`, [table], { found: 'boolean' })
  if (present?.found !== true) return []
  return db.run(`SELECT version, count(to_jsonb(p) ->> 'finished_at')::int AS done FROM ${table} p GROUP BY 1 ORDER BY 1`, [], {
    version: 'text',
    done: 'number',
  })
}

/** Removes the rows of the file, and the table with its last row, so that it does not stay in the schema. */
export function forgetUnfinishedSql(ledger: string, version: string): string {
  const table = progressName(ledger)
  return `DELETE FROM ${table} WHERE version = ${quoteLiteral(version)};
    DO $skills$ BEGIN IF NOT EXISTS (SELECT FROM ${table}) THEN DROP TABLE ${table}; END IF; END $skills$`
}
