import type { Diagnostic } from '../../core/diagnostics.ts'
import type { Statement } from '../../sqltext/statements/split.ts'
import type { StatementKind } from '../../sqltext/statements/statement-kind.ts'

/** A folder of migrations. The package's own come first. */
export interface MigrationSource {
  directory: string
  /** As shown to people. */
  label: string
  /** Files of the package see its schema only; the user's also see the rest of the session's search_path. */
  own: boolean
}

/** A migration as read from disk, not yet parsed: all that an up-to-date run needs. */
export interface MigrationFile {
  /** The file name without `.sql`: the key in the ledger. */
  version: string
  /** Path as shown to people. */
  file: string
  source: MigrationSource
  text: string
  /** `sha256:` and the digest of the normalised text. */
  checksum: string
}

export interface ParsedStatement extends Statement {
  kind: StatementKind
  line: number
  column: number
}

/** A migration ready to run. */
export interface ParsedMigration extends MigrationFile {
  noTransaction: boolean
  statements: readonly ParsedStatement[]
  /** Why it must not run; empty for a sound file. */
  faults: readonly Diagnostic[]
}
