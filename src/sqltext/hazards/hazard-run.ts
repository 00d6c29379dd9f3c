import { Cursor, type QualifiedName } from '../lexer/cursor.ts'
import { findHazards } from './find-hazards.ts'
import type { SqlObject, StatementKind } from '../statements/statement-kind.ts'
import { readAlterActions } from './alter-actions.ts'
import type { Hazard } from './hazard.ts'
import { isNew, type HazardContext } from './hazard-context.ts'
import { HazardMemory } from './hazard-memory.ts'
import { readNames } from './names.ts'
import { tableKey } from './table-key.ts'

/** What is known of the server before a run. */
export interface HazardServer {
  /** `server_version_num`. */
  serverVersion?: number | undefined
  /**
   * Names (`tableKey`) of the tables, views, types, ... that are there. With them a CREATE TABLE IF NOT EXISTS of one of
   * these makes no new table; without them each CREATE TABLE counts as one that does.
   */
  existing?: Iterable<string> | undefined
}

/** Goes through the statements of a run in their order, and keeps in mind what one means for the next. */
export class HazardRun {
  readonly #created = new Set<string>()
  readonly #existing: Set<string>
  readonly #memory = new HazardMemory()
  readonly #serverVersion: number | undefined
  #inTransaction = true

  constructor({ serverVersion, existing = [] }: HazardServer = {}) {
    this.#serverVersion = serverVersion
    this.#existing = new Set(existing)
  }

  /** Begins with the next file. */
  nextFile(inTransaction: boolean): void {
    this.#inTransaction = inTransaction
    this.#memory.endTransaction()
  }

  /** The hazards of the next statement of the file. */
  next(statementText: string, kind: StatementKind): Hazard[] {
    const hazards = findHazards(statementText, kind, this.#context)
    this.#note(statementText, kind)
    return hazards
  }

  get #context(): HazardContext {
    return { created: this.#created, inTransaction: this.#inTransaction, serverVersion: this.#serverVersion, memory: this.#memory }
  }

  #note(text: string, { object, verb }: StatementKind): void {
    if (verb.startsWith('CREATE ')) {
      if (object !== undefined) this.#noteCreated(object)
    } else if (verb === 'ALTER TABLE') this.#noteAltered(text)
    else if (verb.startsWith('DROP ')) this.#noteDropped(text, verb)
    else if (object?.kind === 'enum value' && this.#inTransaction) this.#memory.noteEnumValue(object.name)
  }

  #noteCreated(object: SqlObject): void {
    const isOfNewTable = object.kind === 'index' && object.table !== undefined && isNew(this.#context, { ...object, name: object.table })
    const key = tableKey(object)
    // one that is there makes nothing new: IF NOT EXISTS says so, or the runner passes over the error
    if ((isOfNewTable || KEPT.has(object.kind)) && !this.#existing.has(key)) this.#created.add(key)
  }

  #noteAltered(text: string): void {
    const { table, actions } = readAlterActions(new Cursor(text))
    if (table === undefined) return
    for (const action of actions) {
      this.#memory.noteAction(table, action, this.#inTransaction)
      if (action.does === 'rename table' && action.name !== undefined) this.#move(table, { ...table, name: action.name.name })
      if (action.does === 'set schema' && action.name !== undefined) this.#move(table, { schema: action.name.name, name: table.name })
    }
  }

  /** A table made in this run stays new under its new name; that of an older one is free for a new table. */
  #move(from: QualifiedName, to: QualifiedName): void {
    for (const names of [this.#created, this.#existing]) {
      const isOne = names.delete(tableKey(from))
      if (isOne) names.add(tableKey(to))
      else names.delete(tableKey(to))
    }
  }

  #noteDropped(text: string, verb: string): void {
    if (!KEPT.has(verb.slice('DROP '.length).toLowerCase())) return
    const cursor = new Cursor(text)
    cursor.accept(verb.toLowerCase())
    cursor.accept('if exists')
    for (const { name } of readNames(cursor)) {
      this.#created.delete(tableKey(name))
      this.#existing.delete(tableKey(name))
    }
  }
}

/** What shares its names with tables: relations do, and the types of a schema, as each table has a type of its name. */
const KEPT: ReadonlySet<string> = new Set(['domain', 'foreign table', 'materialized view', 'sequence', 'table', 'type', 'view'])
