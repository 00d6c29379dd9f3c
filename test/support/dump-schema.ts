import path from 'node:path'
import { readCatalog } from '../../src/db/catalog.ts'
import type { Db } from '../../src/db/db.ts'

/** The schema as text. */
export async function dumpSchema(db: Db): Promise<string> {
  const objects = await readCatalog(db, db.info.schema, path.resolve(import.meta.dirname, '../../sql/catalog/objects.sql'))
  return objects
    .filter(({ kind }) => kind !== 'owner')
    .map(({ kind, name, definition }) => `-- ${kind} ${name}\n${definition.trim()}\n`)
    .join('\n')
}
