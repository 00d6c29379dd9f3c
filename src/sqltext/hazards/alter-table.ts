import type { QualifiedName } from '../lexer/cursor.ts'
import { addColumnHazards } from './add-column.ts'
import { addConstraintHazards, validateHazards } from './add-constraint.ts'
import { readAlterActions, type AlterAction, type NamedAction } from './alter-actions.ts'
import { hazard, nameOf, type Hazard, type HazardCode, type Subject } from './hazard.ts'
import { apart, isAtLeast, isNew, later, type HazardContext, type Target } from './hazard-context.ts'
import { HazardMemory } from './hazard-memory.ts'

/** The hazards of each action, where it stands: one ALTER TABLE may have several. */
export function alterTableHazards({ cursor, kind, context }: Subject): Hazard[] {
  const { table, actions } = readAlterActions(cursor)
  const only = ACTIONS_OF_OTHERS.get(kind.verb)
  const hazards: Hazard[] = []
  const memory = new HazardMemory(context.memory)
  const target: Target = { table, context: { ...context, memory } }
  for (const action of actions) {
    if (only?.has(action.does) ?? true) hazards.push(...actionHazards(action, target))
    // what one action does is known to the next
    if (table !== undefined) memory.noteAction(table, action, true)
  }
  return hazards
}

/** What can be dangerous in the statements that are written like an ALTER TABLE. */
const ACTIONS_OF_OTHERS: ReadonlyMap<string, ReadonlySet<AlterAction['does']>> = new Map([
  ['ALTER FOREIGN TABLE', new Set<NamedAction>(['drop column', 'rename column', 'rename table', 'set schema'])],
  ['ALTER INDEX', new Set<NamedAction>(['set tablespace'])],
  ['ALTER MATERIALIZED VIEW', new Set<NamedAction>(['rename column', 'rename table', 'set access method', 'set schema', 'set tablespace'])],
  ['ALTER VIEW', new Set<NamedAction>(['rename column', 'rename table', 'set schema'])],
])

function actionHazards(action: AlterAction, target: Target): Hazard[] {
  if (isNew(target.context, target.table)) return []
  switch (action.does) {
    case 'add column':
      return addColumnHazards(action.column, target)
    case 'add constraint':
      return addConstraintHazards(action.constraint, target)
    case 'validate constraint':
      return validateHazards(action.name?.name, action.offset, target)
    case 'attach partition':
      return attachHazards(action.name, action.offset, target)
    case 'set not null':
      return setNotNullHazards(action.name?.name, action.offset, target)
    default:
      return simpleHazards(action.does, action.name, action.offset, target)
  }
}

function attachHazards(partition: QualifiedName | undefined, offset: number, { context }: Target): Hazard[] {
  if (partition === undefined || isNew(context, partition) || context.memory?.isChecked(partition) === true) return []
  return [
    hazard({
      code: 'ATTACH_PARTITION',
      lock: 'ACCESS EXCLUSIVE',
      table: partition,
      message: `ATTACH PARTITION reads the whole of ${nameOf(partition)} unless a valid CHECK implies its bounds; a default partition is locked and read too`,
      advice: `first ADD CONSTRAINT ... CHECK (column IS NOT NULL AND <the bounds>) NOT VALID and, ${later(context)}, VALIDATE it; then attach and drop the CHECK`,
      offset,
    }),
  ]
}

function setNotNullHazards(column: string | undefined, offset: number, { table, context }: Target): Hazard[] {
  if (table === undefined || column === undefined || context.memory?.isNotNull(table, column) === true) return []
  return [
    hazard({
      code: 'SET_NOT_NULL',
      lock: 'ACCESS EXCLUSIVE',
      table,
      message: `SET NOT NULL reads the whole of ${nameOf(table)} unless a valid CHECK (${column} IS NOT NULL) shows that there are no nulls`,
      advice: isAtLeast(context, 18)
        ? `ADD CONSTRAINT ... NOT NULL ${column} NOT VALID and, ${later(context)}, VALIDATE it, which blocks nobody`
        : `ADD CONSTRAINT ... CHECK (${column} IS NOT NULL) NOT VALID; ${later(context)} VALIDATE it, then SET NOT NULL and drop the CHECK`,
      offset,
    }),
  ]
}

