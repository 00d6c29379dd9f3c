import type { Dump, DumpedObject } from '../dump/dump-schema.ts'
import { BEGIN, END, objectText } from '../dump/dump-text.ts'
import type { RowFacts } from './read-rows.ts'
import type { StatementEffect } from './statement-effects.ts'

/** A change can need a new type or table, and a new index or view can need the change. */
export const CHANGE_PLACES = ['before indexes', 'first', 'last'] as const

export type ChangePlace = (typeof CHANGE_PLACES)[number]

/** What a squash is made of. */
export interface SquashParts {
  /** The versions that it counts as. */
  replaces: readonly string[]
  objects: readonly DumpedObject[]
  /** Statements of the old files that are kept as they are: before the extensions, after them, and at the end. */
  first: readonly StatementEffect[]
  before: readonly StatementEffect[]
  after: readonly StatementEffect[]
  /** Statements of the old files that change objects of other migrations, and where they are among the new objects. */
  changes: readonly StatementEffect[]
  place: ChangePlace
  /** INSERT and setval statements. */
  rows: readonly string[]
}

/** The text of the new file. */
export function squashText({ replaces, objects, first, before, after, changes, place, rows }: SquashParts): string {
  // a foreign server and a table of another schema can need an extension
  const extensions = before.length === 0 ? [] : objects.filter(isExtension)
  const early = objects.filter((object) => !isLate(object) && !extensions.includes(object))
  const texts = [...early.map(objectText), ...rows.map((statement) => `${statement};`), ...objects.filter(isLate).map(objectText)]
  const at = positionOf(place, early, texts.length)
  const kept = changes.length === 0 ? [] : [END, ...changes.map(keptText), BEGIN]
  const parts = [
    replaces.map((version) => `-- skills: replaces ${quoted(version)}`).join('\n'),
    '-- The schema that these migrations make, written by skills migrate squash.',
    ...first.map(keptText),
    ...(extensions.length === 0 ? [] : [BEGIN, ...extensions.map(objectText), END]),
    ...before.map(keptText),
    BEGIN,
    ...texts.slice(0, at),
    ...kept,
    ...texts.slice(at),
    END,
    ...after.map(keptText),
  ]
  return `${parts.join('\n\n')}\n`
}

function positionOf(place: ChangePlace, objects: readonly DumpedObject[], end: number): number {
  if (place === 'first') return 0
  const at = place === 'last' ? -1 : objects.findIndex(({ id }) => /^(?:index|attached index|statistics|view|materialized view) /.test(id))
  return at === -1 ? end : at
}

function quoted(version: string): string {
  return /^[^\s,"]+$/.test(version) && !/\.sql$/i.test(version) ? version : `"${version.replaceAll('"', '""')}"`
}

/** Foreign keys, triggers, rules and the rows of materialized views come after the rows of tables: nothing else needs them. */
function isLate({ id }: DumpedObject): boolean {
  return /^(?:constraint|trigger|rule|policy|rows of|privileges of) /.test(id)
}

function isExtension({ id }: DumpedObject): boolean {
  return id.startsWith('extension ')
}

function keptText({ file, line, text }: StatementEffect): string {
  return `-- as in ${file.replaceAll(/\s/g, ' ')}:${line}\n${text};`
}

/** What the old files made beyond `base`, and what they changed in it, by id. */
export function newObjects(base: Dump, whole: Dump): { objects: DumpedObject[]; changed: string[] } {
  const before = new Map(base.objects.map((object) => [object.id, object]))
  const after = new Set(whole.objects.map(({ id }) => id))
  const objects: DumpedObject[] = []
  const changed = base.objects.filter(({ id }) => !after.has(id)).map(({ id }) => id)
  for (const object of whole.objects) {
    const old = before.get(object.id)
    if (old === undefined) objects.push(object)
    else if (old.statements.every((statement) => object.statements.includes(statement))) {
      const added = object.statements.filter((statement) => !old.statements.includes(statement))
      if (added.length > 0) objects.push({ ...object, statements: added })
    } else changed.push(object.id)
  }
  return { objects, changed }
}

/** INSERT for each new row, and setval for each sequence that moved; the tables whose rows of `base` were changed. */
export function rowStatements(base: RowFacts, whole: RowFacts): { statements: string[]; rows: number; changed: string[] } {
  const statements: string[] = []
  const changed: string[] = []
  let count = 0
  for (const [name, { columns, hasIdentity, rows }] of whole.tables) {
    const added = rows === undefined ? undefined : addedRows(base.tables.get(name)?.rows ?? [], rows)
    if (added === undefined) {
      changed.push(name)
      continue
    }
    count += added.length
    if (added.length > 0) statements.push(...insertStatements(name, columns, hasIdentity, added))
  }
  for (const [name, value] of whole.sequences) {
    if (base.sequences.get(name) !== value) statements.push(`SELECT pg_catalog.setval('${name.replaceAll("'", "''")}', ${value})`)
  }
  return { statements, rows: count, changed }
}

/** The rows that are not in `before`, where rows can be equal; undefined when one of `before` is missing. */
function addedRows(before: readonly string[], rows: readonly string[]): string[] | undefined {
  const left = new Map<string, number>()
  for (const row of before) left.set(row, (left.get(row) ?? 0) + 1)
  const added = rows.filter((row) => {
    const count = left.get(row) ?? 0
    if (count > 0) left.set(row, count - 1)
    return count === 0
  })
  return rows.length - added.length === before.length ? added : undefined
}

function insertStatements(table: string, columns: readonly string[], hasIdentity: boolean, rows: readonly string[]): string[] {
  if (columns.length === 0) return rows.map(() => `INSERT INTO ${table} DEFAULT VALUES`)
  const overriding = hasIdentity ? ' OVERRIDING SYSTEM VALUE' : ''
  return [`INSERT INTO ${table} (${columns.join(', ')})${overriding} VALUES\n    ${rows.join(',\n    ')}`]
}
