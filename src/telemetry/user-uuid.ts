import { createHash } from 'node:crypto'
import { isUuid } from './input-checks.ts'

/** How a user is named in the input: by a UUID, or by any text, of which a UUID version 5 is made. */
export type UserIdForm = 'uuid' | 'uuid5'

/**
 * The namespace of user IDs: the UUID version 5 of `users.skills-registry` in the namespace of DNS names (RFC 9562). Do not change it:
 * the IDs of all users would change.
 */
export const USER_NAMESPACE = '4d0c5f08-d3e5-5dd9-81ee-f6891e51c240'

/** The ID of a user in the database. A UUID is the user's ID in both forms. */
export function userIdOf(user: string, form: UserIdForm): string {
  return form === 'uuid' || isUuid(user) || user === '' ? user : uuid5(USER_NAMESPACE, user)
}

/** A UUID version 5 (RFC 9562): from the SHA-1 of a namespace and a name. */
function uuid5(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16)
  return withVersion(bytes, 0x50)
}

/** A UUID of 16 bytes whose bits of version and variant are set. */
export function withVersion(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | version, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
