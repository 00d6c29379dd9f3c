import type { Db } from '../../db/db.ts'

/** The channel on which whoever keeps the registry in memory hears which skills have changed. */
export const CHANNEL = 'skills_registry'

/**
 * Tells listeners (`LISTEN skills_registry`) the ids whose rows were inserted, changed or deleted, when the transaction
 * that the caller is in commits. The payload is JSON, `{"schema":"public","ids":["a","b"]}`; as one holds less than 8,000
 * bytes (PostgreSQL manual, NOTIFY), many ids come in several. One statement; none without ids.
 */
export async function notifyChanged(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const payloads = payloadsOf(db.info.schema, ids)
  await db.query(`SELECT pg_notify('${CHANNEL}', payload) FROM jsonb_array_elements_text($1::jsonb) payload`, [payloads])
}

const MAX_PAYLOAD = 7999

/** As many payloads as it takes; an id too long for any is told as a change of everything (`"ids":null`). */
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
