import type { DatabaseError } from '../../db/database-error.ts'
import type { Location } from '../../sqltext/locate/locate-types.ts'
import type { ParsedMigration, ParsedStatement } from '../files/migration-file.ts'

/** What is known of a failed file; `failure-text.ts` puts it into words. */
export interface FailureFacts {
  migration: ParsedMigration
  statement: ParsedStatement
  /** In the statement. */
  location: Location
  error: DatabaseError
  /** Set when all statements were done and what comes after them failed: the ledger row, the COMMIT. */
  atEnd?: 'ledger' | 'commit'
  /** `did you mean ...?` */
  suggestion?: string
  /** How many files this run has applied before. */
  appliedBefore?: number
}
