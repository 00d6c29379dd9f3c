import { readFile } from 'node:fs/promises'
import type { RowOf } from './columns.ts'
import type { Db } from './db.ts'

/** A setting with another value than usual, in one of the places that set it. `sql/catalog/settings.sql` says what the columns are. */
export type UnusualSetting = RowOf<typeof SETTING>

const SETTING = {
  name: 'text',
  value: 'text',
  object: 'text',
  good: 'text?',
  effect: 'text?',
  stops: 'boolean',
  concerns_schema: 'boolean',
  sql: 'text?',
} as const

/** The settings of the server, the database and the roles that `skills doctor` and `skills verify` judge. Reads nothing but the catalogs. */
export async function readUnusualSettings(db: Db, queryFile: string): Promise<UnusualSetting[]> {
  return db.run(await readFile(queryFile, 'utf8'), [], SETTING)
}
