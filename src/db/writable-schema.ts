import type { Db, Row } from './db.ts'
import { quoteIdent } from './quote.ts'

/** A grantee that can create objects in the schema, besides its owner, superusers and the role of the connection. */
export type SchemaWriter = { public: true } | { public: false; role: string }

const WRITERS = `
  SELECT acl.grantee = 0 AS public, r.rolname AS role
    FROM pg_namespace n, aclexplode(n.nspacl) AS acl LEFT JOIN pg_roles r ON r.oid = acl.grantee
   WHERE n.nspname = :'schema' AND acl.privilege_type = 'CREATE' AND acl.grantee <> n.nspowner
     AND (acl.grantee = 0 OR NOT r.rolsuper AND r.rolname <> current_user)
   ORDER BY acl.grantee = 0 DESC, r.rolname`

/**
 * Who can create objects in the schema of the connection: such a role can put a function in the place of one that our functions,
 * or the migrations of the user, call. PUBLIC comes first. None for a schema that does not exist.
 */
export async function schemaWriters(db: Db): Promise<SchemaWriter[]> {
  const rows = await db.run<Row & { public: boolean; role: string }>(WRITERS)
  return rows.map((row) => (row.public ? { public: true } : { public: false, role: row.role }))
}

/** The statement that takes the privilege away. */
export function revokeCreateSql(schema: string, writer: SchemaWriter): string {
  return `REVOKE CREATE ON SCHEMA ${quoteIdent(schema)} FROM ${writer.public ? 'PUBLIC' : quoteIdent(writer.role)}`
}
