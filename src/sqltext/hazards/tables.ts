import type { Cursor } from '../lexer/cursor.ts'
import type { ActionRule, HazardContext, HazardGroup, PlacedName, Subject } from './context.ts'
import { inLaterStep, isNew, readNames, readOldNames } from './context.ts'
import { hazard, lockLevel, nameOf, type Hazard, type HazardType } from './hazard.ts'

const SET_LOGGED: HazardType = {
  code: 'SET_LOGGED',
  title: 'SET LOGGED rewrites the table',
  when: '`ALTER TABLE ... SET LOGGED`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  example: 'ALTER TABLE imports SET LOGGED;',
}

const SET_UNLOGGED: HazardType = {
  code: 'SET_UNLOGGED',
  title: 'SET UNLOGGED rewrites the table, and a crash empties it',
  when: '`ALTER TABLE ... SET UNLOGGED`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  example: 'ALTER TABLE orders SET UNLOGGED;',
}

const SET_ACCESS_METHOD: HazardType = {
  code: 'SET_ACCESS_METHOD',
  title: 'A new access method rewrites the table',
  when: '`SET ACCESS METHOD` of a table or materialized view',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  example: 'ALTER TABLE orders SET ACCESS METHOD columnar;',
}

const SET_TABLESPACE: HazardType = {
  code: 'SET_TABLESPACE',
  title: 'A new tablespace copies the table',
  when: '`SET TABLESPACE` of a table, index or materialized view',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  example: 'ALTER TABLE orders SET TABLESPACE fast;',
}

const CLUSTER: HazardType = {
  code: 'CLUSTER',
  title: 'CLUSTER rewrites the table',
  when: '`CLUSTER`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  squawk: ['prefer-repack'],
  example: 'CLUSTER orders USING orders_pkey;',
}

const VACUUM_FULL: HazardType = {
  code: 'VACUUM_FULL',
  title: 'VACUUM FULL rewrites the table',
  when: '`VACUUM FULL`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  squawk: ['prefer-repack'],
  example: 'VACUUM FULL orders;',
}

const REFRESH_NOT_CONCURRENT: HazardType = {
  code: 'REFRESH_NOT_CONCURRENT',
  title: 'REFRESH blocks reads of the materialized view while its query runs',
  when: '`REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, as long as its query',
  rewrite: true,
  example: 'REFRESH MATERIALIZED VIEW sales_by_day;',
}

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
  types: [
    SET_LOGGED,
    SET_UNLOGGED,
    SET_ACCESS_METHOD,
    SET_TABLESPACE,
    CLUSTER,
    VACUUM_FULL,
    REFRESH_NOT_CONCURRENT,
    RENAME_TABLE,
    SET_SCHEMA,
    CREATE_TRIGGER,
    LOCK_TABLE,
  ],
  statements: {
    CLUSTER: clusterHazards,
    VACUUM: vacuumHazards,
    'REFRESH MATERIALIZED VIEW': refreshHazards,
    'CREATE TRIGGER': createTriggerHazards,
    LOCK: lockTableHazards,
  },
  actions: {
    'set logged': rewriteAction(SET_LOGGED, (table) => `SET LOGGED rewrites ${table} and writes all of it to the WAL`),
    'set unlogged': rewriteAction(
      SET_UNLOGGED,
      (table) => `SET UNLOGGED rewrites ${table}; replicas lose its rows, and a crash deletes them`,
    ),
    'set access method': rewriteAction(SET_ACCESS_METHOD, (table) => `SET ACCESS METHOD rewrites ${table}`),
    'set tablespace': ({ offset }, { table }) => [
      hazard(SET_TABLESPACE, {
        table,
        message: `SET TABLESPACE copies ${table === undefined ? 'the files' : `all of ${nameOf(table)}`} to the other tablespace`,
        advice: 'run it in a maintenance window, or with pg_repack; rebuild an index with REINDEX (TABLESPACE ..., CONCURRENTLY)',
        offset,
      }),
    ],
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

function rewriteAction(type: HazardType, message: (table: string) => string): ActionRule {
  const advice = 'run it in a maintenance window, or fill a new table and let it replace this one'
  return ({ offset }, { table }) => [hazard(type, { table, message: message(nameOf(table)), advice, offset })]
}

/** `CLUSTER t USING i`, `CLUSTER i ON t`, `CLUSTER`. */
function clusterHazards({ cursor, context }: Subject): Hazard[] {
  cursor.accept('cluster')
  if (cursor.isSymbol('(')) cursor.skipItem()
  cursor.accept('verbose')
  const names = readNames(cursor)
  return rewriteHazards(CLUSTER, 'CLUSTER', cursor.accept('on') ? readNames(cursor) : names, context)
}

/** `VACUUM FULL`, `VACUUM (FULL)`; a plain VACUUM blocks neither reads nor writes. */
function vacuumHazards({ cursor, context }: Subject): Hazard[] {
  return acceptsFull(cursor) ? rewriteHazards(VACUUM_FULL, 'VACUUM FULL', readNames(cursor), context) : []
}

/** Steps over VACUUM and its options, with or without parentheses. Returns whether FULL is among them. */
function acceptsFull(cursor: Cursor): boolean {
  cursor.accept('vacuum')
  let isFull = false
  if (cursor.acceptSymbol('(')) {
    for (; !cursor.atEnd && !cursor.acceptSymbol(')'); cursor.skip()) {
      if (cursor.word() === 'full') isFull = !/^(?:'?(?:off|false)'?|0)$/i.test(cursor.source(1))
    }
  }
  for (; ['analyse', 'analyze', 'freeze', 'full', 'verbose'].includes(cursor.word()); cursor.skip()) isFull ||= cursor.word() === 'full'
  return isFull
}

/** Without names the statement processes the whole database. */
function rewriteHazards(type: HazardType, verb: string, names: readonly PlacedName[], context: HazardContext): Hazard[] {
  const places: readonly Partial<PlacedName>[] = names.length === 0 ? [{}] : names
  return places
    .filter(({ name }) => !isNew(context, name))
    .map(({ name, offset = 0 }) =>
      hazard(type, {
        table: name,
        message: `${verb} rewrites ${name === undefined ? 'one table after the other' : nameOf(name)} with all indexes`,
        advice: 'use pg_repack, or REPACK (CONCURRENTLY) from PostgreSQL 19 on; both let others read and write',
        offset,
      }),
    )
}

function refreshHazards({ cursor, context }: Subject): Hazard[] {
  cursor.accept('refresh materialized view')
  if (cursor.accept('concurrently')) return []
  return readOldNames(cursor, context).map(({ name, offset }) =>
    hazard(REFRESH_NOT_CONCURRENT, {
      table: name,
      message: `REFRESH blocks reads of ${nameOf(name)} while its query runs`,
      advice: 'REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on plain columns of all rows',
      offset,
    }),
  )
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
