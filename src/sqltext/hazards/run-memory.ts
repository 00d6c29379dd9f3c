import type { QualifiedName } from '../lexer/cursor.ts'
import type { AlterAction } from './alter-actions.ts'
import type { ConstraintDefinition, ConstraintType } from './definitions.ts'

/**
 * What earlier statements of a run mean for later ones. The rules for ALTER TABLE make one for each statement, on top of
 * that of the run, for its earlier actions.
 */
export class RunMemory {
  readonly #before: RunMemory | undefined
  /** Constraints that the run added NOT VALID, by `table.constraint`, with the column that they keep from being null. */
  readonly #pending = new Map<string, { type: ConstraintType; column: string | undefined }>()
  /** Those whose transaction, with its lock, is still open. */
  readonly #fresh = new Set<string>()
  readonly #notNull = new Set<string>()
  readonly #checked = new Set<string>()
  readonly #validated = new Set<string>()
  readonly #enumValues = new Set<string>()

  constructor(before?: RunMemory) {
    this.#before = before
  }

  /** Records an action of ALTER TABLE. `staysOpen`: the transaction continues and keeps its locks. */
  noteAction(table: QualifiedName, action: AlterAction, staysOpen: boolean): void {
    if (action.does === 'add constraint') this.#noteAdded(table, action.constraint, staysOpen)
    else if (action.does === 'validate constraint' && action.name !== undefined) this.#noteValid(table, action.name.name)
  }

  /** Records a label that was added to an enum. */
  noteEnumValue(label: string): void {
    this.#enumValues.add(label)
  }

  /** Its locks are released, and its new labels can be used. */
  endTransaction(): void {
    this.#fresh.clear()
    this.#enumValues.clear()
  }

  /** The type of a constraint that was added NOT VALID in this transaction. */
  freshConstraint(table: QualifiedName, name: string): ConstraintType | undefined {
    const key = partKey(table, name)
    return this.#fresh.has(key) ? this.#pending.get(key)?.type : this.#before?.freshConstraint(table, name)
  }

  /** Whether a valid constraint shows that the column has no nulls, or a constraint with unknown content may show it. */
  isNotNull(table: QualifiedName, column: string): boolean {
    const isKnown = this.#notNull.has(partKey(table, column)) || this.#validated.has(tableKey(table))
    return isKnown || this.#before?.isNotNull(table, column) === true
  }

  /** Whether the run gave the table a valid CHECK, or validated a constraint that is older than the run. */
  isChecked(table: QualifiedName): boolean {
    const key = tableKey(table)
    return this.#checked.has(key) || this.#validated.has(key) || this.#before?.isChecked(table) === true
  }

  /** Labels added to enums in this transaction. */
  get enumValues(): ReadonlySet<string> {
    return this.#enumValues
  }

  #noteAdded(table: QualifiedName, { type, name, skipsRows, notNullColumn }: ConstraintDefinition, staysOpen: boolean): void {
    const column = notNullColumn === undefined ? undefined : partKey(table, notNullColumn)
    if (!skipsRows) this.#noteTrue(table, type, column)
    else if (name !== undefined) {
      const key = partKey(table, name)
      this.#pending.set(key, { type, column })
      if (staysOpen) this.#fresh.add(key)
    }
  }

  #noteValid(table: QualifiedName, name: string): void {
    const constraint = this.#pendingConstraint(partKey(table, name))
    if (constraint === undefined) this.#validated.add(tableKey(table))
    else this.#noteTrue(table, constraint.type, constraint.column)
  }

  #noteTrue(table: QualifiedName, type: ConstraintType, notNull: string | undefined): void {
    if (type === 'check') this.#checked.add(tableKey(table))
    if (notNull !== undefined) this.#notNull.add(notNull)
  }

  #pendingConstraint(key: string): { type: ConstraintType; column: string | undefined } | undefined {
    const own = this.#pending.get(key)
    return own !== undefined || this.#before === undefined ? own : this.#before.#pendingConstraint(key)
  }
}

function partKey(table: QualifiedName, part: string): string {
  return `${tableKey(table)}.${part}`
}

/** The key of a table in the sets of a run. `t` and `s.t` are two tables: the text does not show the search_path. */
export function tableKey({ schema, name }: QualifiedName): string {
  return (schema === undefined || schema === 'pg_temp' ? name : `${schema}.${name}`).toLowerCase()
}
