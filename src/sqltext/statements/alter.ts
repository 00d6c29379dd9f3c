import type { Definition } from './create.ts'
import type { Cursor, QualifiedName } from '../lexer/cursor.ts'
import { literalValue } from '../lexer/identifiers.ts'
import { readObjectKind } from './object-kinds.ts'
import type { ObjectKind, SqlObject } from './statement-kind.ts'

/** Reads a statement from behind the word ALTER. */
export function readAlter(cursor: Cursor): Definition {
  const found = readObjectKind(cursor)
  const verb = `ALTER ${found?.words ?? cursor.word()}`.trimEnd().toUpperCase()
  const whole = found !== undefined && found.kind in ADDERS ? readTarget(cursor) : undefined
  if (found === undefined || whole === undefined) return { verb, tolerable: [], ifNotExists: false, orReplace: false }

  const addition = cursor.accept('add') ? ADDERS[found.kind]?.(cursor, whole) : undefined
  // With several actions in one ALTER TABLE, skipping it for the one that was done before would lose the others.
  if (addition === undefined || hasFurtherAction(cursor)) {
    return { verb, object: { kind: found.kind, ...whole }, tolerable: [], ifNotExists: addition?.ifNotExists ?? false, orReplace: false }
  }
  return { verb, ...addition, orReplace: false }
}

/** What ALTER TABLE is about: `[IF EXISTS] [ONLY] name [*]`; the name may stand in parentheses behind ONLY. */
export function readTarget(cursor: Cursor): QualifiedName | undefined {
  // ALTER TABLE ALL IN TABLESPACE: not one table, and ALL is reserved.
  if (cursor.word() === 'all') return undefined
  cursor.accept('if exists')
  const isParenthesised = cursor.accept('only') && cursor.acceptSymbol('(')
  const name = cursor.name()
  if (isParenthesised) cursor.acceptSymbol(')')
  else cursor.acceptSymbol('*')
  return name
}

type Addition = Pick<Definition, 'tolerable' | 'ifNotExists'> & { object?: SqlObject }

/** What stands behind ADD, for each kind of object whose ADD can meet with "exists already" (PostgreSQL 18, each tried). */
const ADDERS: Partial<Record<ObjectKind, (cursor: Cursor, whole: QualifiedName) => Addition | undefined>> = {
  table: readTableAddition,
  'foreign table': readTableAddition,
  type: (cursor, whole) => {
    if (cursor.accept('attribute')) return readPart(cursor, 'attribute', whole, ['42701'])
    return cursor.accept('value') ? readEnumValue(cursor, whole) : undefined
  },
  domain: (cursor, whole) => (cursor.accept('constraint') ? readPart(cursor, 'domain constraint', whole, ['42710']) : undefined),
}

/** `CONSTRAINT name ...`, `[COLUMN] [IF NOT EXISTS] name ...`, or a constraint without a name, which the server names so that it never collides. */
function readTableAddition(cursor: Cursor, table: QualifiedName): Addition | undefined {
  if (cursor.accept('constraint')) {
    const constraint = readPart(cursor, 'constraint', table, ['42710'])
    // These come with an index of the same name, and that is what collides first.
    const hasIndex = ['unique', 'primary', 'exclude'].includes(cursor.word())
    return constraint === undefined || !hasIndex ? constraint : { ...constraint, tolerable: ['42P07', '42710'] }
  }
  const isExclusion = cursor.word() === 'exclude' && (cursor.word(1) === 'using' || cursor.isSymbol('(', 1))
  if (isExclusion || NAMELESS_CONSTRAINTS.has(cursor.word())) return undefined
  cursor.accept('column')
  return readPart(cursor, 'column', table, ['42701'])
}

const NAMELESS_CONSTRAINTS = new Set(['check', 'foreign', 'not', 'primary', 'unique'])

function readPart(cursor: Cursor, kind: ObjectKind, whole: QualifiedName, tolerable: readonly string[]): Addition | undefined {
  const ifNotExists = cursor.accept('if not exists')
  const name = cursor.name()?.name
  return name === undefined ? undefined : { object: part(kind, name, whole), tolerable, ifNotExists }
}

function readEnumValue(cursor: Cursor, type: QualifiedName): Addition | undefined {
  const ifNotExists = cursor.accept('if not exists')
  const label = cursor.peek().kind === 'string' ? literalValue(cursor.source()) : undefined
  return label === undefined ? undefined : { object: part('enum value', label, type), tolerable: ['42710'], ifNotExists }
}

function part(kind: ObjectKind, name: string, whole: QualifiedName): SqlObject {
  return { kind, ...(whole.schema === undefined ? {} : { schema: whole.schema }), name, table: whole.name }
}

/** Whether a comma outside of parentheses and brackets divides the rest into actions. */
function hasFurtherAction(cursor: Cursor): boolean {
  for (; !cursor.atEnd; cursor.skipItem()) {
    if (cursor.isSymbol(',')) return true
  }
  return false
}
