import { Cursor } from '../lexer/cursor.ts'
import { isNew, type HazardContext, type HazardGroup, type Subject } from './context.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

const UPDATE_ALL_ROWS: HazardType = {
  code: 'UPDATE_ALL_ROWS',
  title: 'UPDATE without WHERE writes every row',
  when: '`UPDATE` without `WHERE`, also inside `WITH`',
  lock: 'ROW EXCLUSIVE',
  effect: 'each row',
  blocks: 'writes',
  example: 'UPDATE orders SET total = round(total, 2);',
}

const DELETE_ALL_ROWS: HazardType = {
  code: 'DELETE_ALL_ROWS',
  title: 'DELETE without WHERE deletes every row, one by one',
  when: '`DELETE` without `WHERE`, also inside `WITH`',
  lock: 'ROW EXCLUSIVE',
  effect: 'each row',
  blocks: 'writes',
  example: 'DELETE FROM orders;',
}

export const rows: HazardGroup = {
  types: [UPDATE_ALL_ROWS, DELETE_ALL_ROWS],
  statements: { UPDATE: writeHazards, DELETE: writeHazards, WITH: writeHazards },
}

/** `UPDATE` and `DELETE` without WHERE: as the statement, after WITH, or in one of its queries. */
function writeHazards({ cursor, context }: Pick<Subject, 'context' | 'cursor'>): Hazard[] {
  return [...(cursor.accept('with') ? queryHazards(cursor, context) : []), ...mainHazards(cursor, context)]
}

/** Goes to the main statement after WITH, through the queries in parentheses. */
function queryHazards(cursor: Cursor, context: HazardContext): Hazard[] {
  const hazards: Hazard[] = []
  for (; !cursor.atEnd; cursor.skipItem()) {
    // WITH update AS (...): these words can be names too
    if (MAIN_VERBS.has(cursor.word()) && cursor.word(1) !== 'as') break
    if (!cursor.isSymbol('(')) continue
    const shift = cursor.peek().start + 1
    const inner = writeHazards({ cursor: new Cursor(cursor.group()), context })
    hazards.push(...inner.map((found) => Object.assign(found, { offset: found.offset + shift })))
  }
  return hazards
}

const MAIN_VERBS: ReadonlySet<string> = new Set(['delete', 'insert', 'merge', 'select', 'table', 'update', 'values'])

function mainHazards(cursor: Cursor, context: HazardContext): Hazard[] {
  const offset = cursor.peek().start
  const verb = cursor.accept('update') ? 'UPDATE' : cursor.accept('delete from') ? 'DELETE' : undefined
  if (verb === undefined) return []
  cursor.accept('only')
  const table = cursor.name()
  if (isNew(context, table) || cursor.skipUntil((word) => word === 'where')) return []
  return [
    hazard(verb === 'UPDATE' ? UPDATE_ALL_ROWS : DELETE_ALL_ROWS, {
      table,
      message: `${verb} without WHERE locks every row of ${nameOf(table)} until the transaction ends, and leaves the same number of dead rows`,
      advice: 'write in batches by key, each in its own transaction, outside the migration or in a no-transaction file',
      offset,
    }),
  ]
}
