import type { Columns, RowOf } from './columns.ts'
import type { Db, Parameter } from './db.ts'
import { OWN_SETTINGS } from './own-statement.ts'

const ASIDE = 'skills_aside'

/**
 * One statement that reads, in the transaction of the caller and with `OWN_SETTINGS`, whatever the settings there are; they are as before
 * afterwards. One round trip. `Db.run` would end a transaction that began with `exec`.
 */
export async function queryAside<C extends Columns>(
  db: Pick<Db, 'exec' | 'query'>,
  sql: string,
  parameters: readonly Parameter[],
  columns: C,
): Promise<RowOf<C>[]> {
  const [, rows] = await Promise.all([
    db.exec(`SAVEPOINT ${ASIDE}; ${OWN_SETTINGS}`),
    db.query(sql, parameters, columns),
    db.exec(`ROLLBACK TO SAVEPOINT ${ASIDE}; RELEASE SAVEPOINT ${ASIDE}`),
  ])
  return rows
}
