/**
 * The bounds of events, feedback and unlocks. The database has the same ones, in the functions and in
 * sql/migrations/20261123_skill_bounds.sql; test/db/bounds.test.ts compares.
 */
export const BOUNDS = {
  /** Bytes of an ID, a version, a tier, a session, a hash or an error type, at least 1. */
  name: 256,
  /** Bytes of the reason of an unlock. */
  reason: 2_000,
  /** Number of tags, and bytes of each. */
  tags: 32,
  tag: 64,
  /** Bytes of a state snapshot, or of artifacts, as text. */
  json: 262_144,
  /** Tokens of a use. */
  tokens: 1_000_000_000_000,
  /** US dollars. */
  cost: 1_000_000_000,
  /** Milliseconds. */
  latency: 2_147_483_647,
  /** The time of an event or of feedback, in milliseconds since 1970: from here to this long after now. */
  earliest: Date.UTC(2000),
  future: 86_400_000,
} as const
