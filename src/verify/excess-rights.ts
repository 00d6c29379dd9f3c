import type { Db, Row } from '../db/db.ts'
import type { Check } from './check.ts'

/** What a role may do beyond what an application needs. */
export interface ExcessRights {
  /** SQL that takes away what was granted to the role itself. */
  revokes: string[]
  /** What others would lose too, or what is no matter of rights: somebody has to decide. */
  remarks: { found: string; remedy: string }[]
}

type Judged = Row & { object: string; expected: string; actual: string; remedy: string; revoke: string | null }

/** Asks the query of safety.app-role by itself. Nothing is written. */
export async function excessRights(db: Db, { query }: Check, input: object): Promise<ExcessRights> {
  const rows = await db.transaction({ readOnly: true, rollback: true }, () => db.query<Judged>(query.text, [input]))
  // what is lacking is granted anyway
  const excess = rows.filter(({ remedy }) => !remedy.startsWith('GRANT '))
  return {
    revokes: excess.flatMap(({ revoke }) => revoke ?? []),
    remarks: excess
      .filter(({ revoke }) => revoke === null)
      .map(({ object, expected, actual, remedy }) => ({ found: `${object}: expected ${expected}, found ${actual}`, remedy })),
  }
}
