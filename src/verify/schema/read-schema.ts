import { readCatalog, type CatalogObject } from '../../db/catalog.ts'
import { onlyRow } from '../../db/columns.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import type { PrintedObject } from '../../db/printed-object.ts'
import { searchPath } from '../../db/quote.ts'
import { makeScratchSchema, type ScratchSchema } from '../../db/scratch-schema.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'
import { printsQualifiers } from './canonical.ts'
import { compareSchemas } from './compare.ts'
import type { SchemaComparison, ComparisonContext, ScratchSource } from './comparison.ts'
import { copyCode } from './copy-code.ts'
import {
  foreignCode,
  describeForeign,
  isOfTable,
  presentObjects,
  readSuspects,
  relationsOf,
  type ForeignCode,
  type ForeignCodeOptions,
  type Suspect,
} from './foreign-code.ts'
import { MANIFEST_SCHEMA, ownObjects, type OwnObjects } from './manifest.ts'
import { inSchema, PrintedSchema } from './printed-schema.ts'
import type { Printed } from './recreate.ts'
import { countViolations } from './violations.ts'

export interface SchemaOptions extends Pick<ComparisonContext, 'exclusive' | 'again' | 'existedBefore'>, ForeignCodeOptions {
  /** The statements of the applied migrations that define the schema; `own` for those of the package. */
  statements: readonly { place: string; own: boolean; text: string }[]
  /** Versions of the applied migrations. */
  applied: ReadonlySet<string>
  /** Those whose ledger row an older tool wrote. */
  adopted: ReadonlySet<string>
  /** Why the ledger cannot be read. */
  noLedger: string | undefined
  /** For each statement in the scratch schema, in milliseconds. */
  timeoutMs: number
  /** The statements that create the objects of a schema. */
  print: (schema: string) => Promise<PrintedObject[]>
  /** Those of the schema of the manifest. */
  printedManifest: () => PrintedObject[]
}

/** The schema, compared with what the applied migrations create. */
export interface SchemaReading {
  comparison: SchemaComparison
  /** Why there is no scratch schema; the comparison was made with the manifest then. */
  noScratch: string | undefined
  /** Code of other roles that would run with the privileges of this connection: it is compared, and never run. */
  foreign: ForeignCode[]
  /** The part of it that a query of a table runs. */
  foreignOfTables: ForeignCode[]
  /** The schema that checks examine. */
  schema: string
  /** Makes that the scratch schema, which then has the functions and views of the database. */
  enterScratch(): Promise<void>
  drop(): Promise<void>
}

/** Compares in the caller's transaction. A scratch schema stays until `drop`; names mean the real schema meanwhile. */
export async function readSchema(db: Db, options: SchemaOptions): Promise<SchemaReading> {
  const suspects = await readSuspects(db, relationsOf(options), options.foreignQuery)
  const scratch = await makeScratch(db, options, suspects)
  const { schema, otherSchemas, user, version } = db.info
  const { catalogQuery, manifest, adopted } = options
  const hasScratch = typeof scratch !== 'string'
  const fromScratch = hasScratch ? await readCatalog(db, scratch.name, catalogQuery, [schema]) : []
  const actual = await readCatalog(db, schema, catalogQuery)
  const own = appliedObjects(options, actual)
  const expected = hasScratch ? fromScratch : own.objects
  const isKnown = manifest.migrations.some((migration) => options.applied.has(migration.version))
  const context: ComparisonContext = {
    ...options,
    own,
    adopted: isKnown ? adopted : new Set(manifest.migrations.map((migration) => migration.version)),
    schema,
    version,
    source: hasScratch
      ? { kind: 'scratch', failures: failuresOf(scratch, options), user }
      : { kind: 'manifest', userStatements: userTexts(options) },
  }
  const compared = compareSchemas(expected, actual, context)
  // the statements are read only when there is something to correct
  const printed = compared.faults.length === 0 ? undefined : await printSchemas(db, options, hasScratch ? scratch.name : undefined)
  const comparison = printed === undefined ? compared : compareSchemas(expected, actual, { ...context, printed })
  const unqualified = !hasScratch && printsQualifiers(version)
  const foreign = foreignCode({ expected, actual, tables: [...options.toolTables], unqualified }, suspects)
  const foreignOfTables = foreign.filter((code) => isOfTable(code, expected))
  const notCounted =
    foreignOfTables.length === 0 ? undefined : `that would run the code of another role: ${describeForeign(foreignOfTables)}`
  const faults = await countViolations(db, comparison.faults, { schema, timeoutMs: options.timeoutMs, notCounted })
  const reading: SchemaReading = {
    comparison: { ...comparison, faults },
    schema,
    foreign,
    foreignOfTables,
    noScratch: hasScratch ? undefined : scratch,
    enterScratch: async () => {
      if (!hasScratch) return
      reading.schema = scratch.name
      await db.exec(`SET LOCAL search_path TO ${searchPath(scratch.name, otherSchemas)}`)
      await copyCode(db, { from: schema, to: scratch.name, expected, actual, foreign })
    },
    drop: async () => {
      if (hasScratch) await scratch.drop()
    },
  }
  return reading
}

/** What the migrations create, from the scratch schema or the manifest, and the schema of the connection. */
async function printSchemas(db: Db, { print, printedManifest }: SchemaOptions, scratch: string | undefined): Promise<Printed> {
  const { schema } = db.info
  const { quoted } = onlyRow(await db.run('SELECT quote_ident($1) AS quoted', [schema], { quoted: 'text' }))
  const from = scratch ?? MANIFEST_SCHEMA
  const expected = scratch === undefined ? printedManifest() : await print(scratch)
  return { expected: new PrintedSchema(inSchema(expected, from, { name: schema, quoted })), actual: new PrintedSchema(await print(schema)) }
}

/** A schema with what the applied migrations create, or why there is none. */
async function makeScratch(db: Db, options: SchemaOptions, suspects: readonly Suspect[]): Promise<ScratchSchema | string> {
  const { statements, applied, manifest, noLedger, timeoutMs } = options
  const eventTriggers = suspects.filter(({ kind }) => kind === 'event trigger')
  if (eventTriggers.length > 0) return `a scratch schema would run the code of another role: ${describeForeign(eventTriggers)}`
  if (noLedger !== undefined) return noLedger
  if (!manifest.migrations.some(({ version }) => applied.has(version))) return 'no migration of the package is applied'
  try {
    const { schema, otherSchemas } = db.info
    const texts = (scratch: string): string[] => statements.map(({ text }) => renameSchema(text, schema, scratch))
    return await makeScratchSchema(db, { statements: texts, others: otherSchemas, timeoutMs })
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return `cannot create a scratch schema: ${error.message}`
  }
}

/**
 * The objects of the package that must exist. Without a ledger a migration counts as applied when something that it
 * creates exists; the first one always counts.
 */
function appliedObjects({ manifest, applied }: SchemaOptions, actual: readonly CatalogObject[]): OwnObjects {
  const isKnown = manifest.migrations.some(({ version }) => applied.has(version))
  return isKnown ? ownObjects(manifest, ({ version }) => applied.has(version)) : presentObjects(manifest, actual)
}

function failuresOf({ failures, statements: texts }: ScratchSchema, { statements }: SchemaOptions): ScratchSource['failures'] {
  return failures.map(({ index, error }) => ({
    place: statements[index]?.place ?? '',
    text: texts[index] ?? '',
    code: error.code,
    message: error.message,
  }))
}

function userTexts({ statements }: SchemaOptions): string[] {
  return statements.filter(({ own }) => !own).map(({ text }) => text)
}
