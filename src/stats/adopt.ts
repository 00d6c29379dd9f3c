import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { count } from './report-query.ts'

export interface Adoption {
  /** The marks of the rollups were of another server, or missing. */
  adopted: boolean
  /** Rows of another server that the next steps count. */
  rows: number
}

/**
 * Makes the rollups those of this server, after a restore, a copy or pg_upgrade, in one transaction. The sums stay, also those of pruned
 * events. Does nothing where they are.
 */
export async function adopt(db: Db): Promise<Adoption> {
  const { done } = await db.transaction({ isolation: 'read committed' }, async () =>
    onlyRow(await db.run('select :"schema".skill_rollup_adopt() as done', [], { done: 'object' })),
  )
  return { adopted: done['adopted'] === true, rows: count(done['rows']) }
}

/** Finds the rows that came with a transaction ID of another server and that no step would count. Returns their number; the next steps count them. */
export async function repair(db: Db): Promise<number> {
  let rows = 0
  for (const source of ['events', 'feedback']) {
    const done = await db.transaction({ isolation: 'read committed' }, async () =>
      onlyRow(await db.run('select :"schema".skill_rollup_repair($1::text, false) as rows', [source])),
    )
    rows += count(done['rows'])
  }
  return rows
}
