import { Cursor } from '../lexer/cursor.ts'
import type { StatementKind } from '../statements/statement-kind.ts'
import { readAlterActions, type AlterAction } from './alter-actions.ts'
import { strongest, type LockLevel } from './lock-levels.ts'
import { acceptsFull } from './maintenance.ts'
import { readLock } from './table-locks.ts'

/**
 * The strongest lock that a statement takes on the table it names (for DROP INDEX and REINDEX the one that others meet),
 * dangerous or not; undefined when it locks no table that is there already, and for what is not listed here. Of two
 * tables only the first counts: a foreign key locks the other one too.
 */
export function lockLevelOf(statementText: string, kind: StatementKind): LockLevel | undefined {
  const { outsideTransaction, verb } = kind
  if (outsideTransaction?.endsWith(' CONCURRENTLY') === true) return 'SHARE UPDATE EXCLUSIVE'
  const cursor = new Cursor(statementText)
  switch (verb) {
    case 'ALTER TABLE':
      return strongest(readAlterActions(cursor).actions.map(actionLock))
    case 'LOCK':
      return readLock(cursor).lock
    case 'REFRESH MATERIALIZED VIEW':
      cursor.skip(3)
      return cursor.word() === 'concurrently' ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE'
    case 'VACUUM':
      return acceptsFull(cursor) ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE'
    default:
      return BY_VERB.get(verb)
  }
}

/** AlterTableGetLockLevel in the server's source; whatever is not named there takes the strongest. */
function actionLock(action: AlterAction): LockLevel {
  if (action.does === 'add constraint') return action.constraint.type === 'foreign key' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE'
  if (action.does === 'switch trigger') return 'SHARE ROW EXCLUSIVE'
  return WEAK_ACTIONS.has(action.does) ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'
}

const WEAK_ACTIONS: ReadonlySet<AlterAction['does']> = new Set([
  'attach partition',
  'detach partition concurrently',
  'set statistics',
  'set storage parameters',
  'validate constraint',
])

const BY_VERB: ReadonlyMap<string, LockLevel> = new Map<string, LockLevel>([
  ['ALTER POLICY', 'ACCESS EXCLUSIVE'],
  ['ALTER SEQUENCE', 'SHARE ROW EXCLUSIVE'],
  ['ALTER TRIGGER', 'ACCESS EXCLUSIVE'],
  ['ANALYZE', 'SHARE UPDATE EXCLUSIVE'],
  ['CLUSTER', 'ACCESS EXCLUSIVE'],
  ['CREATE INDEX', 'SHARE'],
  ['CREATE POLICY', 'ACCESS EXCLUSIVE'],
  ['CREATE RULE', 'ACCESS EXCLUSIVE'],
  ['CREATE STATISTICS', 'SHARE UPDATE EXCLUSIVE'],
  ['CREATE TRIGGER', 'SHARE ROW EXCLUSIVE'],
  ['DELETE', 'ROW EXCLUSIVE'],
  ['DROP INDEX', 'ACCESS EXCLUSIVE'],
  ['DROP MATERIALIZED VIEW', 'ACCESS EXCLUSIVE'],
  ['DROP POLICY', 'ACCESS EXCLUSIVE'],
  ['DROP RULE', 'ACCESS EXCLUSIVE'],
  ['DROP SEQUENCE', 'ACCESS EXCLUSIVE'],
  ['DROP STATISTICS', 'SHARE UPDATE EXCLUSIVE'],
  ['DROP TABLE', 'ACCESS EXCLUSIVE'],
  ['DROP TRIGGER', 'ACCESS EXCLUSIVE'],
  ['DROP VIEW', 'ACCESS EXCLUSIVE'],
  ['INSERT', 'ROW EXCLUSIVE'],
  ['MERGE', 'ROW EXCLUSIVE'],
  ['REINDEX', 'ACCESS EXCLUSIVE'],
  ['TRUNCATE', 'ACCESS EXCLUSIVE'],
  ['UPDATE', 'ROW EXCLUSIVE'],
])
