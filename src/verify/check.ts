import type { Requirement } from './requirements.ts'

/** A named query that returns a row per fault. */
export interface Check {
  /** Dotted, unique, never changed: the code of its faults. */
  id: string
  title: string
  severity: 'error' | 'warning' | 'info'
  /** What the user should do about a fault, unless the row says otherwise. */
  remedy: string
  /** What must hold for the check to be asked. */
  requires: readonly Requirement[]
  /** When it fails, the checks behind it would only fail for the same reason: they are skipped. */
  gate: boolean
  /** Which of the inputs is `$1` of the query. */
  input: CheckInput | undefined
  /** `rows`: it needs rows of its own. `sequences`: what it calls takes numbers from a sequence, which no rollback gives back. */
  writes: 'no' | 'rows' | 'sequences'
  /** As shown to people. */
  file: string
  /** 1-based line of the header. */
  line: number
  /** Statements that prepare the ground, run in order. */
  setup: readonly CheckStatement[]
  query: CheckStatement
}

export interface CheckStatement {
  text: string
  /** Of its first token in the file, both 1-based. */
  line: number
  column: number
}

/** Facts that a query cannot find out by itself; each is handed over as JSON. */
export type CheckInput = keyof typeof CHECK_INPUTS

/** The inputs, and what a check is told that asks for one. */
export const CHECK_INPUTS = {
  ledger: 'the migration files and the rows of the ledger',
  skills: 'the skills of the folder, as they should be registered',
  objects: 'the names of what the applied migration files make',
  drift: 'how the schema differs from what the applied migration files make',
  client: 'the clock of this machine',
  'app-role': 'the role given with --app-role, and what it needs',
} as const

export const SEVERITIES: readonly Check['severity'][] = ['error', 'warning', 'info']
export const WRITES: readonly Check['writes'][] = ['no', 'rows', 'sequences']
