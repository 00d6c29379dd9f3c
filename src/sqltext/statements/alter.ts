import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import { literalValue } from '../lexer/identifiers.ts'
import type { Definition } from './create.ts'
import { readObjectKind, type ObjectKind, type SqlObject } from './object-kinds.ts'

/** Reads a statement after the word ALTER. */
export function readAlter(cursor: Cursor): Definition {
  const found = readObjectKind(cursor)
  const verb = `ALTER ${found?.words ?? cursor.word()}`.trimEnd().toUpperCase()
  const whole = found !== undefined && found.kind in ADDERS ? readTarget(cursor) : undefined
  if (found === undefined || whole === undefined) return { verb, existsCodes: [], ifNotExists: false, orReplace: false }

  const addition = cursor.accept('add') ? ADDERS[found.kind]?.(cursor, whole) : undefined
  // an ALTER TABLE with several actions cannot be skipped when one of them was done before: the others would be lost
  if (addition === undefined || hasFurtherAction(cursor)) {
    return { verb, object: { kind: found.kind, ...whole }, existsCodes: [], ifNotExists: addition?.ifNotExists ?? false, orReplace: false }
  }
  return { verb, ...addition, orReplace: false }
}

/** The table of an ALTER TABLE: `[IF EXISTS] [ONLY] name [*]`; the name can be in parentheses after ONLY. */
export function readTarget(cursor: Cursor): QualifiedName | undefined {
  // ALTER TABLE ALL IN TABLESPACE: more than one table (ALL is reserved)
  if (cursor.word() === 'all') return undefined
  cursor.accept('if exists')
  const isParenthesised = cursor.accept('only') && cursor.acceptSymbol('(')
  const name = cursor.name()
  if (isParenthesised) cursor.acceptSymbol(')')
  else cursor.acceptSymbol('*')
  return name
}

type Addition = Pick<Definition, 'existsCodes' | 'ifNotExists'> & { object?: SqlObject }

/** What follows ADD, for each kind of object whose ADD can fail with "already exists" (PostgreSQL 18, each tested). */
const ADDERS: Partial<Record<ObjectKind, (cursor: Cursor, whole: QualifiedName) => Addition | undefined>> = {
  table: readTableAddition,
  'foreign table': readTableAddition,
  type: (cursor, whole) => {
    if (cursor.accept('attribute')) return readPart(cursor, 'attribute', whole, ['42701'])
    return cursor.accept('value') ? readEnumValue(cursor, whole) : undefined
  },
  domain: (cursor, whole) => (cursor.accept('constraint') ? readPart(cursor, 'domain constraint', whole, ['42710']) : undefined),
}

/** `CONSTRAINT name ...`, `[COLUMN] [IF NOT EXISTS] name ...`, or a constraint without a name, to which the server gives a free name. */
function readTableAddition(cursor: Cursor, table: QualifiedName): Addition | undefined {
  if (cursor.accept('constraint')) {
    const constraint = readPart(cursor, 'constraint', table, ['42710'])
    // these create an index of the same name, and the server reports the index first
    const hasIndex = ['unique', 'primary', 'exclude'].includes(cursor.word())
    return constraint === undefined || !hasIndex ? constraint : { ...constraint, existsCodes: ['42P07', '42710'] }
  }
  const isExclusion = cursor.word() === 'exclude' && (cursor.word(1) === 'using' || cursor.isSymbol('(', 1))
  if (isExclusion || NAMELESS_CONSTRAINTS.has(cursor.word())) return undefined
  cursor.accept('column')
  return readPart(cursor, 'column', table, ['42701'])
}

const NAMELESS_CONSTRAINTS = new Set(['check', 'foreign', 'not', 'primary', 'unique'])

function readPart(cursor: Cursor, kind: ObjectKind, whole: QualifiedName, existsCodes: readonly string[]): Addition | undefined {
  const ifNotExists = cursor.accept('if not exists')
  const name = cursor.name()?.name
  return name === undefined ? undefined : { object: part(kind, name, whole), existsCodes, ifNotExists }
}

function readEnumValue(cursor: Cursor, type: QualifiedName): Addition | undefined {
  const ifNotExists = cursor.accept('if not exists')
  const label = cursor.peek().kind === 'string' ? literalValue(cursor.source()) : undefined
  return label === undefined ? undefined : { object: part('enum value', label, type), existsCodes: ['42710'], ifNotExists }
}

function part(kind: ObjectKind, name: string, whole: QualifiedName): SqlObject {
  return { kind, ...(whole.schema === undefined ? {} : { schema: whole.schema }), name, table: whole.name }
}

/** Whether a comma outside parentheses and brackets divides the rest into actions. */
function hasFurtherAction(cursor: Cursor): boolean {
  for (; !cursor.atEnd; cursor.skipItem()) {
    if (cursor.isSymbol(',')) return true
  }
  return false
}
