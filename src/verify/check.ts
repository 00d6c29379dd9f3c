/** A named query that returns a row per fault. */
export interface Check {
  /** Dotted, unique: `tables.columns`. */
  id: string
  title: string
  severity: 'error' | 'warning' | 'info'
  /** What the user should do about a fault, unless the row says otherwise. */
  remedy: string
  /** When it fails, the checks behind it would only fail for the same reason: they are skipped. */
  gate: boolean
  /** Which of the inputs is `$1` of the query. */
  input: CheckInput | undefined
  file: string
  /** 1-based line of the header. */
  line: number
  /** Statements that prepare the ground, run in order. */
  setup: readonly string[]
  query: string
}

/** Facts that are not in the database: the migration files with the ledger's rows, and the skills folder. */
export type CheckInput = 'ledger' | 'skills'

export const CHECK_INPUTS: readonly CheckInput[] = ['ledger', 'skills']
export const SEVERITIES: readonly Check['severity'][] = ['error', 'warning', 'info']
