import type { Db } from '../../db/db.ts'

/** The channel of the notifications about changed skills, for programs that keep the registry in memory. */
export const CHANNEL = 'skills_registry'

/**
 * Notifies listeners (`LISTEN skills_registry`) of the ids whose rows were inserted, changed or deleted, when the transaction
 * of the caller commits. The payload is JSON, `{"schema":"public","ids":["a","b"]}`. A payload has less than 8,000 bytes
 * (PostgreSQL manual, NOTIFY), so many ids need several notifications. One statement; none without ids.
 */
export async function notifyChanged(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const payloads = payloadsOf(db.info.schema, ids)
  await db.run(`SELECT pg_notify('${CHANNEL}', payload) FROM jsonb_array_elements_text($1::jsonb) payload`, [payloads])
}

const MAX_PAYLOAD = 7999

/** The payloads for some ids. If an id is too long for a payload, the only payload is `"ids":null`: everything may have changed. */
export function payloadsOf(schema: string, ids: readonly string[]): string[] {
  const frame = bytesOf(payload(schema, []))
  const groups: string[][] = []
  let length = Infinity
  for (const id of ids) {
    const own = bytesOf(JSON.stringify(id))
    if (frame + own > MAX_PAYLOAD) return [payload(schema, null)]
    length += own + 1
    if (length > MAX_PAYLOAD) {
      groups.push([])
      length = frame + own
    }
    groups.at(-1)?.push(id)
  }
  return groups.map((group) => payload(schema, group))
}

function payload(schema: string, ids: readonly string[] | null): string {
  return JSON.stringify({ schema, ids })
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}
