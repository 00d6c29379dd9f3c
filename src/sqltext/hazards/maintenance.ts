import type { Cursor } from '../lexer/cursor.ts'
import { hazard, nameOf, type Hazard, type HazardRule } from './hazard.ts'
import { isNew, type HazardContext } from './hazard-context.ts'
import { readNames, readOldNames, type PlacedName } from './names.ts'

/** `CLUSTER t USING i`, `CLUSTER i ON t`, `CLUSTER`. */
export const clusterHazards: HazardRule = ({ cursor, context }) => {
  cursor.accept('cluster')
  if (cursor.isSymbol('(')) cursor.skipItem()
  cursor.accept('verbose')
  const names = readNames(cursor)
  return rewriteHazards('CLUSTER', cursor.accept('on') ? readNames(cursor) : names, context)
}

/** `VACUUM FULL`, `VACUUM (FULL)`; a plain VACUUM blocks nobody. */
export const vacuumHazards: HazardRule = ({ cursor, context }) =>
  acceptsFull(cursor) ? rewriteHazards('VACUUM FULL', readNames(cursor), context) : []

/** `REFRESH MATERIALIZED VIEW` without CONCURRENTLY. */
export const refreshHazards: HazardRule = ({ cursor, context }) => {
  cursor.accept('refresh materialized view')
  if (cursor.accept('concurrently')) return []
  return readOldNames(cursor, context).map(({ name, offset }) =>
    hazard({
      code: 'REFRESH_NOT_CONCURRENT',
      lock: 'ACCESS EXCLUSIVE',
      rewrite: true,
      table: name,
      message: `nobody can read ${nameOf(name)} while its query runs`,
      advice: 'REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on plain columns of all rows',
      offset,
    }),
  )
}

/** Steps over VACUUM and its options, in parentheses or not, and says whether FULL is among them. */
export function acceptsFull(cursor: Cursor): boolean {
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

/** Without names it goes over the whole database. */
function rewriteHazards(what: 'CLUSTER' | 'VACUUM FULL', names: readonly PlacedName[], context: HazardContext): Hazard[] {
  const places: readonly Partial<PlacedName>[] = names.length === 0 ? [{}] : names
  return places
    .filter(({ name }) => !isNew(context, name))
    .map(({ name, offset = 0 }) =>
      hazard({
        code: what === 'CLUSTER' ? 'CLUSTER' : 'VACUUM_FULL',
        lock: 'ACCESS EXCLUSIVE',
        rewrite: true,
        table: name,
        message: `${what} rewrites ${name === undefined ? 'one table after the other' : nameOf(name)} with all its indexes`,
        advice: 'pg_repack does it while others read and write, and so does REPACK (CONCURRENTLY) from PostgreSQL 19 on',
        offset,
      }),
    )
}
