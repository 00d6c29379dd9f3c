import { nearest } from '../../core/text.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { QualifiedName } from '../../sqltext/lexer/cursor.ts'
import { Cursor } from '../../sqltext/lexer/cursor.ts'
import { literalValue } from '../../sqltext/lexer/identifiers.ts'
import { routineBody } from '../../sqltext/locate/routine-body.ts'
import { mentionsIn } from '../../sqltext/locate/locate-names.ts'
import type { FailureFacts } from './failure-facts.ts'
import type { Candidate, NameKind } from './suggest-declared.ts'
import { declaredCandidates } from './suggest-declared.ts'

/**
 * `did you mean ...?` for a name that the server does not know: the nearest one of the catalog or of the file itself, whose
 * objects are rolled back. Where the server knows better it is left to it.
 */
export async function suggestName(db: Db, facts: FailureFacts): Promise<string | undefined> {
  const kind = unknownKind(facts)
  const unknown = kind === undefined ? undefined : nameAt(facts)
  if (kind === undefined || unknown === undefined) return undefined
  const tables = kind === 'column' ? mentionedNames(facts) : []
  const found = await db.query<{ name: string; shown: string | null; parent: string | null }>(candidatesSql(db, kind, unknown, tables))
  const known = found.map(({ name, shown, parent }): Candidate => ({ name, shown: shown ?? withParent(name, parent) }))
  const candidates = [...declaredCandidates(facts, kind, tables), ...known]
  const name = nearest(
    unknown.name,
    candidates.map((candidate) => candidate.name),
  )
  if (name === undefined) return undefined
  // of a function all forms, as the arguments may be what is wrong
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
      // roles, extensions, settings, ... share the code; those come without a position
      if (statement.kind.verb.endsWith(' INDEX')) return 'index'
      return error.position === undefined ? undefined : 'type'
    default:
      return undefined
  }
}

const UNDEFINED_SCHEMA = '3F000'
const UNDEFINED_OBJECT = '42704'

/** The name where the fault is; `'name'::regclass` is one too. */
function nameAt({ statement, location, error }: FailureFacts): QualifiedName | undefined {
  const text = statement.text.slice(location.offset)
  const cursor = new Cursor(text)
  const isLiteral = cursor.peek().kind === 'string'
  const name = isLiteral ? new Cursor(literalValue(cursor.source()) ?? '').name() : cursor.name()
  // the fault is the first part of the name
  return error.code === UNDEFINED_SCHEMA && name?.schema !== undefined ? { name: name.schema } : name
}

/** Everything that the statement names, as the table of an unknown column is among it. */
function mentionedNames({ statement }: FailureFacts): string[] {
  const texts = [statement.text, routineBody(statement.text)?.text ?? '']
  const names = texts.flatMap((text) => [...mentionsIn(text)].filter(({ isLiteral }) => !isLiteral).map(({ value }) => value))
  return [...new Set(names)].slice(0, MOST_NAMES)
}

/** Enough for any statement written by hand. */
const MOST_NAMES = 500

/** Names that the search_path of the file shows come first. Relations of other schemas are given too: a wrong search_path is a common mistake. */
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

/** With quotes where they are needed: `"Widgets"`. */
function shownName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdent(name)
}
