import type { Db } from './db.ts'
import { quoteIdent } from './quote.ts'

/** A grantee that can create objects in the schema, besides its owner, superusers and the role of the connection. */
export interface SchemaWriter {
  /** null: PUBLIC, which is every role. */
  role: string | null
  /** The statement that revokes the privilege; the owner of the schema can run it. */
  revoke: string
}

/** All names are qualified, because it can be an early statement. */
export const SCHEMA_WRITERS = `
  SELECT r.rolname AS role
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) AS acl
         LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) acl.grantee
   WHERE n.nspname OPERATOR(pg_catalog.=) :'schema' AND acl.privilege_type OPERATOR(pg_catalog.=) 'CREATE'
     AND acl.grantee OPERATOR(pg_catalog.<>) n.nspowner
     AND (acl.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) current_user)
   GROUP BY r.rolname ORDER BY r.rolname NULLS FIRST`

/**
 * Who can create objects in the schema of the connection: such a role can put a function in the place of one that our functions,
 * or the migrations of the user, call. PUBLIC comes first. None for a schema that does not exist. `runsFiles` is the role of the migrations,
 * and could put the same into a file.
 */
export async function schemaWriters(db: Db, runsFiles?: string): Promise<SchemaWriter[]> {
  const rows = await db.run(SCHEMA_WRITERS, [], { role: 'text?' })
  const schema = quoteIdent(db.info.schema)
  const others = rows.filter(({ role }) => role === null || role !== runsFiles)
  return others.map(({ role }) => ({
    role,
    revoke: `REVOKE CREATE ON SCHEMA ${schema} FROM ${role === null ? 'PUBLIC' : quoteIdent(role)}`,
  }))
}
