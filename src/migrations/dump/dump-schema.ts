import type { Db } from '../../db/db.ts'
import { attachedObjects } from './attached.ts'
import { keyOf, simpleObject, type DumpObject } from './dump-object.ts'
import { readFacts, type Facts } from './facts.ts'
import { indexObjects } from './indexes.ts'
import { withoutSchema, type Naming } from './names.ts'
import { orderObjects, type Dependencies } from './order.ts'
import { privilegeStatements } from './privileges.ts'
import { routineObjects } from './routines.ts'
import { sequenceObjects } from './sequences.ts'
import { tableObjects } from './tables.ts'
import { typeObjects } from './types.ts'
import { viewObjects } from './views.ts'

export interface DumpOptions {
  /** The folder `sql/dump` of the package. */
  queries: string
  /** Relations that are no part of the schema: the ledger and its progress table. */
  omit: readonly string[]
  /** With GRANT and REVOKE. */
  privileges: boolean
}

/** A schema as text. */
export interface Dump {
  /** Each object with its statements, in the order in which they can run. */
  objects: DumpedObject[]
  /** What the statements do not create: `OPERATOR CLASS x USING btree`. */
  notCovered: string[]
}

export interface DumpedObject {
  /** `table notes`: the same in every database. */
  id: string
  statements: string[]
  isComment: boolean
}

/** Reads the schema of the connection. Writes nothing, and runs no code of others. */
export async function readDump(db: Db, { queries, omit, privileges }: DumpOptions): Promise<Dump> {
  const facts = await readFacts(db, queries, omit)
  const dependencies = dependenciesOf(facts)
  const given = objectsOf(facts, dependencies, withoutSchema(db.info.schema))
  const grants = privileges ? privilegeStatements(facts) : { ofObjects: new Map<string, string[]>(), ofSchema: [] }
  const { objects, cycles } = orderObjects([...given, ...grants.ofSchema], dependencies)
  const comments = commentsOf(facts)
  const dumped = objects.map((object): DumpedObject => {
    // the stub of a view has no targets: what is said of the view comes with the view
    const keys = object.targets.size === 0 ? [] : [...object.targets.keys()]
    const isComment = object.isComment === true
    const more = isComment ? [] : keys.flatMap((key) => commentOf(object, key, comments))
    const rights = isComment ? [] : keys.flatMap((key) => grants.ofObjects.get(key) ?? [])
    return { id: object.id, isComment, statements: [object.statement, ...object.after, ...more, ...rights] }
  })
  return {
    objects: dumped,
    notCovered: [
      ...dumped.filter(({ isComment }) => isComment).map(({ statements: [text = ''] }) => text.replace(/^-- (?:NOT COVERED: )?/, '')),
      ...cycles.map((cycle) => `objects that need each other: ${cycle.join(', ')}`),
    ],
  }
}

/** Every object, in no order. */
export function objectsOf(facts: Facts, dependencies: Dependencies, naming: Naming): DumpObject[] {
  const { local } = naming
  return [
    ...otherObjects(facts, naming),
    ...typeObjects(facts, local),
    ...sequenceObjects(facts),
    ...tableObjects(facts, naming),
    ...indexObjects(facts, naming),
    ...routineObjects(facts, naming),
    ...viewObjects(facts, dependencies, local),
    ...attachedObjects(facts, naming),
  ]
}

/** Extensions, operators, casts, collations and the like, and what a dump does not cover. */
function otherObjects(facts: Facts, naming: Naming): DumpObject[] {
  return facts['other-objects'].map((one) => {
    const keys = [keyOf(one.class, one.oid)]
    const name = naming.unqualified(one.name)
    const id = `${one.kind.toLowerCase()} ${name}`
    if (one.statement === null)
      return { ...simpleObject(id, 'uncovered', `-- NOT COVERED: ${one.kind} ${name}`, { keys }), isComment: true }
    const rank = one.kind === 'EXTENSION' ? 'extension' : COLLATIONS.has(one.kind) ? 'collation' : 'operator'
    const targets = keys.map((key) => [key, `${one.kind} ${name}`] as const)
    return simpleObject(id, rank, naming.unqualified(one.statement), { keys, targets })
  })
}

const COLLATIONS: ReadonlySet<string> = new Set(['COLLATION', 'TEXT SEARCH DICTIONARY', 'TEXT SEARCH CONFIGURATION'])

export function dependenciesOf({ dependencies, sequences }: Facts): Dependencies {
  // a sequence depends on the column that owns it, and exists before
  const owned = new Set(sequences.map(({ oid }) => keyOf('pg_class', oid)))
  const found = new Map<string, string[]>()
  for (const { class: catalog, oid, needed_class: neededCatalog, needed_oid: needed } of dependencies) {
    const key = keyOf(catalog, oid)
    if (owned.has(key)) continue
    const list = found.get(key)
    if (list === undefined) found.set(key, [keyOf(neededCatalog, needed)])
    else list.push(keyOf(neededCatalog, needed))
  }
  return found
}

export function commentsOf({ comments }: Facts): Map<string, string> {
  return new Map(
    comments.map(({ class: catalog, oid, part, text }) => [part === 0 ? keyOf(catalog, oid) : `${keyOf(catalog, oid)}/${part}`, text]),
  )
}

/** COMMENT ON for one of the targets of the object. */
export function commentOf({ targets }: Pick<DumpObject, 'targets'>, key: string, comments: ReadonlyMap<string, string>): string[] {
  const [target, text] = [targets.get(key), comments.get(key)]
  return target === undefined || text === undefined ? [] : [`COMMENT ON ${target} IS ${text}`]
}
