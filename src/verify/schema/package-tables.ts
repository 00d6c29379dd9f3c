import type { CatalogObject } from '../../db/catalog.ts'
import type { Db } from '../../db/db.ts'
import { runStatements } from '../../db/scratch-schema.ts'
import { partOf } from './canonical.ts'
import { objectKey } from './manifest.ts'
import { wholeOf } from './pairs.ts'
import { ident } from './printed-schema.ts'

/**
 * Removes from the tables of the package in the scratch schema what migrations of the user add to them and what refuses or changes rows:
 * the rows of the checks belong to no user, tenant or registered skill. The schema is first in the search_path.
 */
export async function removeAdditions(db: Db, expected: readonly CatalogObject[], own: readonly CatalogObject[]): Promise<void> {
  const byKey = new Map(own.map((object) => [objectKey(object), object]))
  const statements = expected.flatMap((object) => {
    const { kind, name } = object
    const table =
      kind === 'table'
        ? name
        : (wholeOf({ kind, name, expected: { ...object, same: '', raw: object.definition }, actual: undefined }) ?? '')
    const wanted = byKey.get(objectKey(object))
    return byKey.has(`table ${table}`) ? (REMOVALS[kind]?.(object, ident(table), wanted) ?? []) : []
  })
  if (statements.length > 0) await runStatements(db, statements)
}

type Removal = (object: CatalogObject, table: string, own: CatalogObject | undefined) => string | undefined

const REMOVALS: Readonly<Record<string, Removal>> = {
  table: ({ definition }, table, own) =>
    definition === own?.definition ? undefined : `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY`,
  column: ({ name, definition }, table, own) =>
    isRequired(definition) && !isRequired(own?.definition ?? '')
      ? `ALTER TABLE ${table} ALTER COLUMN ${ident(partOf(name))} DROP NOT NULL`
      : undefined,
  constraint: ({ name }, table, own) =>
    own === undefined ? `ALTER TABLE ${table} DROP CONSTRAINT ${ident(partOf(name))} CASCADE` : undefined,
  index: ({ name, definition }, _, own) =>
    own === undefined && definition.startsWith('CREATE UNIQUE ') ? `DROP INDEX ${ident(name)} CASCADE` : undefined,
  rule: ({ name }, table, own) => (own === undefined ? `DROP RULE ${ident(partOf(name))} ON ${table}` : undefined),
  trigger: ({ name }, table, own) => (own === undefined ? `DROP TRIGGER ${ident(partOf(name))} ON ${table}` : undefined),
}

/** A column for which a row must give a value. */
function isRequired(definition: string): boolean {
  return / not null(?: |$)/.test(definition) && !/ default | generated /.test(definition)
}
