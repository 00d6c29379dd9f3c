import type { ConstraintDefinition } from './constraint-definition.ts'
import { hazard, nameOf, type Hazard } from './hazard.ts'
import { apart, later, type Target } from './hazard-context.ts'

/** What ADD CONSTRAINT does to a table with rows. */
export function addConstraintHazards(constraint: ConstraintDefinition, target: Target): Hazard[] {
  if (constraint.skipsRows || constraint.usesIndex) return []
  const { type, offset, references, notNullColumn } = constraint
  const { table, context } = target
  const own = nameOf(table)
  const isolated = { lock: 'ACCESS EXCLUSIVE', table, offset } as const
  switch (type) {
    case 'foreign key':
      return [
        hazard({
          code: 'ADD_FOREIGN_KEY',
          lock: 'SHARE ROW EXCLUSIVE',
          table,
          message: `FOREIGN KEY looks every row of ${own} up; nobody can write to ${own} nor to ${nameOf(references)} meanwhile`,
          advice: `ADD CONSTRAINT ... FOREIGN KEY ... NOT VALID and, ${later(context)}, VALIDATE CONSTRAINT, which blocks nobody`,
          offset,
        }),
      ]
    case 'check':
    case 'not null':
      return [
        hazard({
          ...isolated,
          code: type === 'check' ? 'ADD_CHECK' : 'SET_NOT_NULL',
          message: `${type.toUpperCase()}${type === 'check' ? '' : ` ${notNullColumn ?? ''}`} reads the whole of ${own} to see whether its rows comply`,
          advice: `add it NOT VALID and, ${later(context)}, VALIDATE CONSTRAINT, which blocks nobody`,
        }),
      ]
    case 'primary key':
    case 'unique':
      return [
        hazard({
          ...isolated,
          code: type === 'unique' ? 'ADD_UNIQUE' : 'ADD_PRIMARY_KEY',
          message: `${type.toUpperCase()} reads the whole of ${own} to build its index`,
          advice: `CREATE UNIQUE INDEX CONCURRENTLY${apart(context)}; then ADD CONSTRAINT ... ${type.toUpperCase()} USING INDEX${
            type === 'unique' ? '' : ' (it still reads the table for columns that are not NOT NULL yet)'
          }`,
        }),
      ]
    case 'exclude':
      return [
        hazard({
          ...isolated,
          code: 'ADD_EXCLUDE',
          message: `EXCLUDE reads the whole of ${own} to build its index, and cannot use one that was built before`,
          advice: 'do it in a maintenance window, or into a new table that takes the place of this one',
        }),
      ]
  }
}

/** VALIDATE blocks nobody by itself, but the lock of an ADD CONSTRAINT in the same transaction is still held. */
export function validateHazards(name: string | undefined, offset: number, { table, context }: Target): Hazard[] {
  if (table === undefined || name === undefined) return []
  const type = context.memory?.freshConstraint(table, name)
  if (type === undefined) return []
  return [
    hazard({
      code: 'VALIDATE_IN_SAME_TRANSACTION',
      lock: type === 'foreign key' ? 'SHARE ROW EXCLUSIVE' : 'ACCESS EXCLUSIVE',
      table,
      message: `VALIDATE reads the whole of ${nameOf(table)} while the lock that added ${name} in this transaction is still held`,
      advice: `VALIDATE CONSTRAINT ${name} ${later(context)}, so that NOT VALID is of use`,
      offset,
    }),
  ]
}
