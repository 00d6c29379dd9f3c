import { readFile } from 'node:fs/promises'
import { bareName } from '../../core/privileges.ts'
import { textAfter } from '../../core/text.ts'
import { readCatalog, type CatalogObject } from '../../db/catalog.ts'
import type { Db } from '../../db/db.ts'
import { withSchema } from '../../db/own-statement.ts'
import { canonical, printsQualifiers, type ComparedObject } from './canonical.ts'
import { objectKey, ownObjects, type OwnObjects, type SchemaManifest } from './manifest.ts'
import { differingPairs, wholeOf, WHOLES, type Pair } from './pairs.ts'

/** Code that a role which is not trusted wrote, and that a statement of ours would run with the privileges of the connection. */
export interface ForeignCode {
  /** Only of the ledger, when it is in another schema. */
  schema?: string
  kind: string
  /** `skills_registry.audit`, `unlock_skill(uuid, text, text)`. */
  name: string
  owner: string
  /** Only writing to a table runs it, and the connection can only read that table. */
  onWrites?: boolean
}

/** A row of sql/catalog/foreign.sql: a role that is not trusted, a table that is only read, or what uses an object of such a role. */
export type Suspect = ForeignCode & { uses: string | null; onWrites: boolean }

export interface ForeignCodeOptions {
  manifest: SchemaManifest
  /** The ledger and its progress table, where they are in the schema of all objects. */
  toolTables: ReadonlySet<string>
  /** Where they are in another schema. */
  ledgerElsewhere: { schema: string; tables: readonly string[] } | undefined
  /** `sql/catalog/objects.sql` of the package. */
  catalogQuery: string
  /** `sql/catalog/foreign.sql` of the package. */
  foreignQuery: string
}

/** What roles that are not trusted could make a command run. */
export interface ForeignCodeReading {
  /** Owners of the schema or of objects in it. */
  roles: string[]
  code: ForeignCode[]
}

/**
 * Compares the schema with the manifest, and reads nothing but the catalogs: for a command, before it looks at a table. In almost every
 * database there is no such role, and this is one query.
 */
export async function findForeignCode(db: Db, options: ForeignCodeOptions): Promise<ForeignCodeReading> {
  const { manifest, toolTables, ledgerElsewhere } = options
  return db.transaction({ readOnly: true, rollback: true }, async () => {
    const own = await readingIn(
      db,
      options,
      { schema: db.info.schema, relations: relationsOf(options), tables: [...toolTables] },
      (actual) => ({
        expected: presentObjects(manifest, actual).objects,
        // a schema that has not all migrations can have an earlier definition
        known: manifest.migrations.flatMap(({ objects }) => objects),
      }),
    )
    if (ledgerElsewhere === undefined) return own
    const { schema, tables } = ledgerElsewhere
    const { code } = await readingIn(db, options, { schema, relations: tables, tables }, () => ({ expected: [] }))
    return { roles: own.roles, code: [...own.code, ...code.map((found) => ({ ...found, schema }))] }
  })
}

async function readingIn(
  db: Db,
  { catalogQuery, foreignQuery }: ForeignCodeOptions,
  { schema, relations, tables }: { schema: string; relations: readonly string[]; tables: readonly string[] },
  wanted: (actual: readonly CatalogObject[]) => Pick<CodeReading, 'expected' | 'known'>,
): Promise<ForeignCodeReading> {
  const suspects = await readSuspects(db, relations, foreignQuery, schema)
  if (suspects.length === 0) return { roles: [], code: [] }
  const actual = await readCatalog(db, schema, catalogQuery)
  const reading = { ...wanted(actual), actual, tables, unqualified: printsQualifiers(db.info.version) }
  return { roles: rolesOf(suspects), code: foreignCode(reading, suspects) }
}

