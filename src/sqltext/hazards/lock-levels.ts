/** The table locks of PostgreSQL (manual, "Explicit Locking"); `NONE` for what fails or breaks without any. */
export type LockLevel = 'NONE' | (typeof LEVELS)[number]

export type Blocks = 'reads and writes' | 'writes' | 'nothing'

/** Weakest first. */
const LEVELS = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const

/** Which ordinary statements wait for a table locked so. EXCLUSIVE makes SELECT ... FOR UPDATE wait too, but no plain SELECT. */
export function blockedBy(lock: LockLevel): Blocks {
  if (lock === 'ACCESS EXCLUSIVE') return 'reads and writes'
  return lock === 'SHARE' || lock === 'SHARE ROW EXCLUSIVE' || lock === 'EXCLUSIVE' ? 'writes' : 'nothing'
}

export function strongest(locks: readonly LockLevel[]): LockLevel {
  return LEVELS.findLast((level) => locks.includes(level)) ?? 'NONE'
}

/** The lock of that name, in any case. */
export function lockLevel(words: string): LockLevel | undefined {
  return LEVELS.find((level) => level === words.toUpperCase())
}
