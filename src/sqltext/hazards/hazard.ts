import type { QualifiedName } from '../lexer/cursor.ts'

/**
 * One of the hazards that `skills migrate --dry-run` reports: all that is known of it but the words for one statement,
 * which its rule writes. A code never changes its meaning.
 */
export interface HazardType {
  code: string
  /** A short sentence, without a full stop. */
  title: string
  /** Which statements have it, as Markdown. */
  when: string
  /** The strongest lock it takes; a rule may give another one. */
  lock: LockLevel
  /** What is locked and for how long, as Markdown: `scan` is the time to read the table, `rewrite` the time to write it. */
  effect: string
  /** The data is written again, into new files as large as the old ones, or may be. */
  rewrite?: boolean
  /** What others cannot do; only where it does not follow from the lock. */
  blocks?: Blocks
  /** The rules of squawk that report the same. */
  squawk?: readonly string[]
  /** SQL that has the hazard. A test runs it. */
  example: string
}

/** One hazard of one statement: what it does to those who use the database. */
export interface Hazard {
  code: string
  /** The strongest lock that the statement takes on `table`, or on what the message names. */
  lock: LockLevel
  /** What others cannot do while the lock is held, which is until the transaction ends. */
  blocks: Blocks
  rewrite: boolean
  /** The locked table, or the view or index that ALTER names, with its schema where that is written. */
  table?: string
  /** What happens, one line. */
  message: string
  /** What to write instead, one line. */
  advice: string
  /** UTF-16 offset in the statement. */
  offset: number
}

/** What a rule adds to a hazard type. */
interface Occurrence extends Pick<Hazard, 'message' | 'advice' | 'offset'> {
  table?: QualifiedName | undefined
  lock?: LockLevel
}

/** A hazard of a type, found in a statement. */
export function hazard(type: HazardType, { table, lock = type.lock, message, advice, offset }: Occurrence): Hazard {
  return {
    code: type.code,
    lock,
    message: oneLine(message),
    advice: oneLine(advice),
    offset,
    blocks: type.blocks ?? blockedBy(lock),
    rewrite: type.rewrite === true,
    ...(table === undefined ? {} : { table: nameOf(table) }),
  }
}

/** A name as shown to people; `the table` when the statement names none. */
export function nameOf(name: QualifiedName | undefined): string {
  if (name === undefined) return 'the table'
  return name.schema === undefined ? name.name : `${name.schema}.${name.name}`
}

/** A quoted name can hold line breaks and control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ')
}

/** The table locks of PostgreSQL (manual, "Explicit Locking"); `NONE` for a hazard without a lock. */
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

/** Which ordinary statements wait for the lock. EXCLUSIVE blocks SELECT ... FOR UPDATE too, but no plain SELECT. */
export function blockedBy(lock: LockLevel): Blocks {
  if (lock === 'ACCESS EXCLUSIVE') return 'reads and writes'
  return lock === 'SHARE' || lock === 'SHARE ROW EXCLUSIVE' || lock === 'EXCLUSIVE' ? 'writes' : 'nothing'
}

/** The lock with this name, in any case. */
export function lockLevel(words: string): LockLevel | undefined {
  return LEVELS.find((level) => level === words.toUpperCase())
}

/** The strongest of the locks; `NONE` of none. */
export function strongest(locks: readonly LockLevel[]): LockLevel {
  const rank = (lock: LockLevel): number => (LEVELS as readonly string[]).indexOf(lock)
  return locks.reduce<LockLevel>((a, b) => (rank(b) > rank(a) ? b : a), 'NONE')
}
