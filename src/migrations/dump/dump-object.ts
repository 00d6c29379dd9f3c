/** An object of a schema, with the statements that create it. */
export interface DumpObject {
  /** `table notes`, `function f(integer)`: unique, and the same in every database. */
  id: string
  rank: Rank
  /** The rows of the catalogs that it covers, see `keyOf`. */
  keys: readonly string[]
  /** Rows that must exist before it, besides those of pg_depend. */
  needs?: readonly string[]
  /** The first statement, without the parts that are created apart. */
  create(apart: ReadonlySet<Part>): string
  /** Statements that belong to the object: comments, privileges, settings. */
  after: string[]
  /** What `create` contains and can be created apart, when the order of the objects needs it. */
  parts?: readonly Part[]
  /** A statement that creates the object with the same columns or arguments, and needs only their types; `create` follows with OR REPLACE. */
  stub?: () => string
  /** The object is the stub of another one. */
  isStub?: boolean
  /** For COMMENT ON, by key: `TABLE notes`, `COLUMN notes.body`. */
  targets: ReadonlyMap<string, string>
  /** The text is a comment: the object is mentioned, and not created. */
  isComment?: boolean
}

/** A part of a table or domain: a default or a constraint. */
export interface Part {
  keys: readonly string[]
  object(): DumpObject
}

/** The order of kinds, where no dependency decides. */
export const RANKS = [
  'extension',
  'collation',
  'type',
  'sequence',
  'table',
  'partition',
  'routine',
  'operator',
  'index',
  'constraint',
  'view',
  'rule',
  'trigger',
  'policy',
  'refresh',
  'privileges',
  'uncovered',
] as const

export type Rank = (typeof RANKS)[number]

/** A row of a catalog: `pg_class:16400`. */
export function keyOf(catalog: string, oid: number): string {
  return `${catalog}:${oid}`
}

/** The column of a relation. */
export function columnKey(relation: number, number: number): string {
  return `pg_class:${relation}/${number}`
}

/** An object whose text never changes. */
export function simpleObject(
  id: string,
  rank: Rank,
  statement: string,
  {
    keys = [],
    needs = [],
    targets = [],
  }: { keys?: readonly string[]; needs?: readonly string[]; targets?: readonly (readonly [string, string])[] } = {},
): DumpObject {
  return { id, rank, keys, needs, create: () => statement, after: [], targets: new Map(targets) }
}
