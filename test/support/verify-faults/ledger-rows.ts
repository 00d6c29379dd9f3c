import { OWN_MIGRATIONS } from '../own-migrations.ts'
import { fault, type VerifyFault } from './fault.ts'

/** Each row of the ledger: deleted, with another digest, renamed. */
export const LEDGER_ROW_FAULTS: readonly VerifyFault[] = OWN_MIGRATIONS.flatMap((version) => [
  fault(`no row of ${version}`, `DELETE FROM schema_migrations WHERE version = '${version}'`, version),
  fault(`another digest of ${version}`, `UPDATE schema_migrations SET checksum = 'sha256:1' WHERE version = '${version}'`, version),
])
