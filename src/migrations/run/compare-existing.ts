import type { CatalogObject } from '../../db/catalog.ts'
import { readCatalog } from '../../db/catalog.ts'
import type { Difference } from '../../db/catalog-diff.ts'
import { diffCatalogs } from '../../db/catalog-diff.ts'
import { DatabaseError } from '../../db/database-error.ts'
import { makeScratchSchema } from '../../db/scratch-schema.ts'
import type { MigrationFile, ParsedMigration } from '../files/migration-file.ts'
import type { ExistingObject } from './report.ts'
import type { RunSettings } from './run-settings.ts'
import { scratchStatements, textsFor } from '../files/scratch-statements.ts'

const STATEMENT_TIMEOUT_MS = 10_000

/**
 * Says of each object that was there already whether it is what the files make of it: `same` and
 * `differences` are filled in. Called in the file's transaction, or in one of its own; undoes what it runs.
 */
export async function compareExisting(settings: RunSettings, migration: ParsedMigration, existing: ExistingObject[]): Promise<void> {
  const { db, history, catalogQuery } = settings
  if (existing.length === 0) return
  const until = history.findIndex(({ version }) => version === migration.version)
  const files = history.slice(0, until + 1)
  const expected = await expectedCatalog(settings, files)
  if (expected === undefined) return
  const actual = await readCatalog(db, db.info.schema, catalogQuery)
  for (const object of existing) {
    const wanted = expected.filter((entry) => isPartOf(entry, object))
    // the scratch schema cannot hold everything: of what it did not make nothing can be said
    if (wanted.length === 0) continue
    const differences = diffCatalogs(
      wanted,
      actual.filter((entry) => isPartOf(entry, object)),
    )
    object.same = differences.length === 0
    if (!object.same) object.differences = differences.map(describe)
  }
}

/** What the files make in an empty schema; undefined when the role may not try. */
export async function expectedCatalog(
  { db, catalogQuery }: Pick<RunSettings, 'db' | 'catalogQuery'>,
  files: readonly MigrationFile[],
): Promise<CatalogObject[] | undefined> {
  const { schema, otherSchemas } = db.info
  const statements = scratchStatements(files, schema)
  try {
    const scratch = await makeScratchSchema(db, {
      statements: (name) => textsFor(statements, schema, name),
      others: otherSchemas,
      timeoutMs: STATEMENT_TIMEOUT_MS,
    })
    try {
      return await readCatalog(db, scratch.name, catalogQuery, [schema])
    } finally {
      await scratch.drop()
    }
  } catch (error) {
    if (error instanceof DatabaseError) return undefined
    throw error
  }
}

/** `column t.a: the file makes "integer not null", the database has "text"`. */
export function describe({ kind, name, expected, actual }: Difference): string {
  return `${kind} ${name}: the files make ${told(expected)}, the database has ${told(actual)}`
}

function told(definition: string | undefined): string {
  if (definition === undefined) return 'nothing of the kind'
  return definition === '' ? 'it' : `"${short(definition)}"`
}

function short(definition: string): string {
  const line = definition.replace(/\s+/g, ' ').trim()
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}

/** Kinds that say nothing about sameness: what people write about objects, and what administrators decide about them. */
export const ASIDE: ReadonlySet<string> = new Set(['comment', 'grant', 'owner', 'storage'])

/** A table with all that hangs on it; anything else by itself. */
function isPartOf({ kind, name }: CatalogObject, object: ExistingObject): boolean {
  if (ASIDE.has(kind) || kind === 'index') return object.kind === 'index' && kind === 'index' && name === object.name
  switch (object.kind) {
    case 'table':
      return (
        (kind === 'table' || kind === 'partitioned table' ? name === object.name : false) ||
        ((kind === 'column' || kind === 'constraint') && name.startsWith(`${object.name}.`))
      )
    case 'column':
    case 'constraint':
    case 'trigger':
    case 'policy':
    case 'rule':
      return kind === object.kind && name === `${object.table ?? ''}.${object.name}`
    case 'view':
    case 'materialized view':
      return (kind === object.kind && name === object.name) || (kind === 'view column' && name.startsWith(`${object.name}.`))
    case 'function':
    case 'procedure':
    case 'aggregate':
      return kind === object.kind && name.startsWith(`${object.name}(`)
    case 'type':
    case 'domain':
      return ['type', 'enum', 'range', 'domain'].includes(kind) && name === object.name
    default:
      return kind === object.kind && name === object.name
  }
}
