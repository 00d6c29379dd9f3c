import type { Db } from '../db/db.ts'

/** Where it is told that events were committed, for `skills stats --tail`. The payload is empty: who listens looks for himself. */
export const USAGE_CHANNEL = 'skill_usage'

/** NOTIFY takes a lock of the whole cluster for the moment of its commit, so a session tells no more often. */
const LEAST_MS = 200

const toldAt = new WeakMap<Db, number>()

/** The statement that tells of a batch, unless this session told of another one just now. */
export function usageNotice(db: Db): string[] {
  const now = performance.now()
  if (now < (toldAt.get(db) ?? -Infinity) + LEAST_MS) return []
  toldAt.set(db, now)
  return [`NOTIFY ${USAGE_CHANNEL}`]
}
