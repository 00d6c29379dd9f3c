import type { Check } from './check.ts'
import type { Count, FolderNote, Position } from '../core/report-types.ts'

/** The report of `skills verify`. */
export interface VerifyReport {
  ok: boolean
  passed: Count
  failed: Count
  warnings: Count
  /** Checks of severity info that returned rows. */
  notes: Count
  /** Checks that could not run; those that do not apply to the database are not counted. */
  skipped: Count
  checks: CheckResult[]
  /** Objects of the migrations that were not compared with the database. */
  notJudged: NotJudged[]
  /** Folders of migrations of which something is not read. */
  folderNotes: FolderNote[]
}

export interface NotJudged {
  /** `table notes`, `column notes.tag`, `privileges on function f(int)`. */
  object: string
  /** The statement that did not run, or why none did. */
  because: string
}

export interface CheckResult {
  /** Stable: the code of the faults. */
  id: string
  title: string
  severity: Check['severity']
  /** With faults it is `failed`, `warning` or `note`, depending on the severity. */
  status: 'passed' | 'failed' | 'warning' | 'note' | 'skipped'
  /** Why it was skipped; for another status, what it left out. */
  reason?: string
  /** False for a skipped check that does not apply to the database: `--strict` ignores it. */
  applies?: false
  /** File of the check. */
  file: string
  line: Position
  faults: Fault[]
}

export interface Fault {
  /** Such as `index idx_skill_usage_user_time`. */
  object: string
  expected: string
  actual: string
  /** What to do: `sql`, or words where no statement corrects the fault safely. */
  remedy: string
  /** Statements that correct the fault when they run as printed, in this order. Every name has its schema. */
  sql?: string
  /** The statements lose rows, an object or a privilege. */
  destructive?: true
}
