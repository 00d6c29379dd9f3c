import { inLaterStep, isNew, readOldNames, type HazardGroup, type Subject } from './context.ts'
import { hazard, lockLevel, nameOf, type Hazard, type HazardType } from './hazard.ts'

const RENAME_TABLE: HazardType = {
  code: 'RENAME_TABLE',
  title: 'Clients that use the old name of the table fail',
  when: '`RENAME TO` of a table or view',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  squawk: ['renaming-table'],
  example: 'ALTER TABLE orders RENAME TO purchases;',
}

const SET_SCHEMA: HazardType = {
  code: 'SET_SCHEMA',
  title: 'Clients that use the table in its old schema fail',
  when: '`SET SCHEMA` of a table or view',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  example: 'ALTER TABLE orders SET SCHEMA archive;',
}

const CREATE_TRIGGER: HazardType = {
  code: 'CREATE_TRIGGER',
  title: 'CREATE TRIGGER blocks writes to the table',
  when: '`CREATE TRIGGER`',
  lock: 'SHARE ROW EXCLUSIVE',
  effect: 'SHARE ROW EXCLUSIVE, short',
  example: 'CREATE TRIGGER orders_audit AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION audit();',
}

const LOCK_TABLE: HazardType = {
  code: 'LOCK_TABLE',
  title: 'LOCK TABLE blocks others until the end of the file',
  when: '`LOCK TABLE` in a mode that blocks writes',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'the mode in the statement, until the transaction ends',
  example: 'LOCK TABLE orders IN SHARE MODE;',
}

export const tables: HazardGroup = {
  types: [RENAME_TABLE, SET_SCHEMA, CREATE_TRIGGER, LOCK_TABLE],
  statements: { 'CREATE TRIGGER': createTriggerHazards, LOCK: lockTableHazards },
  actions: {
    'rename table': ({ offset }, { table }) => [
      hazard(RENAME_TABLE, {
        table,
        message: `clients that still use the name ${nameOf(table)} fail; the lock is short`,
        advice:
          'in the same transaction CREATE VIEW with the old name: it accepts SELECT, INSERT, UPDATE and DELETE; drop it when no client uses it',
        offset,
      }),
    ],
    'set schema': ({ offset }, { table }) => [
      hazard(SET_SCHEMA, {
        table,
        message: `clients that use ${nameOf(table)} in its old schema fail; the lock is short`,
        advice: 'in the same transaction CREATE VIEW in the old schema; drop it when no client uses it',
        offset,
      }),
    ],
  },
}

function createTriggerHazards({ kind: { object }, context }: Subject): Hazard[] {
  if (object?.table === undefined) return []
  const table = { name: object.table, ...(object.schema === undefined ? {} : { schema: object.schema }) }
  if (isNew(context, table)) return []
  return [
    hazard(CREATE_TRIGGER, {
      table,
      message: `CREATE TRIGGER waits for all writes to ${nameOf(table)} and blocks new ones until the transaction ends`,
      advice: `run nothing slow after it in the same transaction; put statements that fill the table ${inLaterStep(context)}`,
      offset: 0,
    }),
  ]
}

/** `LOCK [TABLE] names [IN mode MODE]`. A mode that lets others write is no hazard. */
function lockTableHazards({ cursor, context }: Subject): Hazard[] {
  cursor.accept('lock')
  cursor.accept('table')
  const names = readOldNames(cursor, context)
  const words: string[] = []
  if (cursor.accept('in')) {
    for (; !cursor.atEnd && cursor.word() !== 'mode'; cursor.skip()) words.push(cursor.word())
  }
  const lock = lockLevel(words.join(' ')) ?? LOCK_TABLE.lock
  return names
    .map(({ name, offset }) =>
      hazard(LOCK_TABLE, {
        lock,
        table: name,
        message: `${nameOf(name)} stays locked (${lock}) until the transaction ends`,
        advice: 'use the weakest mode that is enough, and run nothing slow after it in this file',
        offset,
      }),
    )
    .filter(({ blocks }) => blocks !== 'nothing')
}
