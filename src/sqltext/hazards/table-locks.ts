import type { Cursor } from '../lexer/cursor.ts'
import { hazard, nameOf, type HazardRule } from './hazard.ts'
import { isNew, later } from './hazard-context.ts'
import { lockLevel, type LockLevel } from './lock-levels.ts'
import { readNames, type PlacedName } from './names.ts'

/** `LOCK TABLE a IN ... MODE`; the modes that let others write are no hazard. */
export const lockTableHazards: HazardRule = ({ cursor, context }) => {
  const { names, lock } = readLock(cursor)
  return names
    .filter(({ name }) => !isNew(context, name))
    .map(({ name, offset }) =>
      hazard({
        code: 'LOCK_TABLE',
        lock,
        table: name,
        message: `${nameOf(name)} stays locked (${lock}) until the transaction ends`,
        advice: 'the weakest mode that serves, and nothing slow after it in this file',
        offset,
      }),
    )
    .filter(({ blocks }) => blocks !== 'nothing')
}

/** Reads `LOCK [TABLE] names [IN mode MODE]`. */
export function readLock(cursor: Cursor): { names: PlacedName[]; lock: LockLevel } {
  cursor.accept('lock')
  cursor.accept('table')
  const names = readNames(cursor)
  const words: string[] = []
  if (cursor.accept('in')) {
    for (; !cursor.atEnd && cursor.word() !== 'mode'; cursor.skip()) words.push(cursor.word())
  }
  return { names, lock: lockLevel(words.join(' ')) ?? 'ACCESS EXCLUSIVE' }
}

/** `CREATE TABLE ... PARTITION OF parent` locks the parent, which ATTACH PARTITION does not. */
export const partitionOfHazards: HazardRule = ({ cursor, context }) => {
  if (!cursor.skipUntil((word) => word === 'partition' && cursor.word(1) === 'of')) return []
  const offset = cursor.peek().start
  cursor.skip(2)
  const parent = cursor.name()
  if (parent === undefined || isNew(context, parent)) return []
  const name = nameOf(parent)
  return [
    hazard({
      code: 'PARTITION_OF',
      lock: 'ACCESS EXCLUSIVE',
      table: parent,
      message: `PARTITION OF locks the whole of ${name}, and reads all of its default partition if it has one`,
      advice: `CREATE TABLE ... (LIKE ${name} INCLUDING ALL), then ALTER TABLE ${name} ATTACH PARTITION, which lets others read and write`,
      offset,
    }),
  ]
}

/** `CREATE TRIGGER`: quick, but it stands in the way of every writer. */
export const createTriggerHazards: HazardRule = ({ kind, context }) => {
  const { object } = kind
  if (object?.table === undefined) return []
  const table = { name: object.table, ...(object.schema === undefined ? {} : { schema: object.schema }) }
  if (isNew(context, table)) return []
  return [
    hazard({
      code: 'CREATE_TRIGGER',
      lock: 'SHARE ROW EXCLUSIVE',
      table,
      message: `CREATE TRIGGER waits until nobody writes to ${nameOf(table)} and keeps writers out until the transaction ends`,
      advice: `nothing slow after it in the same transaction: what fills the table goes ${later(context)}`,
      offset: 0,
    }),
  ]
}
