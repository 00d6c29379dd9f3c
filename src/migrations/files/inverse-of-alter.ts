import type { Cursor } from '../../sqltext/lexer/cursor.ts'
import { readObjectKind } from '../../sqltext/statements/object-kinds.ts'
import { beside, lastPart, readItem, readName, RELATIONS, type CreatedObjects, type InputTypes } from './created-objects.ts'
import type { ParsedStatement } from './parse-migration.ts'
import { isRoutine, LATER, none, NOTHING, readTypes, type Undo } from './undo.ts'

/** `ALTER kind name action, action`. */
export function inverseOfAlter({ text }: ParsedStatement, cursor: Cursor, created: CreatedObjects): Undo {
  const found = readObjectKind(cursor)
  if (found === undefined) return none(UNKNOWN)
  const { kind, words } = found
  if (cursor.accept('if exists')) return none('IF EXISTS: it may have changed nothing')
  cursor.accept('only')
  const name = readName(cursor)
  if (isRoutine(kind)) {
    const parameters = cursor.isSymbol('(') ? `(${cursor.group()})` : ''
    const types = readTypes(kind, cursor)
    if (cursor.accept('rename to')) return renamed(kind, name, { parameters, types }, readName(cursor), created)
    return created.has(kind, name, types) && !created.hasLater(text, [kind], name) ? NOTHING : none(UNKNOWN)
  }
  cursor.acceptSymbol('*')
  if (cursor.accept('rename to')) return renamed(kind, name, { parameters: '', types: undefined }, readName(cursor), created)
  const kinds = kind === 'table' ? RELATIONS : [kind]
  const isCreated = kinds.some((one) => created.has(one, name))
  const needsLater = isCreated && created.hasLater(text, kinds, name)
  return ofActions({ object: `${words.toUpperCase()} ${name}`, isCreated, needsLater }, cursor, created)
}

/** Later statements of the file use the new name, which is in the same schema. */
function renamed(
  kind: string,
  name: string,
  { parameters, types }: { parameters: string; types: InputTypes },
  to: string,
  created: CreatedObjects,
): Undo {
  const now = beside(name, to)
  created.rename(kind, name, now, types)
  return { undo: [`ALTER ${kind.toUpperCase()} ${now}${parameters} RENAME TO ${lastPart(name)}`] }
}

const UNKNOWN = 'the state before is not known'

interface Altered {
  /** Kind and name. */
  object: string
  /** Dropping the object undoes every action on it alone. */
  isCreated: boolean
  /** The actions can need an object that is dropped before this one. */
  needsLater: boolean
}

/** Columns are dropped after the constraints, which can need several of them. */
function ofActions(altered: Altered, cursor: Cursor, created: CreatedObjects): Undo {
  const undo: string[] = []
  for (let first = true; first || cursor.acceptSymbol(','); first = false) {
    const result = ofAction(altered, cursor, created)
    if ('reason' in result) return result
    undo.push(...result.undo)
    while (!cursor.atEnd && !cursor.isSymbol(',')) cursor.skipItem()
  }
  const isConstraint = (statement: string): boolean => statement.startsWith(`ALTER ${altered.object} DROP CONSTRAINT `)
  return { undo: [...undo.filter((statement) => !isConstraint(statement)), ...undo.filter(isConstraint)] }
}

function ofAction(altered: Altered, cursor: Cursor, created: CreatedObjects): Undo {
  const { object, isCreated, needsLater } = altered
  const alter = (action: string): Undo => ({ undo: [`ALTER ${object} ${action}`] })
  if (cursor.accept('set schema')) return none('its schema before is not known')
  if (cursor.accept('attach partition')) {
    if (!object.startsWith('TABLE ')) return none('an index cannot be detached')
    const partition = readName(cursor)
    return created.hasRelation(partition) ? alter(`DETACH PARTITION ${partition}`) : none('the indexes that the partition gets stay')
  }
  if (isCreated && !needsLater) return NOTHING
  if (cursor.accept('inherit')) return alter(`NO INHERIT ${readName(cursor)}`)
  if (cursor.accept('add')) return ofAdd(altered, cursor)
  if (isCreated) return ofNeed(alter, cursor)
  for (const part of ['VALUE', 'CONSTRAINT', 'ATTRIBUTE', 'COLUMN']) {
    if (cursor.accept(`rename ${part.toLowerCase()}`)) return alter(renameBack(part, cursor))
  }
  return cursor.accept('rename') ? alter(renameBack('COLUMN', cursor)) : none(UNKNOWN)
}

/** What makes a created object need another one; the object is dropped later, so what it was before does not matter. */
function ofNeed(alter: (action: string) => Undo, cursor: Cursor): Undo {
  if (cursor.accept('owned by')) return alter('OWNED BY NONE')
  if (cursor.accept('owner to') || cursor.accept('of')) return none(LATER)
  if (!cursor.accept('alter')) return NOTHING
  cursor.accept('column')
  const column = readItem(cursor)
  if (cursor.accept('set default')) return alter(`ALTER COLUMN ${column} DROP DEFAULT`)
  return cursor.accept('type') || cursor.accept('set data type') ? none(LATER) : NOTHING
}

/** `from TO to`. */
function renameBack(part: string, cursor: Cursor): string {
  const from = readItem(cursor)
  cursor.accept('to')
  return `RENAME ${part} ${readItem(cursor)} TO ${from}${cascade(cursor)}`
}

/** Of an attribute of a type: tables of this type change too. */
function cascade(cursor: Cursor): string {
  while (!cursor.atEnd && !cursor.isSymbol(',') && cursor.word() !== 'cascade') cursor.skipItem()
  return cursor.accept('cascade') ? ' CASCADE' : ''
}

function ofAdd({ object, isCreated }: Altered, cursor: Cursor): Undo {
  const drop = (part: string): Undo =>
    cursor.accept('if not exists')
      ? none('IF NOT EXISTS: it may have existed before')
      : { undo: [`ALTER ${object} DROP ${part} ${readName(cursor)}${part === 'ATTRIBUTE' ? cascade(cursor) : ''}`] }
  if (cursor.accept('value')) return isCreated ? NOTHING : none('PostgreSQL cannot remove a value of an enum')
  if (cursor.accept('attribute')) return drop('ATTRIBUTE')
  if (cursor.accept('constraint')) {
    const name = readName(cursor)
    if (cursor.word() === 'primary' && !isCreated) return none('without the primary key its columns stay NOT NULL')
    if (cursor.accept('unique using index')) return none('the index gets the name of the constraint')
    return { undo: [`ALTER ${object} DROP CONSTRAINT ${name}`] }
  }
  const isExclusion = cursor.word() === 'exclude' && (cursor.word(1) === 'using' || cursor.isSymbol('(', 1))
  if (isExclusion || /^(?:check|foreign|not|primary|unique)$/.test(cursor.word()))
    return none('the server chooses the name of the constraint: name it')
  cursor.accept('column')
  return drop('COLUMN')
}
