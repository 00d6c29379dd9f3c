import { nameIn, type AlterAction } from './alter-actions.ts'
import { inLaterStep, isAtLeast, type ActionRule, type HazardGroup, type Target } from './context.ts'
import type { ColumnClause, ColumnDefinition } from './definitions.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

const ADD_COLUMN_REWRITE: HazardType = {
  code: 'ADD_COLUMN_REWRITE',
  title: 'A new column with a different value in each row rewrites the table',
  when: '`ADD COLUMN` with a volatile default, serial, identity, `GENERATED ... STORED`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  squawk: ['adding-field-with-default'],
  example: 'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();',
}

const ADD_COLUMN_REQUIRED: HazardType = {
  code: 'ADD_COLUMN_REQUIRED',
  title: 'A new column must have a value, but existing rows have none',
  when: '`ADD COLUMN ... NOT NULL` without a default',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'fails if there are rows (23502)',
  squawk: ['adding-required-field'],
  example: 'ALTER TABLE orders ADD COLUMN channel text NOT NULL;',
}

const ALTER_COLUMN_TYPE: HazardType = {
  code: 'ALTER_COLUMN_TYPE',
  title: 'A new type can rewrite the table and its indexes',
  when: '`ALTER COLUMN ... TYPE`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, may rewrite',
  rewrite: true,
  squawk: ['changing-column-type'],
  example: 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;',
}

const SET_EXPRESSION: HazardType = {
  code: 'SET_EXPRESSION',
  title: 'A new expression of a generated column rewrites the table',
  when: '`ALTER COLUMN ... SET EXPRESSION` (17)',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, rewrite',
  rewrite: true,
  example: 'ALTER TABLE orders ALTER COLUMN total SET EXPRESSION AS (price * amount);',
}

const DROP_COLUMN: HazardType = {
  code: 'DROP_COLUMN',
  title: 'Clients that still use the column fail',
  when: '`DROP COLUMN`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  squawk: ['ban-drop-column'],
  example: 'ALTER TABLE orders DROP COLUMN channel;',
}

const DROP_NOT_NULL: HazardType = {
  code: 'DROP_NOT_NULL',
  title: 'Clients can read a null that they do not expect',
  when: '`DROP NOT NULL`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  squawk: ['ban-drop-not-null'],
  example: 'ALTER TABLE orders ALTER COLUMN customer_id DROP NOT NULL;',
}

const RENAME_COLUMN: HazardType = {
  code: 'RENAME_COLUMN',
  title: 'Clients that use the old name of the column fail',
  when: '`RENAME COLUMN`, also of a view',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, short',
  squawk: ['renaming-column'],
  example: 'ALTER TABLE orders RENAME COLUMN total TO amount;',
}

export const columns: HazardGroup = {
  types: [ADD_COLUMN_REWRITE, ADD_COLUMN_REQUIRED, ALTER_COLUMN_TYPE, SET_EXPRESSION, DROP_COLUMN, DROP_NOT_NULL, RENAME_COLUMN],
  actions: {
    'add column': addColumnHazards,
    'set type': changing(
      ALTER_COLUMN_TYPE,
      (table, column) => `the new type of ${column} may rewrite ${table} and its indexes; the statement does not show the old type`,
      'safe if only the limit of a varchar, varbit or numeric (same scale) grows, or for varchar to text; otherwise add a new column, fill it in batches, and switch to it',
    ),
    'set expression': changing(
      SET_EXPRESSION,
      (table, column) => `a new expression for ${column} rewrites ${table} if the column is stored`,
      'add a new column, fill it in batches, and switch to it',
    ),
    'drop column': changing(
      DROP_COLUMN,
      (table, column) => `clients that still use ${column} of ${table} fail; the lock is short`,
      'first deploy a version that no longer uses the column, also not in SELECT * and in INSERT without a column list; then drop it',
    ),
    'drop not null': changing(
      DROP_NOT_NULL,
      (table, column) => `clients that do not expect a null in ${column} of ${table} may fail; the lock is short`,
      'first deploy a version that accepts nulls',
    ),
    'rename column': changing(
      RENAME_COLUMN,
      (table, column) => `clients that still use the name ${column} of ${table} fail; the lock is short`,
      'add a column with the new name, write both, fill the new one in batches, let clients read the new one, then drop the old one',
    ),
  },
}

function changing(type: HazardType, message: (table: string, column: string) => string, advice: string): ActionRule {
  return (action, { table }) => {
    const column = nameIn(action)?.name ?? 'the column'
    return [hazard(type, { table, message: message(nameOf(table), column), advice, offset: action.offset })]
  }
}

/** A constant or stable default costs nothing (since PostgreSQL 11). `constraints.ts` has the constraints of the column. */
function addColumnHazards(action: AlterAction, target: Target): Hazard[] {
  if (action.does !== 'add column') return []
  return [...rewriteHazards(action.column, target), ...requiredHazards(action.column, target)]
}

function rewriteHazards(column: ColumnDefinition, { table, context }: Target): Hazard[] {
  const reason = rewriteReason(column, isAtLeast(context, 18))
  if (reason === undefined) return []
  const { offset, why, advice } = reason
  return [hazard(ADD_COLUMN_REWRITE, { table, message: `${why}, so ${nameOf(table)} is rewritten with all indexes`, advice, offset })]
}

interface RewriteReason {
  offset: number
  why: string
  advice: string
}

/** Why each row gets a different value, which must be written into the row. */
function rewriteReason(column: ColumnDefinition, hasVirtual: boolean): RewriteReason | undefined {
  const { name, typeOffset, isSerial, clauses, defaultValue } = column
  const stored = clauses.get('stored')
  if (stored !== undefined) {
    const virtual = hasVirtual ? '; or write VIRTUAL: it needs no space' : ''
    const advice = `add a plain column, fill it in batches and keep it up to date with a trigger${virtual}`
    return { offset: stored, why: `the stored value of ${name} is computed for each row`, advice }
  }
  const identity = clauses.get('identity')
  if (identity !== undefined || isSerial) {
    const advice = `add a plain bigint column, fill it in batches, make it NOT NULL with the help of a CHECK, then ALTER COLUMN ${name} ADD GENERATED ... AS IDENTITY`
    return { offset: identity ?? typeOffset, why: `the sequence numbers each row in ${name}`, advice }
  }
  if (defaultValue === undefined || defaultValue.volatility === 'stable') return undefined
  const { volatility, function: call } = defaultValue
  return {
    offset: clauses.get('default') ?? typeOffset,
    why:
      volatility === 'volatile'
        ? `${call} gives each row a different value of ${name}`
        : `if ${call} is volatile, each row gets its own value of ${name}`,
    advice: `add ${name} without the default, ALTER COLUMN ${name} SET DEFAULT ..., then fill the existing rows in batches`,
  }
}

function requiredHazards({ name, isSerial, clauses }: ColumnDefinition, { table, context }: Target): Hazard[] {
  const offset = clauses.get('not null') ?? clauses.get('primary key')
  const hasValue = isSerial || GIVE_VALUE.some((clause) => clauses.has(clause))
  if (offset === undefined || hasValue) return []
  return [
    hazard(ADD_COLUMN_REQUIRED, {
      table,
      message: `${name} has no default: the statement fails (23502) if ${nameOf(table)} has rows, and afterwards clients that insert without ${name} fail`,
      advice: `give it a constant DEFAULT; or add it nullable, fill it in batches and set NOT NULL ${inLaterStep(context)}`,
      offset,
    }),
  ]
}

const GIVE_VALUE: readonly ColumnClause[] = ['default', 'identity', 'stored', 'virtual']
