import { bareName } from '../../core/privileges.ts'
import { withoutSchemas, type CatalogObject } from '../../db/catalog.ts'
import { diffCatalogs } from '../../db/catalog-diff.ts'
import type { Db } from '../../db/db.ts'
import { withSchema } from '../../db/own-statement.ts'
import { queryAside } from '../../db/query-aside.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { runStatements } from '../../db/scratch-schema.ts'
import { renameSchema } from '../../sqltext/statements/rename-schema.ts'
import type { ForeignCode } from './foreign-code.ts'
import { objectKey } from './manifest.ts'

export interface CodeCopy {
  /** The real schema. */
  from: string
  /** The scratch schema. */
  to: string
  /** Names of the objects in them. */
  names: ReadonlySet<string>
  expected: readonly CatalogObject[]
  actual: readonly CatalogObject[]
  /** Code of other roles: it is removed from the scratch schema, and not copied. */
  foreign: readonly ForeignCode[]
}

/**
 * Replaces functions and views of the scratch schema with those of the real schema where they differ, so that the checks test the
 * code of the database. What cannot be copied is left out.
 */
export async function copyCode(db: Db, { from, to, names, expected, actual, foreign }: CodeCopy): Promise<void> {
  const isForeign = new Set(foreign.map(objectKey))
  const owners = new Map(actual.filter((object) => object.kind === 'owner').map((object) => [object.name, object.definition]))
  const wantedNames = new Set(expected.filter(({ kind }) => kind === 'function').map(({ name }) => bareName(name)))
  // a second function of the same name can receive the calls of the first
  const differing = diffCatalogs(expected.filter(isCode), actual.filter(isCode)).filter(
    ({ kind, name, expected: object }) => object !== undefined || (kind === 'function' && wantedNames.has(bareName(name))),
  )
  if (differing.length === 0) return
  const bareNames = differing.map(({ name }) => bareName(name))
  const [wanted, found] = [await readCode(db, to, bareNames), await readCode(db, from, bareNames)]
  const statements = differing.flatMap((object) => {
    const key = objectKey(object)
    const code = found.get(key)
    // since the reading, another role can have put its own object in the place of this one
    const isSame = code?.owner === owners.get(`${object.kind === 'view' ? 'table' : object.kind} ${object.name}`)
    const isCopied = code !== undefined && isSame && !isForeign.has(key)
    return [wanted.get(key)?.drop ?? '', isCopied ? renamed(code.create, from, to, names) : '']
  })
  // what the server refuses is left out: the check that needs it reports that it is missing
  await runStatements(
    db,
    statements.filter((statement) => statement !== ''),
  )
}

function isCode({ kind }: CatalogObject): boolean {
  return kind === 'function' || kind === 'view'
}

interface Code {
  /** As a regrole. */
  owner: string
  drop: string
  create: string
}

const CODE_QUERY = `
  SELECT 'function' AS kind, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' AS name, p.proowner::regrole::text AS owner,
    'DROP FUNCTION ' || p.oid::regprocedure::text || ' CASCADE' AS drop, pg_catalog.pg_get_functiondef(p.oid) AS create
  FROM pg_catalog.pg_proc p
  WHERE p.pronamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = :'schema')
    AND p.prokind = 'f' AND p.proname::text IN (SELECT pg_catalog.json_array_elements_text($1::json))
  UNION ALL
  SELECT 'view', c.relname::text, c.relowner::regrole::text, 'DROP VIEW ' || c.oid::regclass::text || ' CASCADE',
    'CREATE VIEW ' || c.oid::regclass::text || ' AS ' || pg_catalog.pg_get_viewdef(c.oid)
  FROM pg_catalog.pg_class c
  WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = :'schema')
    AND c.relkind = 'v' AND c.relname::text IN (SELECT pg_catalog.json_array_elements_text($1::json))`

const CODE = { kind: 'text', name: 'text', owner: 'text', drop: 'text', create: 'text' } as const

/** The functions and views of these names, with the name that the catalog reading gives them. */
async function readCode(db: Db, schema: string, names: readonly string[]): Promise<Map<string, Code>> {
  const rows = await queryAside(db, withSchema(CODE_QUERY, schema), [names], CODE)
  return new Map(rows.map(({ kind, name, ...code }) => [objectKey(withoutSchemas({ kind, name, definition: '' }, [schema])), code]))
}

/** The code with the scratch schema in place of the real one. */
function renamed(code: string, from: string, to: string, names: ReadonlySet<string>): string {
  return renameSchema(code, from, to, names).replace(/^ SET search_path TO .*$/m, (line) =>
    line.replaceAll(quoteLiteral(from), () => quoteLiteral(to)),
  )
}
