import { nameIn, type AlterAction } from './alter-actions.ts'
import { inLaterStep, inOwnFile, isAtLeast, isNew, type HazardGroup, type Target } from './context.ts'
import type { ColumnDefinition, ConstraintDefinition } from './definitions.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

const ADD_CHECK: HazardType = {
  code: 'ADD_CHECK',
  title: 'A new CHECK reads the whole table under the strongest lock',
  when: '`ADD ... CHECK` without `NOT VALID`, also in `ADD COLUMN`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, scan',
  squawk: ['constraint-missing-not-valid'],
  example: 'ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0);',
}

const ADD_FOREIGN_KEY: HazardType = {
  code: 'ADD_FOREIGN_KEY',
  title: 'A new foreign key reads the whole table and blocks writes to both tables',
  when: '`ADD ... FOREIGN KEY` without `NOT VALID`, `ADD COLUMN ... REFERENCES`',
  lock: 'SHARE ROW EXCLUSIVE',
  effect: 'SHARE ROW EXCLUSIVE on both tables, scan',
  squawk: ['adding-foreign-key-constraint', 'constraint-missing-not-valid'],
  example: 'ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers;',
}

const VALIDATE_IN_SAME_TRANSACTION: HazardType = {
  code: 'VALIDATE_IN_SAME_TRANSACTION',
  title: 'NOT VALID and VALIDATE in one transaction have no advantage',
  when: '`VALIDATE CONSTRAINT` in the transaction that added it',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'the lock of the `ADD`, scan',
  squawk: ['constraint-missing-not-valid'],
  example:
    'ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT total_positive;',
}

const ADD_UNIQUE: HazardType = {
  code: 'ADD_UNIQUE',
  title: 'A new UNIQUE builds its index under the strongest lock',
  when: '`ADD ... UNIQUE` without `USING INDEX`, also in `ADD COLUMN`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, scan',
  squawk: ['disallowed-unique-constraint'],
  example: 'ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number);',
}

const ADD_PRIMARY_KEY: HazardType = {
  code: 'ADD_PRIMARY_KEY',
  title: 'A new primary key builds its index under the strongest lock',
  when: '`ADD ... PRIMARY KEY` without `USING INDEX`, also in `ADD COLUMN`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, scan',
  squawk: ['adding-serial-primary-key-field'],
  example: 'ALTER TABLE orders ADD PRIMARY KEY (id);',
}

const ADD_EXCLUDE: HazardType = {
  code: 'ADD_EXCLUDE',
  title: 'A new EXCLUDE builds its index under the strongest lock',
  when: '`ADD ... EXCLUDE`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, scan',
  squawk: ['constraint-missing-not-valid'],
  example: 'ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&);',
}

const SET_NOT_NULL: HazardType = {
  code: 'SET_NOT_NULL',
  title: 'SET NOT NULL reads the whole table under the strongest lock',
  when: '`SET NOT NULL` and `ADD ... NOT NULL` (18) without a valid CHECK added earlier in the run',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE, scan',
  squawk: ['adding-not-nullable-field'],
  example: 'ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;',
}

export const constraints: HazardGroup = {
  types: [ADD_CHECK, ADD_FOREIGN_KEY, VALIDATE_IN_SAME_TRANSACTION, ADD_UNIQUE, ADD_PRIMARY_KEY, ADD_EXCLUDE, SET_NOT_NULL],
  actions: {
    'add column': addColumnHazards,
    'add constraint': addConstraintHazards,
    'validate constraint': validateHazards,
    'set not null': setNotNullHazards,
  },
}

function addConstraintHazards(action: AlterAction, target: Target): Hazard[] {
  if (action.does !== 'add constraint' || action.constraint.skipsRows || action.constraint.usesIndex) return []
  const { table } = target
  const { type, words } = ADDING[action.constraint.type]
  return [hazard(type, { table, offset: action.constraint.offset, ...words(nameOf(table), action.constraint, target) })]
}

interface Words {
  message: string
  advice: string
}

const ADDING: Readonly<
  Record<
    ConstraintDefinition['type'],
    { type: HazardType; words: (table: string, constraint: ConstraintDefinition, target: Target) => Words }
  >
> = {
  'foreign key': {
    type: ADD_FOREIGN_KEY,
    words: (table, { references }, { context }) => ({
      message: `FOREIGN KEY looks up every row of ${table}; meanwhile writes to ${table} and ${nameOf(references)} are blocked`,
      advice: `ADD CONSTRAINT ... FOREIGN KEY ... NOT VALID and, ${inLaterStep(context)}, VALIDATE CONSTRAINT, which blocks neither reads nor writes`,
    }),
  },
  check: { type: ADD_CHECK, words: (table, _, target) => scanWords('CHECK', table, target) },
  'not null': {
    type: SET_NOT_NULL,
    words: (table, { notNullColumn = '' }, target) => scanWords(`NOT NULL ${notNullColumn}`, table, target),
  },
  unique: { type: ADD_UNIQUE, words: (table, _, target) => indexWords('UNIQUE', table, target) },
  'primary key': {
    type: ADD_PRIMARY_KEY,
    words: (table, _, target) => {
      const { message, advice } = indexWords('PRIMARY KEY', table, target)
      return { message, advice: `${advice} (it still reads the table for columns that are not NOT NULL yet)` }
    },
  },
  exclude: {
    type: ADD_EXCLUDE,
    words: (table) => ({
      message: `EXCLUDE reads the whole of ${table} to build its index, and cannot use an existing index`,
      advice: 'run it in a maintenance window, or fill a new table and let it replace this one',
    }),
  },
}

