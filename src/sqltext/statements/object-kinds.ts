import type { Cursor } from '../lexer/cursor.ts'

/** A database object as the catalogs name it: folded, unquoted, cut to 63 bytes. */
export interface SqlObject {
  kind: ObjectKind
  /** As written; `pg_temp` for a TEMP object. For a part of a table (or view, type, domain): the schema of the table. */
  schema?: string
  name: string
  /**
   * Its owner: the table or view of a column, constraint, index, trigger, rule or policy; the type of an enum value or
   * attribute; the domain of a domain constraint; the server of a user mapping; the language of a transform; the table to which a
   * partition, a parent, an identity or a primary key is added (the schema is that of this table); the publication of a published
   * table or schema.
   */
  table?: string
  /** Functions, procedures, aggregates: the text between the parentheses. Operators: of the definition. */
  parameters?: string
  /** The types that distinguish overloads, as in `to_regprocedure('name(a,b)')`; operators: left and right, NONE for an absent operand. */
  inputTypes?: readonly string[]
}

export type ObjectKind =
  | 'access method'
  | 'aggregate'
  | 'attribute'
  | 'cast'
  | 'collation'
  | 'column'
  | 'constraint'
  | 'conversion'
  | 'database'
  | 'domain'
  | 'domain constraint'
  | 'enum value'
  | 'event trigger'
  | 'extension'
  | 'foreign data wrapper'
  | 'foreign table'
  | 'function'
  | 'identity'
  | 'index'
  | 'language'
  | 'materialized view'
  | 'operator'
  | 'operator class'
  | 'operator family'
  | 'operator family member'
  | 'parent'
  | 'partition'
  | 'policy'
  | 'primary key'
  | 'procedure'
  | 'publication'
  | 'published schema'
  | 'published table'
  | 'role'
  | 'rule'
  | 'schema'
  | 'sequence'
  | 'server'
  | 'statistics'
  | 'subscription'
  | 'table'
  | 'tablespace'
  | 'text search configuration'
  | 'text search dictionary'
  | 'text search mapping'
  | 'text search parser'
  | 'text search template'
  | 'transform'
  | 'trigger'
  | 'type'
  | 'user mapping'
  | 'view'

/** Steps over the words after CREATE, ALTER or DROP that name a kind of object: `materialized view`, `user`, ... */
export function readObjectKind(cursor: Cursor): { words: string; kind: ObjectKind } | undefined {
  for (let count = LONGEST_PHRASE; count > 0; count--) {
    const words = Array.from({ length: count }, (_, i) => cursor.word(i)).join(' ')
    const kind = KINDS.get(words)
    if (kind === undefined) continue
    cursor.skip(count)
    return { words, kind }
  }
  return undefined
}

/**
 * The SQLSTATE of the server (PostgreSQL 18, each tested) when the object of a CREATE already exists. Databases have a code that is
 * not tolerated, 42P04.
 */
export function duplicateCode(kind: ObjectKind): string | undefined {
  if (RELATIONS.has(kind)) return '42P07'
  if (OVERLOADED.has(kind)) return '42723'
  if (kind === 'schema') return '42P06'
  if (TEXT_SEARCH.has(kind)) return '23505'
  return OTHERS.has(kind) ? '42710' : undefined
}

const RELATIONS: ReadonlySet<ObjectKind> = new Set(['table', 'foreign table', 'view', 'materialized view', 'index', 'sequence'])

const OVERLOADED: ReadonlySet<ObjectKind> = new Set(['function', 'procedure', 'aggregate', 'operator'])

/** The objects of text search. */
export const TEXT_SEARCH: ReadonlySet<ObjectKind> = new Set([
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
])

const OTHERS: ReadonlySet<ObjectKind> = new Set([
  'access method',
  'cast',
  'collation',
  'conversion',
  'domain',
  'event trigger',
  'extension',
  'foreign data wrapper',
  'language',
  'operator class',
  'operator family',
  'policy',
  'publication',
  'role',
  'rule',
  'server',
  'statistics',
  'subscription',
  'tablespace',
  'transform',
  'trigger',
  'type',
  'user mapping',
])

const LONGEST_PHRASE = 3

const KINDS: ReadonlyMap<string, ObjectKind> = new Map<string, ObjectKind>([
  ...[...RELATIONS, ...OVERLOADED, ...OTHERS, ...TEXT_SEARCH].map((kind): [string, ObjectKind] => [kind, kind]),
  ['schema', 'schema'],
  ['database', 'database'],
  ['group', 'role'],
  ['user', 'role'],
])
