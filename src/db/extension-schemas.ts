import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from './db.ts'
import { queryAside } from './query-aside.ts'

/** Where the types, functions and operators of extensions are. */
export interface ExtensionSchemas {
  /** Schemas with nothing but members of extensions. */
  dedicated: readonly string[]
  /** Schemas with other objects too, such as `public`. */
  shared: readonly string[]
  /** The names of the members of extensions in the shared schemas. */
  members: ReadonlySet<string>
  /** The names of the relations and types in the shared schemas that belong to no extension. */
  hidden: readonly string[]
}

const COLUMNS = { schema: 'text', hidden: 'texts', members: 'texts', is_dedicated: 'boolean', has_foreign: 'boolean' } as const

/**
 * Reads the schemas of extensions, without those of `searched`. A shared schema in which a role that is not trusted owns a function is
 * left out: that function could be called. `queries` is the folder `sql/catalog` of the package. Runs in the transaction of the caller.
 */
export async function readExtensionSchemas(db: Db, queries: string, searched: readonly string[]): Promise<ExtensionSchemas> {
  const query = await readFile(path.join(queries, 'extension-schemas.sql'), 'utf8')
  const rows = (await queryAside(db, query, [], COLUMNS)).filter(({ schema }) => !searched.includes(schema))
  const shared = rows.filter((row) => !row.is_dedicated && !row.has_foreign)
  return {
    dedicated: rows.filter((row) => row.is_dedicated).map(({ schema }) => schema),
    shared: shared.map(({ schema }) => schema),
    members: new Set(shared.flatMap(({ members }) => members)),
    hidden: [...new Set(shared.flatMap(({ hidden }) => hidden))],
  }
}

/** An object that uses a function or an operator which belongs to no extension. */
export interface Stray {
  kind: 'function' | 'table'
  name: string
  /** `function f(integer)`. */
  uses: string
}

/** The objects of the schema that use something of the shared schemas but members of extensions. */
export async function readStrays(db: Db, queries: string, schema: string, shared: readonly string[]): Promise<Stray[]> {
  if (shared.length === 0) return []
  const query = await readFile(path.join(queries, 'strays.sql'), 'utf8')
  const rows = await db.run(query, [shared, schema], { type: 'text', identity: 'text', uses: 'text' })
  return rows.map(({ type, identity, uses }) => {
    const name = /^(?:"((?:[^"]|"")+)"|[^.(\s]+)/.exec(identity.slice(identity.indexOf(`${schema}.`) + schema.length + 1))
    return { kind: type === 'function' ? 'function' : 'table', name: name?.[1]?.replaceAll('""', '"') ?? name?.[0] ?? identity, uses }
  })
}