/** The relations of the package, and the ledger. */
export function relationsOf({ manifest, toolTables }: Pick<ForeignCodeOptions, 'manifest' | 'toolTables'>): string[] {
  const own = manifest.migrations.flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'table' || kind === 'view'))
  return [...new Set([...own.map(({ name }) => name), ...toolTables])]
}

/** What the migrations create of which something exists; the first one always counts. */
export function presentObjects(manifest: SchemaManifest, actual: readonly CatalogObject[]): OwnObjects {
  const present = new Set(actual.map(objectKey))
  const isPresent = (object: CatalogObject): boolean =>
    ['table', 'index', 'function', 'view'].includes(object.kind) && present.has(objectKey(object))
  return ownObjects(manifest, (migration) => migration === manifest.migrations[0] || migration.objects.some(isPresent))
}

export function rolesOf(suspects: readonly Suspect[]): string[] {
  return suspects.filter(({ kind }) => kind === 'role').map(({ name }) => name)
}

const SUSPECT = { kind: 'text', name: 'text', owner: 'text', uses: 'text?', on_writes: 'boolean' } as const

/** The roles that are not trusted, and what uses their objects, in a schema. `queryFile` is `sql/catalog/foreign.sql`. */
export async function readSuspects(
  db: Db,
  relations: readonly string[],
  queryFile: string,
  schema: string = db.info.schema,
): Promise<Suspect[]> {
  const rows = await db.run(withSchema(await readFile(queryFile, 'utf8'), schema), [relations], SUSPECT)
  return rows.map(({ on_writes: onWrites, ...row }) => ({ ...row, onWrites }))
}

export interface CodeReading {
  expected: readonly CatalogObject[]
  /** Other definitions that the package has given an object. */
  known?: readonly CatalogObject[]
  actual: readonly CatalogObject[]
  /** Relations that `expected` does not describe: the ledger. */
  tables: readonly string[]
  /** Compare views without the qualifiers of columns, see `canonical`. */
  unqualified: boolean
}

/**
 * The code in `actual` that its owner changed, so that it is not that of `expected`, where the owner is not trusted. A text that
 * is equal to that of the migrations is not foreign, whoever owns it. Pure.
 */
export function foreignCode(
  { expected, known = [], actual, tables, unqualified }: CodeReading,
  suspects: readonly Suspect[],
): ForeignCode[] {
  if (suspects.length === 0) return []
  const form = (objects: readonly CatalogObject[]): ComparedObject[] => canonical(objects.filter(isCode), { unqualified })
  const isKnown = new Set(form(known).map(keyAndText))
  const pairs = differingPairs(form(expected), form(actual)).filter(
    ({ actual: found }) => found === undefined || !isKnown.has(keyAndText(found)),
  )
  const names = new Set([...expected.filter(({ kind }) => WHOLES.has(kind)).map(({ name }) => bareName(name)), ...tables])
  const roles = new Set(rolesOf(suspects))
  const readOnly = new Set(suspects.filter(({ kind }) => kind === 'read only').map(({ name }) => name))
  // "function f(integer)", "table t"
  const owners = new Map(actual.filter(({ kind }) => kind === 'owner').map(({ name, definition }) => [name, definition]))
  const written = pairs.flatMap((pair): ForeignCode[] => {
    const whole = WHOLES.has(pair.kind) ? pair.name : (wholeOf(pair) ?? pair.name)
    const owner = owners.get(`${whole.includes('(') ? 'function' : 'table'} ${whole}`) ?? 'unknown'
    if ((owner !== 'unknown' && !roles.has(owner)) || pair.actual === undefined || !names.has(bareName(whole)) || isHarmless(pair))
      return []
    return [{ kind: pair.kind, name: pair.name, owner, ...(readOnly.has(whole) && runsOnWrites(pair) ? { onWrites: true } : {}) }]
  })
  const differs = new Set(pairs.map(objectKey))
  const isOurs = new Set(expected.map(objectKey))
  const used = suspects.flatMap(({ kind, name, uses, owner, onWrites }): ForeignCode[] =>
    uses === null || (isOurs.has(uses) && !differs.has(uses)) ? [] : [{ kind, name, owner, ...(onWrites ? { onWrites } : {}) }],
  )
  return unique([...written, ...used])
}

