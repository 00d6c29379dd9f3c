import { bareName } from '../../core/privileges.ts'
import { textAfter } from '../../core/text.ts'
import { readCatalog, withoutSchemas, type CatalogObject } from '../../db/catalog.ts'
import { onlyRow } from '../../db/columns.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import type { PrintedObject } from '../../db/printed-object.ts'
import { readExtensionSchemas, readStrays, type Stray } from '../../db/extension-schemas.ts'
import { searchPath } from '../../db/quote.ts'
import { makeScratchSchema, type ScratchSchema } from '../../db/scratch-schema.ts'
import { OBJECT_EXISTS, SQLSTATE } from '../../db/sqlstates.ts'
import { statementTargets, type StatementTargets } from '../../sqltext/targets/statement-targets.ts'
import { usesName } from '../../sqltext/targets/uses-name.ts'
import { printsQualifiers } from './canonical.ts'
import { compareSchemas } from './compare.ts'
import type { SchemaComparison, ComparisonContext } from './comparison.ts'
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
import type { NotBuilt } from './not-judged.ts'
import { otherFunctions } from './other-functions.ts'
import { WHOLES } from './pairs.ts'
import { removeAdditions } from './package-tables.ts'
import { ident, inSchema, PrintedSchema } from './printed-schema.ts'
import type { Printed } from './recreate.ts'
import { withoutPrintedDifferences } from './round-trip.ts'
import { countViolations } from './violations.ts'

