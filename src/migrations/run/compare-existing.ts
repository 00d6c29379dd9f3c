import path from 'node:path'
import { diffCatalogs, type Difference } from '../../db/catalog-diff.ts'
import { readCatalog, type CatalogObject } from '../../db/catalog.ts'
import { DatabaseError } from '../../db/database-error.ts'
import { readExtensionSchemas } from '../../db/extension-schemas.ts'
import { makeScratchSchema, type ScratchSchema } from '../../db/scratch-schema.ts'
import { OBJECT_EXISTS } from '../../db/sqlstates.ts'
import { usesName } from '../../sqltext/targets/uses-name.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { filesUntil } from '../files/replaced-files.ts'
import { scratchStatements, textsFor, type ScratchStatement } from '../files/scratch-statements.ts'
import type { ExistingObject } from './report.ts'
import type { RunSettings } from './run-settings.ts'

const STATEMENT_TIMEOUT_MS = 10_000

/**
 * Sets `same` and `differences` of each object that already existed: whether it is the same as the one the files create.
 * Call it in a transaction. It rolls back what it runs.
 */
export async function compareExisting(settings: RunSettings, migration: ParsedMigration, existing: ExistingObject[]): Promise<void> {
  const { db, allFiles, catalogQuery } = settings
  if (existing.length === 0) return
  const expected = (await expectedCatalog(settings, filesUntil(allFiles, migration), migration.directives.role))?.objects
  if (expected === undefined) return
  const actual = await readCatalog(db, db.info.schema, catalogQuery)
  for (const object of existing) {
    const wanted = expected.filter((entry) => isPartOf(entry, object))
    // some objects cannot be created in a scratch schema, and are not compared
    if (wanted.length === 0) continue
    const differences = diffCatalogs(
      wanted,
      actual.filter((entry) => isPartOf(entry, object)),
    )
    object.same = differences.length === 0
    if (!object.same) object.differences = differences.map(describe)
  }
}

/** What the files create in an empty schema. */
export interface ExpectedCatalog {
  objects: CatalogObject[]
  /** Statements without effect there: their objects cannot be judged. */
  failures: { file: string; line: number; message: string }[]
}

/** The objects that the files create in an empty schema, under the role; undefined when the role cannot create a schema. */
export async function expectedCatalog(
  { db, catalogQuery }: Pick<RunSettings, 'db' | 'catalogQuery'>,
  files: readonly MigrationFile[],
  role?: string,
): Promise<ExpectedCatalog | undefined> {
  const { schema, otherSchemas } = db.info
  const definitions = scratchStatements(files, schema)
  try {
    const scratch = await makeScratchSchema(db, {
      statements: (name) => textsFor(definitions, schema, name),
      others: otherSchemas,
      timeoutMs: STATEMENT_TIMEOUT_MS,
      // a type or function of an extension can be in the schema that the scratch schema replaces
      extensions: { schemas: await readExtensionSchemas(db, path.dirname(catalogQuery), otherSchemas), uses: usesName },
      role,
    })
    try {
      return {
        objects: await readCatalog(db, scratch.name, catalogQuery, [schema]),
        failures: notCreated(definitions.statements, scratch.failures),
      }
    } finally {
      await scratch.drop()
    }
  } catch (error) {
    if (error instanceof DatabaseError) return undefined
    throw error
  }
}

function notCreated(statements: readonly ScratchStatement[], failures: ScratchSchema['failures']): ExpectedCatalog['failures'] {
  const ran = statements.filter(({ obstacle }) => obstacle === undefined)
  const errors = new Map(failures.map(({ index, error }) => [ran[index], error]))
  return statements.flatMap((statement) => {
    const error = errors.get(statement)
    const message = statement.obstacle ?? error?.message
    // then an earlier statement created the object, and that one is compared
    if (message === undefined || !statement.isCompared || OBJECT_EXISTS.has(error?.code ?? '')) return []
    return [{ file: statement.file, line: statement.line, message }]
  })
}

/** `column t.a: the migrations create "integer not null", the database has "text"`. */
export function describe({ kind, name, expected, actual }: Difference): string {
  return `${kind} ${name}: the migrations create ${shown(expected)}, the database has ${shown(actual)}`
}

function shown(definition: string | undefined): string {
  if (definition === undefined) return 'nothing'
  return definition === '' ? 'it' : `"${short(definition)}"`
}

function short(definition: string): string {
  const line = definition.replace(/\s+/g, ' ').trim()
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}

/** Kinds that are not compared: comments, and what administrators decide. */
export const NOT_COMPARED: ReadonlySet<string> = new Set([
  'column compression',
  'column order',
  'column storage',
  'comment',
  'contents',
  'default privileges',
  'grant',
  'not validated',
  'owner',
  'replica identity',
  'storage',
])

/** Whether the catalog entry is the object or, for a table or view, a part of it. */
function isPartOf({ kind, name }: CatalogObject, object: ExistingObject): boolean {
  if (NOT_COMPARED.has(kind) || kind === 'index') return object.kind === 'index' && kind === 'index' && name === object.name
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
