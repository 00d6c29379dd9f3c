import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../../src/db/db.ts'

/** The folder of the two migrations of the older system, as its audit shows them. */
export const OLDER_FOLDER: string = path.resolve(import.meta.dirname, '../db/older-system')

export const OLDER_VERSIONS = ['20251220_create_skill_system', '20251220_skill_system_rls_indexes'] as const

/** The text of a migration of the older system. */
export function olderFile(version: (typeof OLDER_VERSIONS)[number]): string {
  return readFileSync(path.join(OLDER_FOLDER, `${version}.sql`), 'utf8')
}

/** Applies both files as psql does, without a ledger. */
export async function applyOlderFiles(db: Db): Promise<void> {
  for (const version of OLDER_VERSIONS) await db.exec(olderFile(version))
}

/** The ledger of the older system, with rows for the versions. */
export async function writeOlderLedger(
  db: Db,
  versions: readonly string[],
  columns = 'version text primary key, applied_at timestamptz not null default now()',
): Promise<void> {
  const rows = versions.map((version) => `('${version}', '2025-12-20')`).join(', ')
  await db.exec(`CREATE TABLE schema_migrations (${columns}); INSERT INTO schema_migrations VALUES ${rows}`)
}

/** Rows that the constraints of the package refuse. */
export const ROWS_OUTSIDE_BOUNDS = `
  INSERT INTO skills_registry (skill_id, version, trust_level) VALUES ('old', '1.0.0', 9);
  INSERT INTO skill_usage_events (user_id, session_id, skill_id, version, outcome, latency_ms, created_at) VALUES
    ('00000000-0000-4000-8000-000000000001', 's', 'old', '1.0.0', 'partial', 10, '2025-12-24'),
    ('00000000-0000-4000-8000-000000000001', 's', 'old', '1.0.0', 'partial', 10, '2025-12-25'),
    ('00000000-0000-4000-8000-000000000001', 's', 'old', '1.0.0', 'success', -1, '2025-12-26');
  INSERT INTO skill_feedback (user_id, skill_id, version, rating) VALUES ('00000000-0000-4000-8000-000000000001', 'old', '1.0.0', 9)`
