import { readFile } from 'node:fs/promises'
import { APP_ROLE_GRANTS } from '../core/privileges.ts'
import type { Db } from '../db/db.ts'

/** The objects whose privileges are judged. */
export interface JudgedObjects {
  /** Tables and views of the package. */
  tables: readonly string[]
  /** Functions of the package, without arguments. */
  functions: readonly string[]
  /** Tables of other migrations. */
  others: readonly string[]
  ledger: { schema: string; tables: readonly string[] }
  /** A role that another check judges. */
  appRole: string | null
}

const FAULT = { kind: 'text', object: 'text', expected: 'text', actual: 'text', sql: 'text?' } as const

/**
 * The input of the checks on privileges: what PUBLIC, the roles of an open API and other roles that can log in have on the objects, apart
 * from what each of them can have. `queryFile` is `sql/catalog/privileges.sql`. Reads nothing but the catalogs.
 */
export async function readPrivileges(db: Db, queryFile: string, objects: JudgedObjects): Promise<object> {
  const input = { ...objects, grants: APP_ROLE_GRANTS }
  const query = await readFile(queryFile, 'utf8')
  return db.transaction({ readOnly: true, rollback: true }, async () => {
    // see readSurroundings
    await db.exec('SET LOCAL jit = off')
    return { faults: await db.run(query, [input], FAULT) }
  })
}