function scanWords(constraint: string, table: string, { context }: Target): Words {
  return {
    message: `${constraint} reads the whole of ${table} to check its rows`,
    advice: `add it NOT VALID and, ${inLaterStep(context)}, VALIDATE CONSTRAINT, which blocks neither reads nor writes`,
  }
}

function indexWords(constraint: string, table: string, { context }: Target): Words {
  return {
    message: `${constraint} reads the whole of ${table} to build its index`,
    advice: `CREATE UNIQUE INDEX CONCURRENTLY${inOwnFile(context)}; then ADD CONSTRAINT ... ${constraint} USING INDEX`,
  }
}

/** VALIDATE blocks neither reads nor writes, but the lock of an ADD CONSTRAINT in the same transaction is still held. */
function validateHazards(action: AlterAction, { table, context }: Target): Hazard[] {
  const name = nameIn(action)?.name
  if (table === undefined || name === undefined) return []
  const added = context.memory?.freshConstraint(table, name)
  if (added === undefined) return []
  return [
    hazard(VALIDATE_IN_SAME_TRANSACTION, {
      lock: ADDING[added].type.lock,
      table,
      message: `VALIDATE reads the whole of ${nameOf(table)} while the lock that added ${name} in this transaction is still held`,
      advice: `VALIDATE CONSTRAINT ${name} ${inLaterStep(context)}, so that NOT VALID has an effect`,
      offset: action.offset,
    }),
  ]
}

function setNotNullHazards(action: AlterAction, { table, context }: Target): Hazard[] {
  const column = nameIn(action)?.name
  if (table === undefined || column === undefined || context.memory?.isNotNull(table, column) === true) return []
  return [
    hazard(SET_NOT_NULL, {
      table,
      message: `SET NOT NULL reads the whole of ${nameOf(table)} unless a valid CHECK (${column} IS NOT NULL) shows that there are no nulls`,
      advice: isAtLeast(context, 18)
        ? `ADD CONSTRAINT ... NOT NULL ${column} NOT VALID and, ${inLaterStep(context)}, VALIDATE it, which blocks neither reads nor writes`
        : `ADD CONSTRAINT ... CHECK (${column} IS NOT NULL) NOT VALID; ${inLaterStep(context)} VALIDATE it, then SET NOT NULL and drop the CHECK`,
      offset: action.offset,
    }),
  ]
}

/** The constraints of a new column. */
function addColumnHazards(action: AlterAction, target: Target): Hazard[] {
  if (action.does !== 'add column') return []
  const { column } = action
  return [
    ...columnIndexHazards(ADD_PRIMARY_KEY, 'primary key', column, target),
    ...columnIndexHazards(ADD_UNIQUE, 'unique', column, target),
    ...columnCheckHazards(column, target),
    ...columnReferenceHazards(column, target),
  ]
}

function columnIndexHazards(type: HazardType, clause: 'primary key' | 'unique', column: ColumnDefinition, target: Target): Hazard[] {
  const offset = column.clauses.get(clause)
  if (offset === undefined) return []
  const { table, context } = target
  const words = clause.toUpperCase()
  return [
    hazard(type, {
      table,
      message: `${words} of ${column.name} reads the whole of ${nameOf(table)} to build its index`,
      advice: `add the column without it; ${inLaterStep(context)} CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... ${words} USING INDEX`,
      offset,
    }),
  ]
}

function columnCheckHazards({ name, clauses }: ColumnDefinition, { table, context }: Target): Hazard[] {
  const offset = clauses.get('check')
  if (offset === undefined) return []
  return [
    hazard(ADD_CHECK, {
      table,
      message: `the CHECK reads the whole of ${nameOf(table)}, although ${name} is the same in every row`,
      advice: `add the column without it, then ADD CONSTRAINT ... CHECK (...) NOT VALID and, ${inLaterStep(context)}, VALIDATE it`,
      offset,
    }),
  ]
}

/** A column that is null in every row needs no lookup, but the lock on the other table is taken. */
function columnReferenceHazards({ clauses, references }: ColumnDefinition, { table, context }: Target): Hazard[] {
  const offset = clauses.get('references')
  if (offset === undefined || references === undefined) return []
  const hasLookup = clauses.has('default')
  if (!hasLookup && isNew(context, references)) return []
  const [own, other] = [nameOf(table), nameOf(references)]
  return [
    hazard(ADD_FOREIGN_KEY, {
      table: references,
      message: hasLookup
        ? `the foreign key looks up every row of ${own} in ${other}; meanwhile writes to ${other} and any use of ${own} are blocked`
        : `${own} is already locked (ACCESS EXCLUSIVE) while the statement waits for all writes to ${other}; it reads no rows`,
      advice: `add the column without it, then ADD CONSTRAINT ... FOREIGN KEY ... NOT VALID and, ${inLaterStep(context)}, VALIDATE it`,
      offset,
    }),
  ]
}
