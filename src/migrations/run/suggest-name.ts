import { nearest } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { Cursor, type QualifiedName } from '../../sqltext/lexer/cursor.ts'
import { literalValue } from '../../sqltext/lexer/identifiers.ts'
import { mentionsIn } from '../../sqltext/locate/locate-names.ts'
import { routineBody } from '../../sqltext/locate/routine-body.ts'
import type { ObjectKind, SqlObject } from '../../sqltext/statements/object-kinds.ts'
import type { ParsedStatement } from '../files/parse-migration.ts'
import type { FailureFacts } from './failure-text.ts'

/** What can be unknown. */
type NameKind = 'column' | 'relation' | 'index' | 'function' | 'type' | 'schema'

interface Candidate {
  name: string
  /** The name as shown to people. */
  shown: string
}

/**
 * `did you mean ...?` for a name that the server does not know: the nearest name in the catalog or in the file itself, whose
 * objects are rolled back. Undefined when the server has a hint of its own.
 */
export async function suggestName(db: Db, facts: FailureFacts): Promise<string | undefined> {
  const kind = unknownKind(facts)
  const unknown = kind === undefined ? undefined : nameAt(facts)
  if (kind === undefined || unknown === undefined) return undefined
  const tables = kind === 'column' ? mentionedNames(facts) : []
  const found = await db.run(candidatesSql(db, kind, unknown, tables), [], { name: 'text', shown: 'text?', parent: 'text?' })
  const known = found.map(({ name, shown, parent }): Candidate => ({ name, shown: shown ?? withParent(name, parent) }))
  const candidates = [...declaredCandidates(facts, kind, tables), ...known]
  const name = nearest(
    unknown.name,
    candidates.map((candidate) => candidate.name),
  )
  if (name === undefined) return undefined
  // for a function all forms, as the arguments can be the mistake
  const forms = new Set(candidates.filter((candidate) => candidate.name === name).map(({ shown }) => shown))
  return `did you mean ${[...forms].slice(0, kind === 'function' ? 3 : 1).join(' or ')}?`
}

function unknownKind({ error, location, statement, atEnd }: FailureFacts): NameKind | undefined {
  if (!location.exact || atEnd !== undefined) return undefined
  switch (error.code) {
    case SQLSTATE.undefinedColumn:
      return error.hint === undefined ? 'column' : undefined
    case SQLSTATE.undefinedTable:
      return error.hint === undefined ? 'relation' : undefined
    case SQLSTATE.undefinedFunction:
      return 'function'
    case UNDEFINED_SCHEMA:
      return 'schema'
    case UNDEFINED_OBJECT:
      // roles, extensions, settings, ... share the code, but have no position
      if (statement.kind.verb.endsWith(' INDEX')) return 'index'
      return error.position === undefined ? undefined : 'type'
    default:
      return undefined
  }
}

const UNDEFINED_SCHEMA = '3F000'
const UNDEFINED_OBJECT = '42704'

/** The name at the fault, also in `'name'::regclass`. */
function nameAt({ statement, location, error }: FailureFacts): QualifiedName | undefined {
  const text = statement.text.slice(location.offset)
  const cursor = new Cursor(text)
  const isLiteral = cursor.peek().kind === 'string'
  const name = isLiteral ? new Cursor(literalValue(cursor.source()) ?? '').name() : cursor.name()
  // the fault is the first part of the name
  return error.code === UNDEFINED_SCHEMA && name?.schema !== undefined ? { name: name.schema } : name
}

/** All names in the statement: the table of an unknown column is one of them. */
function mentionedNames({ statement }: FailureFacts): string[] {
  const texts = [statement.text, routineBody(statement.text)?.text ?? '']
  const names = texts.flatMap((text) => [...mentionsIn(text)].filter(({ isLiteral }) => !isLiteral).map(({ value }) => value))
  return [...new Set(names)].slice(0, MAX_NAMES)
}

/** Enough for any hand-written statement. */
const MAX_NAMES = 500

