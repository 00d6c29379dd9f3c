import type { Cursor } from '../../sqltext/lexer/cursor.ts'
import { readObjectKind, TEXT_SEARCH } from '../../sqltext/statements/object-kinds.ts'
import { beside, readName, RELATIONS, type CreatedObjects } from './created-objects.ts'
import type { ParsedStatement } from './parse-migration.ts'
import { isRoutine, none, NOTHING, type Undo } from './undo.ts'

export function inverseOfCreate(statement: ParsedStatement, cursor: Cursor, created: CreatedObjects): Undo {
  const { kind: definition } = statement
  const { object, verb, ifNotExists, orReplace } = definition
  if (object?.schema === 'pg_temp') return NOTHING
  const kind = object?.kind ?? (verb === 'CREATE INDEX' ? 'index' : undefined)
  if (kind === undefined) return none(NAMELESS)
  while (!cursor.atEnd && readObjectKind(cursor)?.kind !== kind) cursor.skip()
  const isConcurrent = cursor.accept('concurrently')
  if (orReplace) return none('OR REPLACE: the definition before is not known')
  if (ifNotExists) return none('IF NOT EXISTS: the object may have existed before')
  if (['index', 'policy', 'rule', 'trigger'].includes(kind)) return ofPart(statement, kind, isConcurrent, cursor, created)
  if (kind === 'schema' && cursor.word() === 'authorization') return none(NAMELESS)
  const name = readName(cursor)
  if (isRoutine(kind)) {
    const list = kind === 'aggregate' ? cursor.group() : (object?.inputTypes ?? []).join(', ')
    if (kind === 'aggregate' && list.includes('=')) return none('write its arguments in parentheses of their own')
    created.add(kind, name, object?.inputTypes)
    return { undo: [`DROP ${kind.toUpperCase()} ${name}(${list})`] }
  }
  if (!DROPPED_BY_NAME.has(kind)) return none(`the way back from CREATE ${kind.toUpperCase()} is not known here`)
  if (kind === 'schema' && (definition.existsCodes.length === 0 || name === '')) return none('it creates more than the schema')
  if (kind === 'extension' && cursor.skipUntil((word) => word === 'cascade')) return none('CASCADE: it may create other extensions')
  created.add(kind, name)
  return { undo: [`DROP ${kind.toUpperCase()} ${name}`] }
}

const NAMELESS = 'the server chooses its name: name it'

/** Kinds that `DROP kind name` removes. */
const DROPPED_BY_NAME: ReadonlySet<string> = new Set([
  ...RELATIONS,
  ...TEXT_SEARCH,
  'access method',
  'collation',
  'conversion',
  'domain',
  'event trigger',
  'extension',
  'foreign data wrapper',
  'publication',
  'role',
  'schema',
  'server',
  'statistics',
  'type',
])

/**
 * `name ... ON table`: gone with a table that the file creates, unless it can need an object that is dropped before. An index is in the
 * schema of its table.
 */
function ofPart({ text }: ParsedStatement, kind: string, isConcurrent: boolean, cursor: Cursor, created: CreatedObjects): Undo {
  const name = cursor.word() === 'on' ? '' : readName(cursor)
  cursor.skipUntil((word) => word === (kind === 'rule' ? 'to' : 'on'))
  cursor.skip()
  cursor.accept('only')
  const table = readName(cursor)
  if (created.hasRelation(table) && !created.hasLater(text, RELATIONS, table)) return NOTHING
  if (name === '') return none(NAMELESS)
  if (kind !== 'index') return { undo: [`DROP ${kind.toUpperCase()} ${name} ON ${table}`] }
  return { undo: [`DROP INDEX ${isConcurrent ? 'CONCURRENTLY ' : ''}${beside(table, name)}`] }
}
