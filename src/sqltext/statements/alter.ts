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

  const addition = ADDERS[found.kind]?.(cursor, whole)
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

/** What follows the name, for each kind of object whose ALTER can fail because it was done before (PostgreSQL 18, each tested). */
const ADDERS: Partial<Record<ObjectKind, (cursor: Cursor, whole: QualifiedName) => Addition | undefined>> = {
  table: readTableAddition,
  'foreign table': readTableAddition,
  type: (cursor, whole) => {
    if (cursor.accept('add attribute')) return readPart(cursor, 'attribute', whole, ['42701'])
    return cursor.accept('add value') ? readEnumValue(cursor, whole) : undefined
  },
  domain: (cursor, whole) => (cursor.accept('add constraint') ? readPart(cursor, 'domain constraint', whole, ['42710']) : undefined),
  publication: readPublished,
  'operator family': readFamilyMember,
  'text search configuration': readMapping,
}

/** `ADD ...`, `ATTACH PARTITION name ...`, `INHERIT name`, `ALTER [COLUMN] name ADD GENERATED ...`. */
function readTableAddition(cursor: Cursor, table: QualifiedName): Addition | undefined {
  if (cursor.accept('add')) return readTablePart(cursor, table)
  if (cursor.accept('attach partition')) return readPart(cursor, 'partition', table, ['42809', '42P17'])
  if (cursor.accept('inherit')) return readPart(cursor, 'parent', table, ['42P07'])
  if (!cursor.accept('alter')) return undefined
  cursor.accept('column')
  const identity = readPart(cursor, 'identity', table, ['55000', '42P07'])
  return cursor.accept('add generated') ? identity : undefined
}

/** `CONSTRAINT name ...`, `[COLUMN] [IF NOT EXISTS] name ...`, or a constraint without a name, to which the server gives a free name. */
function readTablePart(cursor: Cursor, table: QualifiedName): Addition | undefined {
  if (cursor.accept('constraint')) {
    const constraint = readPart(cursor, 'constraint', table, ['42710'])
    return constraint === undefined ? undefined : { ...constraint, existsCodes: constraintCodes(cursor) }
  }
  if (cursor.accept('primary key')) return { object: part('primary key', table.name, table), existsCodes: ['42P16'], ifNotExists: false }
  const isExclusion = cursor.word() === 'exclude' && (cursor.word(1) === 'using' || cursor.isSymbol('(', 1))
  if (isExclusion || NAMELESS_CONSTRAINTS.has(cursor.word())) return undefined
  cursor.accept('column')
  return readPart(cursor, 'column', table, ['42701'])
}

/** A constraint with an index: the server reports first a second primary key, then the index. USING INDEX takes an index once. */
function constraintCodes(cursor: Cursor): string[] {
  const isKey = cursor.word() === 'primary'
  if (!isKey && cursor.word() !== 'unique' && cursor.word() !== 'exclude') return ['42710']
  cursor.skip(isKey ? 2 : 1)
  return ['42P07', '42710', ...(isKey ? ['42P16'] : []), ...(cursor.accept('using index') ? ['55000'] : [])]
}

/** `ADD TABLE [ONLY] name ...` and `ADD TABLES IN SCHEMA name` of a publication. */
function readPublished(cursor: Cursor, publication: QualifiedName): Addition | undefined {
  if (cursor.accept('add tables in schema')) return readPart(cursor, 'published schema', publication, ['42710'])
  if (!cursor.accept('add table')) return undefined
  cursor.accept('only')
  return readPart(cursor, 'published table', publication, ['42710'])
}

const NAMELESS_CONSTRAINTS = new Set(['check', 'foreign', 'not', 'primary', 'unique'])

/** `USING method ADD OPERATOR ..., FUNCTION ...`: all items are one addition. */
function readFamilyMember(cursor: Cursor, family: QualifiedName): Addition | undefined {
  if (!cursor.accept('using')) return undefined
  cursor.name()
  if (!cursor.accept('add')) return undefined
  return wholeAddition(cursor, 'operator family member', family, '42710')
}

/** `ADD MAPPING FOR token, ... WITH dictionary, ...` */
function readMapping(cursor: Cursor, configuration: QualifiedName): Addition | undefined {
  return cursor.accept('add mapping for') ? wholeAddition(cursor, 'text search mapping', configuration, '23505') : undefined
}

/** An addition without a name of its own, whose commas separate no actions. */
function wholeAddition(cursor: Cursor, kind: ObjectKind, whole: QualifiedName, existsCode: string): Addition {
  cursor.skipUntil(() => false)
  return { object: part(kind, whole.name, whole), existsCodes: [existsCode], ifNotExists: false }
}

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