/** Names in the search_path of the file come first. Relations of other schemas follow: a wrong search_path is a common mistake. */
function candidatesSql({ info }: Db, kind: NameKind, { schema }: QualifiedName, tables: readonly string[]): string {
  const visible = `n.nspname IN (${[info.schema, ...info.otherSchemas].map(quoteLiteral).join(', ')})`
  const inSchema = schema === undefined || kind === 'column' ? '' : `AND n.nspname = ${quoteLiteral(schema)}`
  const user = `n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' ${inSchema}`
  const parent = `CASE WHEN NOT (${visible}) THEN n.nspname END AS parent`
  const order = `ORDER BY NOT (${visible}), 1 LIMIT 10000`
  switch (kind) {
    case 'column':
      return `SELECT a.attname AS name, NULL AS shown, c.relname AS parent FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${user}
        AND c.relname IN (${tables.map(quoteLiteral).join(', ')}) ${order}`
    case 'relation':
    case 'index':
      return `SELECT c.relname AS name, NULL AS shown, ${parent} FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN (${kind === 'index' ? "'i', 'I'" : "'r', 'p', 'v', 'm', 'f', 'S'"}) AND ${user} ${order}`
    case 'function':
      return `SELECT p.proname AS name, p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' AS shown, NULL AS parent
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE (${visible} OR n.nspname = 'pg_catalog' OR n.nspname = ${quoteLiteral(schema ?? null)}) ${inSchema} ${order}`
    case 'type':
      return `SELECT names.name, pg_catalog.format_type(t.oid, NULL) AS shown, NULL AS parent
        FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace,
        unnest(ARRAY[t.typname::text, pg_catalog.format_type(t.oid, NULL)]) AS names (name)
        WHERE t.typcategory <> 'A' AND t.typtype <> 'p' AND (${visible} OR (n.nspname = 'pg_catalog' AND t.typrelid = 0)) ${inSchema} ${order}`
    case 'schema':
      return `SELECT n.nspname AS name, NULL AS shown, NULL AS parent FROM pg_catalog.pg_namespace n WHERE n.nspname NOT LIKE 'pg\\_%'`
  }
}

function withParent(name: string, parent: string | null): string {
  return parent === null ? shownName(name) : `${shownName(parent)}.${shownName(name)}`
}

/** Quoted when necessary: `"Widgets"`. */
function shownName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdent(name)
}

/** What the file created before the failed statement: after the rollback it is not in the catalog. `tables`: the tables whose columns are wanted. */
function declaredCandidates({ migration, statement }: FailureFacts, kind: NameKind, tables: readonly string[]): Candidate[] {
  const done = migration.statements.slice(0, statement.index + 1)
  if (kind === 'column') return done.flatMap((entry) => declaredColumns(entry, tables))
  // the failed statement's own object is what it creates, not what it refers to
  return done.slice(0, -1).flatMap(({ kind: { verb, object } }) => {
    if (!verb.startsWith('CREATE') || object === undefined || !KINDS[kind].includes(object.kind)) return []
    return [{ name: object.name, shown: kind === 'function' ? `${object.name}(${object.parameters ?? ''})` : object.name }]
  })
}

const RELATIONS: readonly ObjectKind[] = ['table', 'foreign table', 'view', 'materialized view', 'sequence']

const KINDS: Readonly<Record<Exclude<NameKind, 'column'>, readonly ObjectKind[]>> = {
  relation: RELATIONS,
  index: ['index'],
  function: ['function', 'procedure', 'aggregate'],
  type: ['type', 'domain', 'table'],
  schema: ['schema'],
}

function declaredColumns({ kind: { verb, object }, text }: ParsedStatement, tables: readonly string[]): Candidate[] {
  if (object === undefined) return []
  const added = object.kind === 'column' && tables.includes(object.table ?? '') ? [object.name] : []
  const columns = verb === 'CREATE TABLE' && tables.includes(object.name) ? elements(text) : added
  return columns.map((name) => ({ name, shown: `${tableOf(object)}.${name}` }))
}

function tableOf({ kind, name, table }: SqlObject): string {
  return kind === 'column' ? (table ?? name) : name
}

/** The columns of a CREATE TABLE, without its table constraints. */
function elements(text: string): string[] {
  const first = [...mentionsIn(text)].filter(({ isElement, isLiteral }) => isElement && !isLiteral)
  return first.map(({ value }) => value).filter((value) => !CONSTRAINTS.has(value))
}

const CONSTRAINTS: ReadonlySet<string> = new Set(['check', 'constraint', 'exclude', 'foreign', 'like', 'primary', 'unique'])
