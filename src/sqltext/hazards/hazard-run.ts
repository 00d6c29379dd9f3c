import { Cursor, type QualifiedName } from '../lexer/cursor.ts'
import { classify, type StatementKind } from '../statements/classify.ts'
import type { SqlObject } from '../statements/object-kinds.ts'
import { splitStatements } from '../statements/split.ts'
import { nameIn, readAlterActions } from './alter-actions.ts'
import { isNew, readNames, type HazardContext } from './context.ts'
import { findHazards } from './find-hazards.ts'
import type { Hazard, HazardType } from './hazard.ts'
import { RunMemory, tableKey } from './run-memory.ts'

/** A file of a run; a `ParsedMigration` is one. */
export interface HazardFile {
  noTransaction: boolean
  statements: readonly { text: string; kind: StatementKind }[]
}

/** The hazards of each statement of each file, in the order in which they would run. */
export function findRunHazards(files: readonly HazardFile[], server?: HazardServer): Hazard[][][] {
  const run = new HazardRun(server)
  return files.map(({ noTransaction, statements }) => {
    run.nextFile(!noTransaction)
    return statements.map(({ text, kind }) => run.next(text, kind))
  })
}

/** The hazard in the example of its type, run as a file of its own. */
export function hazardInExample({ code, example }: HazardType): Hazard {
  const statements = splitStatements(example).statements.map(({ text }) => ({ text, kind: classify(text) }))
  const found = findRunHazards([{ noTransaction: false, statements }])
    .flat(2)
    .find((hazard) => hazard.code === code)
  if (found === undefined) throw new Error(`the example of ${code} does not have the hazard`)
  return found
}

/** What is known of the server before a run. */
export interface HazardServer {
  /** `server_version_num`. */
  serverVersion?: number | undefined
  /**
   * The keys (`tableKey`) of the tables, views, types, ... that exist. A CREATE TABLE IF NOT EXISTS of one of these creates
   * no new table. Without this set each CREATE TABLE counts as a new table.
   */
  existing?: Iterable<string> | undefined
}

/** Goes through the statements of a run in order, and remembers what each one means for the next. */
class HazardRun {
  readonly #created = new Set<string>()
  readonly #existing: Set<string>
  readonly #memory = new RunMemory()
  readonly #serverVersion: number | undefined
  #inTransaction = true

  constructor({ serverVersion, existing = [] }: HazardServer = {}) {
    this.#serverVersion = serverVersion
    this.#existing = new Set(existing)
  }

  nextFile(inTransaction: boolean): void {
    this.#inTransaction = inTransaction
    this.#memory.endTransaction()
  }

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
    // an object that exists is not created: because of IF NOT EXISTS, or because the runner skips the statement
    if ((isOfNewTable || NAMED_LIKE_TABLES.has(object.kind)) && !this.#existing.has(key)) this.#created.add(key)
  }

  #noteAltered(text: string): void {
    const { table, actions } = readAlterActions(new Cursor(text))
    if (table === undefined) return
    for (const action of actions) {
      this.#memory.noteAction(table, action, this.#inTransaction)
      const name = nameIn(action)?.name
      if (action.does === 'rename table' && name !== undefined) this.#move(table, { ...table, name })
      if (action.does === 'set schema' && name !== undefined) this.#move(table, { schema: name, name: table.name })
    }
  }

  /** A table created in this run stays new under its new name. The old name of an older table is free for a new table. */
  #move(from: QualifiedName, to: QualifiedName): void {
    for (const names of [this.#created, this.#existing]) {
      const isOne = names.delete(tableKey(from))
      if (isOne) names.add(tableKey(to))
      else names.delete(tableKey(to))
    }
  }

  #noteDropped(text: string, verb: string): void {
    if (!NAMED_LIKE_TABLES.has(verb.slice('DROP '.length).toLowerCase())) return
    const cursor = new Cursor(text)
    cursor.accept(verb.toLowerCase())
    cursor.accept('if exists')
    for (const { name } of readNames(cursor)) {
      this.#created.delete(tableKey(name))
      this.#existing.delete(tableKey(name))
    }
  }
}

/** Objects that share a name space with tables: relations, and types, as each table has a type with its name. */
const NAMED_LIKE_TABLES: ReadonlySet<string> = new Set([
  'domain',
  'foreign table',
  'materialized view',
  'sequence',
  'table',
  'type',
  'view',
])