function keyAndText(object: ComparedObject): string {
  return `${objectKey(object)} ${object.same}`
}

const DATA: ReadonlySet<string> = new Set([
  'collation',
  'column compression',
  'column order',
  'column storage',
  'comment',
  'contents',
  'conversion',
  'default privileges',
  'enum',
  'grant',
  // the code of the child is in the other list
  'inheritance',
  'not validated',
  'owner',
  'replica identity',
  'sequence',
  'storage',
  'text search configuration',
  'text search dictionary',
  'type',
  'view column',
  // a column that has such a type uses it
  'domain',
  'range',
])

function isCode({ kind }: CatalogObject): boolean {
  return !DATA.has(kind)
}

/**
 * Whether the difference runs no code that its owner chose: an index, a unique constraint, a condition or default without calls, or
 * with calls of HARMLESS functions, a policy (row_security is off). In all of them, `uses` has the functions and operators of other roles.
 */
function isHarmless({ kind, actual }: Pair): boolean {
  const text = actual?.raw ?? ''
  // a table alone runs nothing; a foreign table is of another kind
  if (kind === 'policy' || kind === 'primary key' || kind === 'table') return true
  // PostgreSQL accepts only immutable functions in an index
  if (kind === 'index') return true
  if (kind === 'constraint') return /^(?:UNIQUE|FOREIGN KEY|PRIMARY KEY) /.test(text) || (text.startsWith('CHECK ') && !callsMore(text))
  if (kind === 'statistics') return !text.slice(text.indexOf('ON '), text.lastIndexOf(' FROM ')).includes('(')
  if (kind === 'column') return !/ generated (?:stored|virtual)/.test(text) && !callsMore(textAfter(text, ' default '))
  return false
}

/** Whether only a statement that writes rows of the table runs it. */
function runsOnWrites({ kind, actual }: Pair): boolean {
  return (
    kind === 'trigger' ||
    kind === 'rule' ||
    kind === 'constraint' ||
    (kind === 'column' && actual?.raw.includes(' generated virtual') !== true)
  )
}

/** Functions of pg_catalog that only compute a value. One of another schema has its name in front of it, or is in `uses`. */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    'now clock_timestamp statement_timestamp transaction_timestamp gen_random_uuid nextval txid_current lower upper length char_length ' +
    'octet_length btrim jsonb_typeof jsonb_array_length array_length cardinality COALESCE NULLIF GREATEST LEAST'
  ).split(' '),
)

function callsMore(expression: string): boolean {
  const before = expression.split('(').slice(0, -1)
  const names = before.map((text) => text.split(/[\s,)]/).at(-1) ?? '')
  return names.some((name) => name !== '' && !HARMLESS.has(name))
}

function unique(codes: readonly ForeignCode[]): ForeignCode[] {
  return [...new Map(codes.map((code) => [objectKey(code), code])).values()]
}

/** `trigger skills_registry.audit of role app, function f() of role app`, for a message. */
export function describeForeign(codes: readonly ForeignCode[], most = 3): string {
  const shown = codes.slice(0, most).map(({ kind, name, owner }) => `${kind} ${name} of the role ${owner}`)
  return [...shown, ...(codes.length > most ? [`${codes.length - most} more`] : [])].join(', ')
}

/** Whether the query of a table can run it; other code runs when a function is called, a view is read, or an object is created. */
export function isOfTable({ kind, name, onWrites }: ForeignCode, expected: readonly CatalogObject[]): boolean {
  if (onWrites === true || kind === 'function' || kind === 'event trigger') return false
  return kind !== 'view' || !expected.some((object) => object.kind === 'view' && object.name === name)
}
