import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import { readObjectKind } from '../statements/object-kinds.ts'
import { readParameters, type Parameters } from '../statements/parameters.ts'
import { partOfTable, type StatementTarget } from './target.ts'

/** Reads `kind [IF EXISTS] name [(types)] [ON table], ...`, as after ALTER, DROP and COMMENT ON. */
export function readNamed(cursor: Cursor): StatementTarget[] {
  const kind = readKind(cursor)
  if (kind === undefined) return []
  cursor.accept('concurrently')
  cursor.accept('if exists')
  if (kind === 'column') return readColumn(cursor)
  const targets: StatementTarget[] = []
  do {
    const name = kind === 'operator' ? readOperator(cursor) : cursor.name()
    if (name === undefined) return targets
    const parameters = readParameters(cursor)
    targets.push({ of: 'all', kind, ...name, ...typesOf(parameters), ...(ON_A_TABLE.has(kind) ? readTable(cursor) : {}) })
  } while (cursor.acceptSymbol(','))
  return targets
}

/** Reads `GRANT privileges ON [kind] name, ... TO role` and `ON ALL kinds IN SCHEMA schema`; REVOKE likewise. */
export function readGrant(cursor: Cursor): StatementTarget[] {
  if (!cursor.skipUntil((word) => word === 'on')) return []
  cursor.skip()
  if (cursor.accept('all')) return readAll(cursor)
  const kind = GRANTED.find((word) => cursor.accept(word)) ?? 'table'
  const targets: StatementTarget[] = []
  do {
    const name = cursor.name()
    if (name === undefined) return targets
    targets.push({ of: 'privileges', kind, ...name, ...typesOf(readParameters(cursor)) })
  } while (cursor.acceptSymbol(','))
  return targets
}

function readKind(cursor: Cursor): string | undefined {
  const word = ['column', 'constraint', 'routine'].find((phrase) => cursor.accept(phrase))
  return word === undefined ? readObjectKind(cursor)?.kind : word === 'routine' ? 'function' : word
}

const ON_A_TABLE: ReadonlySet<string> = new Set(['constraint', 'policy', 'rule', 'trigger'])
const GRANTED = ['table', 'sequence', 'function', 'procedure', 'routine', 'type', 'domain']

function readAll(cursor: Cursor): StatementTarget[] {
  const kind = cursor.word().replace(/s$/, '')
  cursor.skip()
  const schema = cursor.accept('in schema') ? cursor.name()?.name : undefined
  return schema === undefined ? [] : [{ of: 'privileges', kind, schema, name: '' }]
}

function typesOf(parameters: Parameters | undefined): { types?: readonly string[] } {
  return parameters?.inputTypes === undefined ? {} : { types: parameters.inputTypes }
}

/** `ON [DOMAIN] table`. */
function readTable(cursor: Cursor): { table?: string; schema?: string } {
  if (!cursor.accept('on')) return {}
  cursor.accept('domain')
  const table = cursor.name()
  return table === undefined ? {} : { table: table.name, ...(table.schema === undefined ? {} : { schema: table.schema }) }
}

/** `[schema.]table.column`. */
function readColumn(cursor: Cursor): StatementTarget[] {
  const parts: string[] = []
  do {
    const name = cursor.identifier()
    if (name === undefined) return []
    parts.push(name)
  } while (cursor.acceptSymbol('.'))
  const [name, table, schema] = parts.toReversed()
  if (name === undefined || table === undefined) return []
  return [partOfTable('column', name, { name: table, ...(schema === undefined ? {} : { schema }) })]
}

function readOperator(cursor: Cursor): QualifiedName | undefined {
  const schema = cursor.isSymbol('.', 1) ? cursor.identifier() : undefined
  if (schema !== undefined) cursor.skip()
  if (cursor.peek().kind !== 'symbol') return undefined
  const name = cursor.source()
  cursor.skip()
  return { name, ...(schema === undefined ? {} : { schema }) }
}
