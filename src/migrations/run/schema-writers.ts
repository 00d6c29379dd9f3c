import { permissionDenied } from '../../core/common-errors.ts'
import type { Db } from '../../db/db.ts'
import { schemaWriters, type SchemaWriter } from '../../db/writable-schema.ts'

/** Revokes CREATE on the schema from PUBLIC, and returns who can still create objects. Throws PERMISSION_DENIED for a role that cannot. */
export async function revokePublicCreate(db: Db, writers: readonly SchemaWriter[], runsFiles: string | undefined): Promise<SchemaWriter[]> {
  const everyone = writers.find(({ role }) => role === null)
  if (everyone === undefined) return [...writers]
  await db.run(everyone.revoke)
  const left = await schemaWriters(db, runsFiles)
  // a role that is not the owner gets a warning, and nothing changes
  if (!left.some(({ role }) => role === null)) return left
  throw permissionDenied({
    who: `role ${db.info.user}`,
    action: `revoke CREATE on the schema ${db.info.schema}`,
    reason: 'it does not own the schema',
    hint: `nothing was run; as the owner: ${everyone.revoke}`,
  })
}
