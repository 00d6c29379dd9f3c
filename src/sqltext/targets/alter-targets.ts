import { nameIn, readAlterActions, type AlterAction } from '../hazards/alter-actions.ts'
import { Cursor, type QualifiedName } from '../lexer/cursor.ts'
import { readObjectKind, type SqlObject } from '../statements/object-kinds.ts'
import { readNamed } from './named-targets.ts'
import { partOfTable, type StatementTarget } from './target.ts'

/** What an ALTER changes. `object` is what it adds, as `classify` reads it. */
export function readAlter(cursor: Cursor, object: SqlObject | undefined): StatementTarget[] {
  cursor.accept('alter')
  if (cursor.accept('default privileges')) return [{ of: 'all', kind: 'default privileges', name: '' }]
  if (RELATIONS.has(readObjectKind(cursor)?.kind ?? '')) return ofRelation(cursor)
  cursor.rewind()
  cursor.accept('alter')
  const targets = object?.table !== undefined && object.kind in WHOLES ? wholeOf(object, object.table) : readNamed(cursor)
  if (cursor.accept('owner to')) return targets.map((target) => ({ ...target, of: 'owner' }))
  const renamed = cursor.accept('rename to') ? cursor.name()?.name : undefined
  return renamed === undefined ? targets : targets.flatMap((target) => [target, { ...target, name: renamed }])
}

const RELATIONS: ReadonlySet<string> = new Set(['table', 'foreign table', 'view', 'materialized view'])

/** The parts of a type are no objects of their own. */
const WHOLES: Readonly<Record<string, string>> = { attribute: 'type', 'enum value': 'type', 'domain constraint': 'domain' }

function wholeOf({ kind, schema }: SqlObject, name: string): StatementTarget[] {
  return [{ of: 'all', kind: WHOLES[kind] ?? kind, name, ...(schema === undefined ? {} : { schema }) }]
}

function ofRelation(cursor: Cursor): StatementTarget[] {
  cursor.rewind()
  const { table, actions } = readAlterActions(cursor)
  return table === undefined ? [] : actions.flatMap((action) => ofAction(table, action, cursor))
}

function ofAction(table: QualifiedName, action: AlterAction, statement: Cursor): StatementTarget[] {
  if (action.does === 'add column') return [partOfTable('column', action.column.name, table)]
  if (action.does === 'add constraint') return [partOfTable('constraint', action.constraint.name ?? '', table)]
  const whole: StatementTarget = { of: 'all', kind: 'table', ...table }
  const name = nameIn(action)?.name
  switch (action.does) {
    case 'rename table':
      return name === undefined ? [whole] : [whole, { ...whole, name }]
    case 'set schema':
      return [whole]
    case 'drop column':
    case 'drop not null':
    case 'set expression':
    case 'set not null':
    case 'set type':
      return name === undefined ? [] : [partOfTable('column', name, table)]
    case 'validate constraint':
      return name === undefined ? [] : [partOfTable('constraint', name, table)]
    case 'rename column':
    case 'other':
      return ofOther({ ...whole, of: 'self' }, table, new Cursor(statement.textFrom(action.offset)))
    default:
      return [{ ...whole, of: 'self' }]
  }
}

/** `ALTER COLUMN c ...`, `RENAME [COLUMN | CONSTRAINT] a TO b`, `DROP CONSTRAINT c`, `ENABLE TRIGGER t`, `OWNER TO r`; the rest is `self`. */
function ofOther(self: StatementTarget, table: QualifiedName, cursor: Cursor): StatementTarget[] {
  if (cursor.accept('owner to')) return [{ ...self, of: 'owner' }]
  if (cursor.accept('rename')) return ofRename(table, cursor)
  if (cursor.accept('alter constraint') || cursor.accept('drop constraint')) return readPart('constraint', table, cursor)
  if (cursor.accept('alter')) {
    cursor.accept('column')
    return readPart('column', table, cursor)
  }
  if (!cursor.accept('enable') && !cursor.accept('disable')) return [self]
  if (!cursor.accept('always')) cursor.accept('replica')
  const kind = ['trigger', 'rule'].find((word) => cursor.accept(word))
  if (kind === undefined) return [self]
  const isEach = cursor.word() === 'all' || cursor.word() === 'user'
  return isEach ? [partOfTable(kind, '', table)] : readPart(kind, table, cursor)
}

function ofRename(table: QualifiedName, cursor: Cursor): StatementTarget[] {
  const kind = cursor.accept('constraint') ? 'constraint' : 'column'
  cursor.accept('column')
  const names = [cursor.name()?.name, cursor.accept('to') ? cursor.name()?.name : undefined]
  return names.flatMap((name) => (name === undefined ? [] : [partOfTable(kind, name, table)]))
}

function readPart(kind: string, table: QualifiedName, cursor: Cursor): StatementTarget[] {
  cursor.accept('if exists')
  const name = cursor.name()?.name
  return name === undefined ? [] : [partOfTable(kind, name, table)]
}
