import path from 'node:path'
import { readCatalog } from '../../src/db/catalog.ts'
import type { Db } from '../../src/db/db.ts'

/** The schema as text. */
export async function dumpSchema(db: Db): Promise<string> {
  const query = path.resolve(import.meta.dirname, '../../sql/catalog/objects.sql')
  const objects = await db.transaction({ readOnly: true }, () => readCatalog(db, db.info.schema, query))
  return objects
    .filter(({ kind }) => kind !== 'owner')
    .map(({ kind, name, definition }) => `-- ${kind} ${name}\n${definition.trim()}\n`)
    .join('\n')
}
