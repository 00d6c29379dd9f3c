import type { Db } from './db.ts'
import { quoteIdent } from './quote.ts'

/** A grantee that can create objects in the schema, besides its owner, superusers and the role of the connection. */
export interface SchemaWriter {
  /** null: PUBLIC, which is every role. */
  role: string | null
  /** The statement that revokes the privilege; the owner of the schema can run it. */
  revoke: string
}

const WRITERS = `
  SELECT r.rolname AS role
    FROM pg_namespace n, aclexplode(n.nspacl) AS acl LEFT JOIN pg_roles r ON r.oid = acl.grantee
   WHERE n.nspname = :'schema' AND acl.privilege_type = 'CREATE' AND acl.grantee <> n.nspowner
     AND (acl.grantee = 0 OR NOT r.rolsuper AND r.rolname <> current_user AND r.rolname IS DISTINCT FROM $1)
   GROUP BY r.rolname ORDER BY r.rolname NULLS FIRST`

/**
 * Who can create objects in the schema of the connection: such a role can put a function in the place of one that our functions,
 * or the migrations of the user, call. PUBLIC comes first. None for a schema that does not exist. `runsFiles` is the role of the migrations,
 * and could put the same into a file.
 */
export async function schemaWriters(db: Db, runsFiles?: string): Promise<SchemaWriter[]> {
  const rows = await db.run(WRITERS, [runsFiles ?? null], { role: 'text?' })
  const schema = quoteIdent(db.info.schema)
  return rows.map(({ role }) => ({
    role,
    revoke: `REVOKE CREATE ON SCHEMA ${schema} FROM ${role === null ? 'PUBLIC' : quoteIdent(role)}`,
  }))
}
