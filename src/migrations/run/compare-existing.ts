import { diffCatalogs, type Difference } from '../../db/catalog-diff.ts'
import { readCatalog, type CatalogObject } from '../../db/catalog.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { OWN_SETTINGS } from '../../db/own-statement.ts'
import { quoteIdent } from '../../db/quote.ts'
import { makeScratchSchema } from '../../db/scratch-schema.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { qualifyNames, type UnqualifiedNames } from '../../sqltext/statements/qualify-names.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'
import type { MigrationFile } from '../files/read-migrations.ts'
import { filesUntil } from '../files/replaced-files.ts'
import { scratchStatements, textsFor } from '../files/scratch-statements.ts'
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
  const statements = scratchStatements(files, schema)
  try {
    const scratch = await makeScratchSchema(db, {
      statements: (name) => textsFor(statements, schema, name),
      others: otherSchemas,
      timeoutMs: STATEMENT_TIMEOUT_MS,
      instead: namesOfExtensions(db),
      role,
    })
    try {
      return {
        objects: await readCatalog(db, scratch.name, catalogQuery, [schema]),
        failures: scratch.failures.flatMap(({ index, error }) => {
          const statement = statements[index]
          if (statement === undefined || !statement.isCompared || ALREADY_THERE.has(error.code)) return []
          return [{ file: statement.file, line: statement.line, message: error.message }]
        }),
      }
    } finally {
      await scratch.drop()
    }
  } catch (error) {
    if (error instanceof DatabaseError) return undefined
    throw error
  }
}

/** An earlier statement created the object, and that one is compared. */
const ALREADY_THERE: ReadonlySet<string> = new Set([
  SQLSTATE.duplicateTable,
  SQLSTATE.duplicateObject,
  SQLSTATE.duplicateFunction,
  SQLSTATE.duplicateColumn,
])

/**
 * An extension can be in the schema that the scratch schema stands for, where its types and functions are not found: the statement with
 * their schema. Reads their names when the first statement fails.
 */
function namesOfExtensions(db: Db): (text: string) => Promise<string | undefined> {
  let names: Promise<UnqualifiedNames> | undefined
  return async (text) => {
    names ??= readNames(db)
    const qualified = qualifyNames(text, `${quoteIdent(db.info.schema)}.`, await names)
    return qualified === text ? undefined : qualified
  }
}

const MEMBERS = `
  SELECT o.name, o.is_function FROM pg_depend d JOIN (
    SELECT 'pg_type'::regclass AS class, t.oid, t.typname::text AS name, t.typnamespace AS schema, false AS is_function FROM pg_type t
    UNION ALL SELECT 'pg_opclass'::regclass, c.oid, c.opcname::text, c.opcnamespace, false FROM pg_opclass c
    UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.proname::text, p.pronamespace, true FROM pg_proc p
  ) AS o ON o.class = d.classid AND o.oid = d.objid
  WHERE d.deptype = 'e' AND o.schema = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = $1)`

async function readNames(db: Db): Promise<UnqualifiedNames> {
  const [, rows] = await Promise.all([
    db.exec(`SAVEPOINT skills_names; ${OWN_SETTINGS}`),
    db.query(MEMBERS, [db.info.schema], { name: 'text', is_function: 'boolean' }),
    db.exec('ROLLBACK TO SAVEPOINT skills_names; RELEASE SAVEPOINT skills_names'),
  ])
  const of = (isFunction: boolean): Set<string> => new Set(rows.flatMap((row) => (row.is_function === isFunction ? [row.name] : [])))
  return { types: of(false), functions: of(true) }
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
export const NOT_COMPARED: ReadonlySet<string> = new Set(['comment', 'grant', 'owner', 'storage'])

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