/** The hazards that follow from the action alone. */
function simpleHazards(does: NamedAction, name: QualifiedName | undefined, offset: number, { table, context }: Target): Hazard[] {
  const found = SIMPLE[does]?.(nameOf(table), name?.name ?? 'the column', context)
  return found === undefined ? [] : [hazard({ lock: 'ACCESS EXCLUSIVE', table, offset, ...found })]
}

type Simple = Pick<Hazard, 'code' | 'message' | 'advice'> & { rewrite?: boolean }

const SIMPLE: Partial<Record<NamedAction, (table: string, name: string, context: HazardContext) => Simple>> = {
  'set type': (table, column) => ({
    code: 'ALTER_COLUMN_TYPE',
    rewrite: true,
    message: `the new type of ${column} may rewrite ${table} and its indexes; the text does not say from which type it comes`,
    advice:
      'fine if only the limit of a varchar, varbit or numeric (same scale) grows, or for varchar to text; else add a new column, fill it in batches, and switch over',
  }),
  'set expression': (table, column) => ({
    code: 'SET_EXPRESSION',
    rewrite: true,
    message: `a new expression for ${column} rewrites ${table} if the column is stored`,
    advice: 'add a new column, fill it in batches, and switch over',
  }),
  'set logged': (table) => rewriting('SET_LOGGED', `SET LOGGED rewrites ${table} and writes all of it to the WAL`),
  'set unlogged': (table) => rewriting('SET_UNLOGGED', `SET UNLOGGED rewrites ${table}; replicas lose its rows, and so does a crash`),
  'set access method': (table) => rewriting('SET_ACCESS_METHOD', `SET ACCESS METHOD rewrites ${table}`),
  'set tablespace': (table) => ({
    code: 'SET_TABLESPACE',
    rewrite: true,
    message: `SET TABLESPACE copies ${table === 'the table' ? 'the files' : `all of ${table}`} to the other place`,
    advice: 'do it in a maintenance window, or with pg_repack; an index can be built anew with REINDEX (TABLESPACE ..., CONCURRENTLY)',
  }),
  'drop column': (table, column) => ({
    code: 'DROP_COLUMN',
    message: `clients that still use ${column} of ${table} fail; the lock is short`,
    advice: 'first deploy the version that no longer names the column, in SELECT * and INSERT without a column list too; then drop it',
  }),
  'drop not null': (table, column) => ({
    code: 'DROP_NOT_NULL',
    message: `clients that do not expect a null in ${column} of ${table} may fail; the lock is short`,
    advice: 'first deploy the version that copes with nulls',
  }),
  'rename column': (table, column) => ({
    code: 'RENAME_COLUMN',
    message: `clients that still say ${column} of ${table} fail; the lock is short`,
    advice: 'add a column with the new name, write both, fill the new one in batches, move the readers, then drop the old one',
  }),
  'rename table': (table) => ({
    code: 'RENAME_TABLE',
    message: `clients that still say ${table} fail; the lock is short`,
    advice:
      'in the same transaction CREATE VIEW with the old name, which takes SELECT, INSERT, UPDATE and DELETE; drop it when nobody uses it',
  }),
  'set schema': (table) => ({
    code: 'SET_SCHEMA',
    message: `clients that look for ${table} in its old schema fail; the lock is short`,
    advice: 'in the same transaction CREATE VIEW in the old schema; drop it when nobody uses it',
  }),
  'detach partition': (table, partition, context) => ({
    code: 'DETACH_PARTITION_NOT_CONCURRENT',
    message: `DETACH PARTITION locks the whole of ${table}, ${partition} and the default partition; the lock is short but waits for every query on them`,
    advice: isAtLeast(context, 14)
      ? `DETACH PARTITION ${partition} CONCURRENTLY${apart(context)} (not with a default partition)`
      : `from PostgreSQL 14 on: DETACH PARTITION ${partition} CONCURRENTLY${apart(context)} (not with a default partition)`,
  }),
}

function rewriting(code: HazardCode, message: string): Simple {
  return { code, message, rewrite: true, advice: 'do it in a maintenance window, or into a new table that takes the place of this one' }
}
