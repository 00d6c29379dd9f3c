import type { Cursor } from '../lexer/cursor.ts'
import {
  isNew,
  readNames,
  readOldNames,
  type ActionRule,
  type HazardContext,
  type HazardGroup,
  type PlacedName,
  type Subject,
} from './context.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

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

export const rewrites: HazardGroup = {
  types: [SET_LOGGED, SET_UNLOGGED, SET_ACCESS_METHOD, SET_TABLESPACE, CLUSTER, VACUUM_FULL, REFRESH_NOT_CONCURRENT],
  statements: { CLUSTER: clusterHazards, VACUUM: vacuumHazards, 'REFRESH MATERIALIZED VIEW': refreshHazards },
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
