import { fault, type VerifyFault } from './fault.ts'

export const LEDGER_FAULTS: readonly VerifyFault[] = [
  fault(
    'another digest',
    "UPDATE schema_migrations SET checksum = 'sha256:0' WHERE version LIKE '%indexes'",
    '20251220_skill_system_rls_indexes',
  ),
  fault('no digest', "UPDATE schema_migrations SET checksum = NULL WHERE version LIKE '%indexes'", '20251220_skill_system_rls_indexes'),
  fault('a row gone', "DELETE FROM schema_migrations WHERE version LIKE '%create%'", '20251220_create_skill_system'),
  fault(
    'another version',
    "UPDATE schema_migrations SET version = 'x' WHERE version LIKE '%indexes'",
    'migration 20251220_skill_system_rls_indexes',
    { check: 'ledger.renamed', warns: true },
  ),
  fault(
    'a row of a file that is gone',
    "INSERT INTO schema_migrations (version, checksum, tool) VALUES ('20260101_gone', 'sha256:1', 'skills 0.1.0')",
    '20260101_gone',
  ),
  fault('no key', 'ALTER TABLE schema_migrations DROP CONSTRAINT schema_migrations_pkey', 'table schema_migrations'),
  fault(
    'a file that was interrupted',
    "CREATE TABLE schema_migrations_progress (version text, statement text); INSERT INTO schema_migrations_progress VALUES ('20260101_big', 'a')",
    '20260101_big',
  ),
]
