import { catalogQuery } from '../../../src/config/package-files.ts'
import { readCatalog, type CatalogObject } from '../../../src/db/catalog.ts'
import type { Db } from '../../../src/db/db.ts'

/** What the migrations of the package have created in the database, without the ledger. */
export async function ownObjects(db: Db, kind: string): Promise<CatalogObject[]> {
  const objects = await readCatalog(db, db.info.schema, catalogQuery())
  return objects.filter((object) => object.kind === kind && !object.name.startsWith('schema_migrations'))
}

export async function namesOf(db: Db, kind: string): Promise<string[]> {
  return (await ownObjects(db, kind)).map(({ name }) => name)
}

/** `f` of `f(integer)`. */
export function bare(signature: string): string {
  return signature.replace(/\(.*/, '')
}