export interface SchemaOptions extends Pick<ComparisonContext, 'exclusive' | 'again' | 'existedBefore' | 'appRole'>, ForeignCodeOptions {
  /** The statements of the applied migrations that define the schema. */
  statements: readonly DefiningStatement[]
  /** Those that can run, with the scratch schemas, when the first one has that name. */
  textsFor: (scratch: string) => readonly string[]
  /** The scratch schemas by the schema that each replaces. */
  schemasFor: (scratch: string) => ReadonlyMap<string, string>
  /** Names that the statements create. */
  names: ReadonlySet<string>
  /** The folder `sql/catalog` of the package. */
  catalogQueries: string
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

interface DefiningStatement {
  /** `db/001.sql:5`. */
  place: string
  /** It is a statement of the package. */
  own: boolean
  text: string
  /** It can fail where nothing is wrong. */
  isRemedy: boolean
  /** Why it cannot run in a scratch schema. */
  obstacle?: string
}

/** The schema, compared with what the applied migrations create. */
export interface SchemaReading {
  comparison: SchemaComparison
  /** Why nothing could be compared. */
  unreadable?: string
  /** Why there is no scratch schema; the comparison was made with the manifest then. */
  noScratch: string | undefined
  /** Code of other roles that would run with the privileges of this connection: it is compared, and never run. */
  foreign: ForeignCode[]
  /** The part of it that a query of a table runs. */
  foreignOfTables: ForeignCode[]
  /** The objects of the package that must exist; functions with the types of their arguments. */
  own: Readonly<Record<'tables' | 'views' | 'functions', readonly string[]>>
  /** Functions with the name of one of ours that migrations of the user create, with the types of their arguments. */
  otherFunctions: readonly string[]
  /** The schema that checks examine. */
  schema: string
  /** The search_path of checks of the user. */
  path: string
  /** Makes that the scratch schema, which then has the functions and views of the database. */
  enterScratch(): Promise<void>
  drop(): Promise<void>
}

/** Compares in the caller's transaction. A scratch schema stays until `drop`; names mean the real schema meanwhile. */
export async function readSchema(db: Db, options: SchemaOptions): Promise<SchemaReading> {
  const suspects = await readSuspects(db, relationsOf(options), options.foreignQuery)
  const { schema, otherSchemas, user, version } = db.info
  const { catalogQuery, manifest, adopted } = options
  // before a statement of the user runs
  const inDatabase = await readCatalog(db, schema, catalogQuery)
  const scratch = await makeScratch(db, options, suspects)
  const hasScratch = typeof scratch !== 'string'
  const fromScratch = hasScratch ? await readScratch(db, scratch.name, options) : []
  const strays = hasScratch ? await readStrays(db, options.catalogQueries, scratch.name, scratch.shared) : []
  const tables = [...options.toolTables]
  const actual = !hasScratch
    ? inDatabase
    : await withoutPrintedDifferences(db, {
        path: scratch.path,
        read: () => readScratch(db, scratch.name, options),
        expected: fromScratch,
        actual: inDatabase,
        foreign: foreignCode({ expected: fromScratch, actual: inDatabase, tables, unqualified: false }, suspects),
      })
  const own = appliedObjects(options, actual)
  const expected = hasScratch ? fromScratch : own.objects.map((object) => withoutSchemas(object, [schema]))
  const isKnown = manifest.migrations.some((migration) => options.applied.has(migration.version))
  const context: ComparisonContext = {
    ...options,
    own,
    adopted: isKnown ? adopted : new Set(manifest.migrations.map((migration) => migration.version)),
    schema,
    version,
    source: hasScratch ? { kind: 'scratch', role: user } : { kind: 'manifest' },
    notBuilt: hasScratch ? [...notBuiltIn(scratch, options, schema), ...strays.map(notCreated)] : userStatements(options, schema, scratch),
  }
  const compared = compareSchemas(expected, actual, context)
  // the statements are read only when there is something to correct
  const printed = compared.faults.length === 0 ? undefined : await printSchemas(db, options, hasScratch ? scratch.name : undefined)
  const comparison = printed === undefined ? compared : compareSchemas(expected, actual, { ...context, printed })
  const unqualified = !hasScratch && printsQualifiers(version)
  const foreign = foreignCode({ expected, actual, tables, unqualified }, suspects)
  const foreignOfTables = foreign.filter((code) => isOfTable(code, expected))
  const notCounted =
    foreignOfTables.length === 0 ? undefined : `that would run the code of another role: ${describeForeign(foreignOfTables)}`
  const faults = await countViolations(db, comparison.faults, { schema, timeoutMs: options.timeoutMs, notCounted })
  const reading: SchemaReading = {
    comparison: { ...comparison, faults },
    own: namesOf(own.objects),
    otherFunctions: otherFunctions({ own: own.objects, expected, actual, notRun: notRun(options, scratch) }),
    schema,
    path: searchPath(schema, otherSchemas),
    foreign,
    foreignOfTables,
    noScratch: hasScratch ? undefined : scratch,
    enterScratch: async () => {
      if (!hasScratch) return
      reading.schema = scratch.name
      reading.path = scratch.path
      await db.exec(`SET LOCAL search_path TO ${scratch.path}`)
      const names = new Set([...options.names, ...actual.filter(({ kind }) => WHOLES.has(kind)).map(({ name }) => bareName(name))])
      await removeAdditions(db, expected, own.objects)
      await copyCode(db, { from: schema, to: scratch.name, names, expected, actual, foreign })
    },
    drop: async () => {
      if (hasScratch) await scratch.drop()
    },
  }
  return reading
}

/** What the migrations create, from the scratch schema or the manifest, and the schema of the connection. */
async function printSchemas(db: Db, { print, printedManifest, schemasFor }: SchemaOptions, scratch: string | undefined): Promise<Printed> {
  const { schema } = db.info
  const { quoted } = onlyRow(await db.run('SELECT quote_ident($1) AS quoted', [schema], { quoted: 'text' }))
  const from = scratch ?? MANIFEST_SCHEMA
  const made = scratch === undefined ? printedManifest() : await print(scratch)
  // SET SCHEMA moves objects to other scratch schemas, whose names begin with that of the first
  const others = scratch === undefined ? [] : [...schemasFor(scratch)].filter(([, name]) => name !== scratch)
  const expected = others.reduce((objects, [name, other]) => inSchema(objects, other, { name, quoted: ident(name) }), made)
  return { expected: new PrintedSchema(inSchema(expected, from, { name: schema, quoted })), actual: new PrintedSchema(await print(schema)) }
}

function namesOf(objects: readonly CatalogObject[]): SchemaReading['own'] {
  const named = (wanted: string): string[] => objects.filter(({ kind }) => kind === wanted).map(({ name }) => name)
  return { tables: named('table'), views: named('view'), functions: named('function') }
}

/** Statements of the user that did not run in a scratch schema. */
function notRun({ statements }: SchemaOptions, scratch: ScratchSchema | string): string[] {
  const ofUser = statements.filter(({ own }) => !own)
  if (typeof scratch === 'string') return ofUser.map(({ text }) => text)
  const ran = runnable(statements)
  const failed = new Set(scratch.failures.map(({ index }) => ran[index]))
  return ofUser.filter((statement) => statement.obstacle !== undefined || failed.has(statement)).map(({ text }) => text)
}

/** The reading of a schema of which the server cannot print the definitions. */
export function unreadable({ info }: Db, message: string): SchemaReading {
  return {
    comparison: { faults: [], failures: [], indexes: [], notJudged: [] },
    unreadable: message,
    own: { tables: [], views: [], functions: [] },
    otherFunctions: [],
    schema: info.schema,
    path: searchPath(info.schema, info.otherSchemas),
    foreign: [],
    foreignOfTables: [],
    noScratch: `the schema cannot be read: ${message}`,
    enterScratch: () => Promise.resolve(),
    drop: () => Promise.resolve(),
  }
}

/** A schema with what the applied migrations create, or why there is none. */
async function makeScratch(db: Db, options: SchemaOptions, suspects: readonly Suspect[]): Promise<ScratchSchema | string> {
  const { statements, textsFor, applied, manifest, noLedger, timeoutMs, catalogQueries } = options
  const eventTriggers = suspects.filter(({ kind }) => kind === 'event trigger')
  if (eventTriggers.length > 0) return `a scratch schema would run the code of another role: ${describeForeign(eventTriggers)}`
  if (noLedger !== undefined) return noLedger
  if (!manifest.migrations.some(({ version }) => applied.has(version))) return 'no migration of the package is applied'
  try {
    const { otherSchemas } = db.info
    const extensions = await readExtensionSchemas(db, catalogQueries, otherSchemas)
    const scratch = await makeScratchSchema(db, {
      statements: textsFor,
      others: otherSchemas,
      timeoutMs,
      extensions: { schemas: extensions, uses: usesName },
    })
    const ran = runnable(statements)
    const blocked = scratch.failures.find(({ index, error }) => ran[index]?.own === true && !IN_THE_STATEMENTS.has(error.code))
    if (blocked === undefined) return scratch
    await scratch.drop()
    return `the migrations of the package cannot run in a scratch schema: ${blocked.error.message}`
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return `cannot create a scratch schema: ${error.message}`
  }
}

/** Of objects that exist or are missing: then other migrations changed the schema. Anything else is of the server, such as an event trigger. */
const IN_THE_STATEMENTS: ReadonlySet<string> = new Set([
  ...OBJECT_EXISTS,
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedColumn,
  SQLSTATE.undefinedFunction,
  SQLSTATE.undefinedObject,
  SQLSTATE.invalidSchemaName,
])

/** The catalog of the scratch schema. Other scratch schemas have the names of those that they replace. */
async function readScratch(db: Db, scratch: string, { schemasFor, statements, catalogQuery }: SchemaOptions): Promise<CatalogObject[]> {
  const { schema } = db.info
  const words = new Set(statements.flatMap(({ text }) => (/\bgrant\b/i.test(text) ? wordsOf(text) : [])))
  const secures = statements.some(({ text }) => /\b(?:enable|force)\s+row\s+level\s+security\b/i.test(text))
  const read = await readCatalog(db, scratch, catalogQuery, [schema])
  // an event trigger can grant privileges and enable row level security too: expected are those for a role that the migrations name,
  // and only if they have such a statement
  const isNamed = (role: string): boolean => role === 'PUBLIC' || wordsOf(role).every((word) => words.has(word))
  const named = read.filter(({ kind, name }) => kind !== 'grant' || isNamed(textAfter(name, ' to ')))
  const objects = secures ? named : named.map(withoutRowSecurity)
  const moved = [...schemasFor(scratch)].filter(([, name]) => name !== scratch)
  const inOriginal = (text: string): string => moved.reduce((result, [name, side]) => result.replaceAll(side, () => ident(name)), text)
  return moved.length === 0
    ? objects
    : objects.map(({ kind, name, definition }) => ({ kind, name: inOriginal(name), definition: inOriginal(definition) }))
}

function withoutRowSecurity(object: CatalogObject): CatalogObject {
  const isTable = object.kind === 'table' || object.kind === 'partitioned table'
  return isTable ? { ...object, definition: object.definition.replace(/ ?\brow level security(?: forced)?/, '') } : object
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []
}

/**
 * The objects of the package that must exist. Without a ledger a migration counts as applied when something that it
 * creates exists; the first one always counts.
 */
function appliedObjects({ manifest, applied }: SchemaOptions, actual: readonly CatalogObject[]): OwnObjects {
  const isKnown = manifest.migrations.some(({ version }) => applied.has(version))
  return isKnown ? ownObjects(manifest, ({ version }) => applied.has(version)) : presentObjects(manifest, actual)
}

function runnable(statements: readonly DefiningStatement[]): DefiningStatement[] {
  return statements.filter(({ obstacle }) => obstacle === undefined)
}

/** What is not in the scratch schema. A statement that creates an object a second time changes nothing. */
function notBuiltIn({ failures }: ScratchSchema, { statements }: SchemaOptions, schema: string): NotBuilt[] {
  const ran = runnable(statements)
  const failed = new Map(failures.map(({ index, error }) => [ran[index], error]))
  return statements.flatMap((statement): NotBuilt[] => {
    const error = failed.get(statement)
    const message = statement.obstacle ?? error?.message
    if (message === undefined || statement.isRemedy || OBJECT_EXISTS.has(error?.code ?? '')) return []
    const { place, text } = statement
    const found = targetsIn(text, schema)
    // ownership is the decision of the administrator
    const isFault = found.targets.length === 0 || found.targets.some(({ of }) => of !== 'owner')
    return [{ ...found, place, message, isFault }]
  })
}

function notCreated({ kind, name, uses }: Stray): NotBuilt {
  const message = `it uses ${uses}, which no migration creates`
  return { place: '', message, targets: [{ of: 'all', kind, name }], hasUnknown: false, isFault: true }
}

/** Without a scratch schema, what the user's own migrations create is not known. */
function userStatements({ statements }: SchemaOptions, schema: string, message: string): NotBuilt[] {
  return statements.filter(({ own }) => !own).map(({ text }) => ({ ...targetsIn(text, schema), place: '', message, isFault: false }))
}

function targetsIn(text: string, schema: string): StatementTargets {
  const { targets, hasUnknown } = statementTargets(text)
  const own = targets.filter((target) => target.schema === undefined || target.schema === schema)
  return { targets: own, hasUnknown: hasUnknown || (targets.length === 0 && !/^\s*do\b/i.test(text)) }
}
