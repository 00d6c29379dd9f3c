import { bareName } from '../../core/privileges.ts'
import type { CatalogObject } from '../../db/catalog.ts'
import { diffCatalogs } from '../../db/catalog-diff.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'
import type { ForeignCode } from './foreign-code.ts'
import { objectKey } from './manifest.ts'

export interface CodeCopy {
  /** The real schema. */
  from: string
  /** The scratch schema. */
  to: string
  expected: readonly CatalogObject[]
  actual: readonly CatalogObject[]
  /** Code of other roles: it is removed from the scratch schema, and not copied. */
  foreign: readonly ForeignCode[]
}

/**
 * Replaces functions and views of the scratch schema with those of the real schema where they differ, so that the checks test the
 * code of the database. What cannot be copied is left out.
 */
export async function copyCode(db: Db, { from, to, expected, actual, foreign }: CodeCopy): Promise<void> {
  const isForeign = new Set(foreign.map(objectKey))
  const owners = new Map(actual.filter((object) => object.kind === 'owner').map((object) => [object.name, object.definition]))
  const names = new Set(expected.filter(({ kind }) => kind === 'function').map(({ name }) => bareName(name)))
  // a second function of the same name can receive the calls of the first
  const differing = diffCatalogs(expected.filter(isCode), actual.filter(isCode)).filter(
    ({ kind, name, expected: wanted }) => wanted !== undefined || (kind === 'function' && names.has(bareName(name))),
  )
  for (const { kind, name, actual: found } of differing) {
    await db.exec(`DROP ${kind.toUpperCase()} IF EXISTS ${qualified(to, name)} CASCADE`)
    if (found !== undefined && !isForeign.has(objectKey({ kind, name })))
      await copy(db, { from, to, kind, name, owner: owners.get(`${kind === 'view' ? 'table' : kind} ${name}`) ?? '' })
  }
}

function isCode({ kind }: CatalogObject): boolean {
  return kind === 'function' || kind === 'view'
}

interface Copied extends Pick<CodeCopy, 'from' | 'to'> {
  kind: string
  name: string
  /** As a regrole. Since the reading, another role can have put its own object in the place of this one. */
  owner: string
}

async function copy(db: Db, { from, to, kind, name, owner }: Copied): Promise<void> {
  const literal = quoteLiteral(qualified(from, name))
  const [row] = await db.query(
    kind === 'view'
      ? `SELECT pg_catalog.pg_get_viewdef(c.oid) AS text FROM pg_catalog.pg_class c
         WHERE c.oid OPERATOR(pg_catalog.=) ${literal}::pg_catalog.regclass::pg_catalog.oid
           AND c.relowner::pg_catalog.regrole::pg_catalog.text OPERATOR(pg_catalog.=) ${quoteLiteral(owner)}::pg_catalog.text`
      : `SELECT pg_catalog.pg_get_functiondef(p.oid) AS text FROM pg_catalog.pg_proc p
         WHERE p.oid OPERATOR(pg_catalog.=) ${literal}::pg_catalog.regprocedure::pg_catalog.oid
           AND p.proowner::pg_catalog.regrole::pg_catalog.text OPERATOR(pg_catalog.=) ${quoteLiteral(owner)}::pg_catalog.text`,
    [],
    { text: 'text?' },
  )
  if (row === undefined || row.text === null) return
  const code = `${kind === 'view' ? `CREATE VIEW ${qualified(to, name)} AS ` : ''}${row.text}`
  const text = renameSchema(code, from, to).replace(/^ SET search_path TO .*$/m, (line) =>
    line.replaceAll(quoteLiteral(from), () => quoteLiteral(to)),
  )
  try {
    await db.exec(`SAVEPOINT skills_step; ${text}`)
    await db.exec('RELEASE SAVEPOINT skills_step')
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await db.exec('ROLLBACK TO SAVEPOINT skills_step; RELEASE SAVEPOINT skills_step')
  }
}

/** `"app".f(uuid, text)` for a name of the catalog reading, which has the argument types. */
function qualified(schema: string, name: string): string {
  const bare = bareName(name)
  return `${quoteIdent(schema)}.${quoteIdent(bare)}${name.slice(bare.length)}`
}
