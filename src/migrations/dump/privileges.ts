import { columnKey, keyOf, simpleObject, type DumpObject } from './dump-object.ts'
import type { Facts } from './facts.ts'
import { inCurrentSchema, inFormat } from './names.ts'

/** GRANT and REVOKE, for the objects and columns by key; and those of the schema and for new objects, which are objects of their own. */
export function privilegeStatements(facts: Facts): { ofObjects: Map<string, string[]>; ofSchema: DumpObject[] } {
  const names = namesOf(facts)
  const ofObjects = new Map<string, string[]>()
  const ofSchema: DumpObject[] = []
  for (const entry of facts.privileges.toSorted((a, b) => compare(sortKey(a), sortKey(b)))) {
    const { class: catalog, oid, part, kind, grantee } = entry
    if (catalog === null || oid === null) ofSchema.push(later(`privileges of new ${kind} for ${grantee}`, defaultText(entry)))
    else if (kind === 'SCHEMA')
      ofSchema.push(later(`privileges of the schema for ${grantee}`, inCurrentSchema(grantText(entry, 'SCHEMA %1$I', inFormat))))
    else {
      const key = keyOf(catalog, oid)
      const name = names.get(key)
      if (name === undefined) continue
      const column = part === 0 ? undefined : names.get(columnKey(oid, part))
      const text = grantText({ ...entry, privileges: withColumn(entry.privileges, column) }, `${kind} ${name}`, (other) => other)
      const owner = part === 0 ? key : columnKey(oid, part)
      ofObjects.set(owner, [...(ofObjects.get(owner) ?? []), text])
    }
  }
  return { ofObjects, ofSchema }
}

type Privileges = Facts['privileges'][number]

function later(id: string, statement: string): DumpObject {
  return simpleObject(id, 'privileges', statement)
}

function withColumn(privileges: string, column: string | undefined): string {
  if (column === undefined) return privileges
  return privileges
    .split(', ')
    .map((privilege) => `${privilege} (${column})`)
    .join(', ')
}

function grantText({ command, privileges, grantee, grantable }: Privileges, object: string, escape: (text: string) => string): string {
  const preposition = command === 'GRANT' ? 'TO' : 'FROM'
  return `${command} ${escape(privileges)} ON ${object} ${preposition} ${escape(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`
}

function defaultText(entry: Privileges): string {
  const role = entry.role === null ? '' : ` FOR ROLE ${inFormat(entry.role)}`
  return inCurrentSchema(`ALTER DEFAULT PRIVILEGES${role} IN SCHEMA %1$I ${grantText(entry, entry.kind, inFormat)}`)
}

/** As GRANT names the objects, by key; columns by the key of a column. */
function namesOf({ relations, columns, routines, types, texts }: Facts): Map<string, string> {
  return new Map([
    ...relations.map(({ oid, name }): [string, string] => [keyOf('pg_class', oid), name]),
    ...columns.map(({ relation, number, name }): [string, string] => [columnKey(relation, number), name]),
    ...routines.map(({ oid, name }): [string, string] => [keyOf('pg_proc', oid), `${name}(${texts.of('arguments', oid) ?? ''})`]),
    ...types.map(({ oid, name }): [string, string] => [keyOf('pg_type', oid), name]),
  ])
}

/** What PUBLIC loses comes before what anybody gets. */
function sortKey({ command, part, grantee, grantable, kind, role }: Privileges): string {
  return [kind, role ?? '', command === 'REVOKE' ? '0' : '1', String(part).padStart(5, '0'), grantee, String(grantable)].join(' ')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
