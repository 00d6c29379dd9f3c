import type { Cursor } from '../lexer/cursor.ts'
import type { ObjectKind } from './statement-kind.ts'

/** Steps over the words behind CREATE, ALTER or DROP that name a kind of object: `materialized view`, `user`, ... */
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
 * What the server answers (PostgreSQL 18, each tried) when the object of a CREATE exists already. Kinds not named here
 * answer with something else: databases 42P04, text search objects 23505.
 */
export function duplicateCode(kind: ObjectKind): string | undefined {
  if (RELATIONS.has(kind)) return '42P07'
  if (OVERLOADED.has(kind)) return '42723'
  if (kind === 'schema') return '42P06'
  return OTHERS.has(kind) ? '42710' : undefined
}

const RELATIONS: ReadonlySet<ObjectKind> = new Set(['table', 'foreign table', 'view', 'materialized view', 'index', 'sequence'])

const OVERLOADED: ReadonlySet<ObjectKind> = new Set(['function', 'procedure', 'aggregate', 'operator'])

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
  ...[...RELATIONS, ...OVERLOADED, ...OTHERS].map((kind): [string, ObjectKind] => [kind, kind]),
  ['schema', 'schema'],
  ['database', 'database'],
  ['group', 'role'],
  ['user', 'role'],
  ['text search configuration', 'text search configuration'],
  ['text search dictionary', 'text search dictionary'],
  ['text search parser', 'text search parser'],
  ['text search template', 'text search template'],
])
