import { readFileSync } from 'node:fs'
import { catalogQuery, foreignQuery, manifestFile } from '../config/package-files.ts'
import { DEFAULT_LEDGER } from '../config/settings.ts'
import { SkillsError } from '../core/errors.ts'
import { ledgerTables } from '../core/ledger-name.ts'
import { onlyRow } from '../db/columns.ts'
import type { Db } from '../db/db.ts'
import { isInOwnSchema } from '../migrations/ledger/ledger.ts'
import type { ForeignCodeOptions, ForeignCodeReading } from '../verify/schema/foreign-code.ts'
import type { SchemaManifest } from '../verify/schema/manifest.ts'

const examined = new WeakMap<Db, Promise<ForeignCodeReading>>()

/**
 * Before a command reads or writes a table as a superuser: a trigger, a default or a view of the owner of the schema would run with the
 * privileges of a superuser. Throws FOREIGN_CODE when there is one that no migration of the package creates. Looks once for each connection.
 */
export async function refuseForeignCode(db: Db, ledger: string = DEFAULT_LEDGER): Promise<void> {
  const { code } = await foreignCodeFor(db, ledger)
  if (code.length === 0) return
  const { describeForeign } = await loadComparison()
  const owners = [...new Set(code.map(({ owner }) => owner))]
  throw new SkillsError(
    'FOREIGN_CODE',
    `${db.info.user} is a superuser, and would run the code of another role in the schema ${db.info.schema}: ${describeForeign(code)}`,
    {
      hint: `connect as ${owners.join(' or ')}, or as a role without the privileges of a superuser; \`skills verify\` shows the differences`,
    },
  )
}

/** What a superuser must not run, and who could have written it; nothing for a role that is not one. */
export function foreignCodeFor(db: Db, ledger: string = DEFAULT_LEDGER): Promise<ForeignCodeReading> {
  if (!db.info.superuser || db.info.kind === 'embedded' || (!db.info.schemaExists && isInOwnSchema(ledger)))
    return Promise.resolve({ roles: [], code: [] })
  const found = examined.get(db) ?? compare(db, ledger)
  examined.set(db, found)
  return found
}

/**
 * Whether a role without the privileges of a superuser owns this database or anything in it: without such a role there is
 * nothing to compare, and nothing of the comparison is loaded. pg_shdepend has an entry for every owner but the first superuser.
 * All names are qualified, because it can be an early statement.
 */
export const OTHERS_OWN = `
  SELECT EXISTS (
    SELECT FROM pg_catalog.pg_database b
    JOIN pg_catalog.pg_shdepend d ON d.dbid OPERATOR(pg_catalog.=) b.oid
      OR d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_database'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) b.oid
    JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) d.refobjid
    WHERE b.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
      AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'o'
      AND NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) session_user
  ) AS found`

async function compare(db: Db, ledger: string): Promise<ForeignCodeReading> {
  const { found } = onlyRow(await db.run(OTHERS_OWN, [], { found: 'boolean' }))
  if (!found) return { roles: [], code: [] }
  const { findForeignCode } = await loadComparison()
  return findForeignCode(db, foreignCodeOptions(ledger, db.info.schema))
}

/** Loaded only when there is something to compare: the commands must start fast. */
function loadComparison(): Promise<typeof import('../verify/schema/foreign-code.ts')> {
  return import('../verify/schema/foreign-code.ts')
}

/** `schema` is that of all objects. */
export function foreignCodeOptions(ledger: string, schema: string): ForeignCodeOptions {
  const own = ledgerTables(ledger, schema)
  const isElsewhere = own.schema !== schema
  return {
    manifest: schemaManifest(),
    toolTables: new Set(isElsewhere ? [] : own.tables),
    ledgerElsewhere: isElsewhere ? own : undefined,
    catalogQuery: catalogQuery(),
    foreignQuery: foreignQuery(),
  }
}

/** The manifest that the build made. */
function schemaManifest(): SchemaManifest {
  return JSON.parse(readFileSync(manifestFile(), 'utf8')) as SchemaManifest
}
