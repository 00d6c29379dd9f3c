import { Cursor } from '../lexer/cursor.ts'
import { hazard, nameOf, type Hazard, type Subject } from './hazard.ts'
import { isNew, type HazardContext } from './hazard-context.ts'

/** `UPDATE` and `DELETE` without WHERE, at the beginning, behind WITH or in it. */
export function writeHazards({ cursor, context }: Pick<Subject, 'context' | 'cursor'>): Hazard[] {
  return [...(cursor.accept('with') ? queryHazards(cursor, context) : []), ...mainHazards(cursor, context)]
}

/** Goes to the main statement behind WITH, through the queries in parentheses before it. */
function queryHazards(cursor: Cursor, context: HazardContext): Hazard[] {
  const hazards: Hazard[] = []
  for (; !cursor.atEnd; cursor.skipItem()) {
    // WITH update AS (...): these words may be names too
    if (MAIN_VERBS.has(cursor.word()) && cursor.word(1) !== 'as') break
    if (!cursor.isSymbol('(')) continue
    const shift = cursor.peek().start + 1
    const inner = writeHazards({ cursor: new Cursor(cursor.group()), context })
    hazards.push(...inner.map((found) => Object.assign(found, { offset: found.offset + shift })))
  }
  return hazards
}

function mainHazards(cursor: Cursor, context: HazardContext): Hazard[] {
  const offset = cursor.peek().start
  const verb = cursor.accept('update') ? 'UPDATE' : cursor.accept('delete from') ? 'DELETE' : undefined
  if (verb === undefined) return []
  cursor.accept('only')
  const table = cursor.name()
  if (isNew(context, table) || hasWhere(cursor)) return []
  return [
    hazard({
      code: `${verb}_ALL_ROWS`,
      lock: 'ROW EXCLUSIVE',
      blocks: 'writes',
      table,
      message: `${verb} without WHERE locks every row of ${nameOf(table)} until the transaction ends, and leaves as many dead rows behind`,
      advice: 'in batches by key, each in a transaction of its own, outside of the migration or in a no-transaction file',
      offset,
    }),
  ]
}

const MAIN_VERBS: ReadonlySet<string> = new Set(['delete', 'insert', 'merge', 'select', 'table', 'update', 'values'])

function hasWhere(cursor: Cursor): boolean {
  return cursor.skipUntil((word) => word === 'where')
}
