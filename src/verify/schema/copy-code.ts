import type { CatalogObject } from '../../db/catalog.ts'
import { diffCatalogs } from '../../db/catalog-diff.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent, quoteLiteral } from '../../db/quote.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'

export interface CodeCopy {
  /** The real schema. */
  from: string
  /** The scratch schema. */
  to: string
  expected: readonly CatalogObject[]
  actual: readonly CatalogObject[]
}

/**
 * Replaces functions and views of the scratch schema with those of the real schema where they differ, so that the checks test the
 * code of the database. What cannot be copied is left out.
 */
export async function copyCode(db: Db, { from, to, expected, actual }: CodeCopy): Promise<void> {
  const differing = diffCatalogs(expected.filter(isCode), actual.filter(isCode)).filter(({ expected: wanted }) => wanted !== undefined)
  for (const { kind, name, actual: found } of differing) {
    await db.exec(`DROP ${kind.toUpperCase()} IF EXISTS ${qualified(to, name)} CASCADE`)
    if (found !== undefined) await copy(db, { from, to }, kind, name)
  }
}

function isCode({ kind }: CatalogObject): boolean {
  return kind === 'function' || kind === 'view'
}

async function copy(db: Db, { from, to }: Pick<CodeCopy, 'from' | 'to'>, kind: string, name: string): Promise<void> {
  const literal = quoteLiteral(qualified(from, name))
  const [row] = await db.query<{ text: string }>(
    kind === 'view'
      ? `SELECT pg_catalog.pg_get_viewdef(${literal}::pg_catalog.regclass) AS text`
      : `SELECT pg_catalog.pg_get_functiondef(${literal}::pg_catalog.regprocedure) AS text`,
  )
  const code = `${kind === 'view' ? `CREATE VIEW ${qualified(to, name)} AS ` : ''}${row?.text ?? ''}`
  const text = renameSchema(code, from, to).replace(/^ SET search_path TO .*$/m, (line) =>
    line.replaceAll(quoteLiteral(from), quoteLiteral(to)),
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
  const [, bare = '', rest = ''] = /^([^(]*)(.*)$/s.exec(name) ?? []
  return `${quoteIdent(schema)}.${quoteIdent(bare)}${rest}`
}
