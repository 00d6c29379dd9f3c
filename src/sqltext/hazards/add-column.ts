import type { ColumnClause, ColumnDefinition } from './column-definition.ts'
import { hazard, nameOf, type Hazard } from './hazard.ts'
import { isAtLeast, isNew, later, type Target } from './hazard-context.ts'

/** What ADD COLUMN does to a table with rows. A constant or stable default costs nothing (since PostgreSQL 11). */
export function addColumnHazards(column: ColumnDefinition, target: Target): Hazard[] {
  const hazards = [
    ...rewriteHazards(column, target),
    ...requiredHazards(column, target),
    ...uniqueHazards(column, target),
    ...checkHazards(column, target),
    ...referenceHazards(column, target),
  ]
  return hazards.toSorted((a, b) => a.offset - b.offset)
}

/** Why each row gets a value of its own, which must then be written into each. */
function rewriteHazards(column: ColumnDefinition, { table, context }: Target): Hazard[] {
  const reason = rewriteReason(column, isAtLeast(context, 18))
  if (reason === undefined) return []
  const { offset, why, advice } = reason
  const message = `${why}, so ${nameOf(table)} is rewritten with all its indexes`
  return [hazard({ code: 'ADD_COLUMN_REWRITE', lock: 'ACCESS EXCLUSIVE', rewrite: true, table, message, advice, offset })]
}

interface Reason {
  offset: number
  why: string
  advice: string
}

function rewriteReason({ name, typeOffset, isSerial, clauses, defaultValue }: ColumnDefinition, hasVirtual: boolean): Reason | undefined {
  const stored = clauses.get('stored')
  if (stored !== undefined) {
    const advice = `add a plain column, fill it in batches and keep it up with a trigger${hasVirtual ? '; or write VIRTUAL: it takes no room' : ''}`
    return { offset: stored, why: `the stored value of ${name} is computed for each row`, advice }
  }
  const identity = clauses.get('identity')
  if (identity !== undefined || isSerial) {
    return {
      offset: identity ?? typeOffset,
      why: `the sequence numbers each row in ${name}`,
      advice: `add a plain bigint column, fill it in batches, make it NOT NULL by way of a CHECK, then ALTER COLUMN ${name} ADD GENERATED ... AS IDENTITY`,
    }
  }
  const { volatility, function: call } = defaultValue ?? { volatility: 'stable' }
  if (volatility === 'stable') return undefined
  return {
    offset: clauses.get('default') ?? typeOffset,
    why:
      volatility === 'volatile'
        ? `${call} gives each row another value of ${name}`
        : `if ${call} is volatile each row gets its own ${name}`,
    advice: `add ${name} without the default, ALTER COLUMN ${name} SET DEFAULT ..., then fill the old rows in batches`,
  }
}

function requiredHazards({ name, isSerial, clauses }: ColumnDefinition, { table, context }: Target): Hazard[] {
  const offset = clauses.get('not null') ?? clauses.get('primary key')
  const hasValue = isSerial || (['default', 'identity', 'stored', 'virtual'] satisfies ColumnClause[]).some((clause) => clauses.has(clause))
  if (offset === undefined || hasValue) return []
  return [
    hazard({
      code: 'ADD_COLUMN_REQUIRED',
      lock: 'ACCESS EXCLUSIVE',
      table,
      message: `${name} has no default: it fails (23502) if ${nameOf(table)} has rows, and clients that insert without ${name} fail from then on`,
      advice: `give it a constant DEFAULT; or add it nullable, fill it in batches and set NOT NULL ${later(context)}`,
      offset,
    }),
  ]
}

function uniqueHazards({ name, clauses }: ColumnDefinition, { table, context }: Target): Hazard[] {
  return (['primary key', 'unique'] as const).flatMap((clause) => {
    const offset = clauses.get(clause)
    if (offset === undefined) return []
    return [
      hazard({
        code: clause === 'unique' ? 'ADD_UNIQUE' : 'ADD_PRIMARY_KEY',
        lock: 'ACCESS EXCLUSIVE',
        table,
        message: `${clause.toUpperCase()} of ${name} reads the whole of ${nameOf(table)} to build its index`,
        advice: `add the column alone; ${later(context)} CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... ${clause.toUpperCase()} USING INDEX`,
        offset,
      }),
    ]
  })
}

function checkHazards({ name, clauses }: ColumnDefinition, { table, context }: Target): Hazard[] {
  const offset = clauses.get('check')
  if (offset === undefined) return []
  return [
    hazard({
      code: 'ADD_CHECK',
      lock: 'ACCESS EXCLUSIVE',
      table,
      message: `the CHECK reads the whole of ${nameOf(table)}, though ${name} is the same in every row`,
      advice: `add the column alone, then ADD CONSTRAINT ... CHECK (...) NOT VALID and, ${later(context)}, VALIDATE it`,
      offset,
    }),
  ]
}

/** A column that is null in every row has nothing to look up, but the lock on the other table is taken. */
function referenceHazards({ clauses, references }: ColumnDefinition, { table, context }: Target): Hazard[] {
  const offset = clauses.get('references')
  if (offset === undefined || references === undefined) return []
  const isLookedUp = clauses.has('default')
  if (!isLookedUp && isNew(context, references)) return []
  const [own, other] = [nameOf(table), nameOf(references)]
  return [
    hazard({
      code: 'ADD_FOREIGN_KEY',
      lock: 'SHARE ROW EXCLUSIVE',
      table: references,
      message: isLookedUp
        ? `the foreign key looks every row of ${own} up in ${other}; nobody can write to ${other} nor use ${own} meanwhile`
        : `${own} is locked already (ACCESS EXCLUSIVE) while this waits until nobody writes to ${other}; no rows are read`,
      advice: `add the column alone, then ADD CONSTRAINT ... FOREIGN KEY ... NOT VALID and, ${later(context)}, VALIDATE it`,
      offset,
    }),
  ]
}
