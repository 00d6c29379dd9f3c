import type { Db } from '../../db/db.ts'
import { quoteLiteral } from '../../db/quote.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { ledgerName, readLedger, type LedgerRow } from './ledger.ts'
import { lockedTransaction, type LockSettings } from './lock.ts'
import { rowsAsNamed, type Rename } from './renames.ts'

/**
 * Gives the rows of renamed files their new names, in one transaction under the lock. Reads the ledger again in it: another run
 * can have done the same. Returns what it changed.
 */
export async function takeOverRenames(db: Db, ledger: string, files: readonly MigrationFile[], lock: LockSettings): Promise<Rename[]> {
  return lockedTransaction(db, lock, async () => {
    const { rows } = await readLedger(db, ledger)
    const renamed = rowsAsNamed(files, rows).filter(({ renamedFrom }) => renamedFrom !== undefined)
    if (renamed.length > 0) await db.exec(renameSql(ledgerName(db, ledger), renamed))
    return renamed.map(({ renamedFrom = '', version }) => ({ from: renamedFrom, to: version }))
  })
}

/** In two steps: two files can have exchanged their names, and the primary key is checked for each row. */
function renameSql(ledger: string, rows: readonly Pick<LedgerRow, 'storedAs' | 'version'>[]): string {
  const away = rows.map(({ storedAs }, i) => `(${quoteLiteral(storedAs)}, ${quoteLiteral(`skills rename ${i}`)})`)
  const back = rows.map(({ version }, i) => `(${quoteLiteral(`skills rename ${i}`)}, ${quoteLiteral(version)})`)
  return [away, back]
    .map((pairs) => `UPDATE ${ledger} AS l SET version = p.new FROM (VALUES ${pairs.join(', ')}) AS p (old, new) WHERE l.version = p.old`)
    .join(';\n')
}
