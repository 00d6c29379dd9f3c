/** Where it is told that events were committed, for `skills stats --tail`. The payload is empty: who listens looks for himself. */
export const USAGE_CHANNEL = 'skill_usage'

/** NOTIFY takes a lock of the whole cluster for the moment of its commit, so a process tells no more often. */
const LEAST_MS = 200

let toldAt = -Infinity

/** The statement that tells of a batch, unless it was told of another one just now. */
export function usageNotice(): string[] {
  const now = performance.now()
  if (now < toldAt + LEAST_MS) return []
  toldAt = now
  return [`NOTIFY ${USAGE_CHANNEL}`]
}
