import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import { ledgerName, progressName, readLedger } from './ledger.ts'
import type { MigrationFile } from '../files/migration-file.ts'
import { parseMigration } from '../files/parse-migration.ts'
import { planMigrations } from './plan.ts'

/** Files and ledger as plain facts, for checks that compare the two. Safe to print as JSON. */
export interface LedgerFacts {
  ledger: string
  files: { version: string; file: string; checksum: string; outOfOrder: boolean }[]
  /** `missing`: written by this tool, and there is no file of that name. */
  rows: { version: string; checksum: string | null; tool: string | null; missing: boolean }[]
  /** No-transaction files that were begun and have no row yet. */
  interrupted: { version: string; done: number; statements: number | null }[]
}

/** Compares files and ledger, and says which files count as applied. Writes nothing, also where there is no ledger yet. */
export async function readLedgerFacts(
  db: Db,
  files: readonly MigrationFile[],
  ledger: string,
): Promise<{ facts: LedgerFacts; applied: MigrationFile[] }> {
  const { state, rows } = await readLedger(db, ledger)
  const plan = planMigrations(files, rows)
  const missing = new Set(plan.missing.map(({ version }) => version))
  return {
    facts: {
      ledger,
      files: plan.migrations.map(({ file: { version, file, checksum }, outOfOrder }) => ({ version, file, checksum, outOfOrder })),
      rows: rows.map(({ version, checksum, tool }) => ({
        version,
        checksum: checksum ?? null,
        tool: tool ?? null,
        missing: missing.has(version),
      })),
      interrupted: state === 'absent' ? [] : await readInterrupted(db, files, ledger),
    },
    applied: plan.migrations.filter(({ row }) => row !== undefined).map(({ file }) => file),
  }
}

async function readInterrupted(db: Db, files: readonly MigrationFile[], ledger: string): Promise<LedgerFacts['interrupted']> {
  const name = progressName(ledgerName(db, ledger))
  const [present] = await db.query<{ found: boolean }>(`SELECT to_regclass(${quoteLiteral(name)}) IS NOT NULL AS found`)
  if (present?.found !== true) return []
  try {
    const rows = await db.query<{ version: string; done: number }>(
      `SELECT version, count(*)::int AS done FROM ${name} GROUP BY 1 ORDER BY 1`,
    )
    return rows.map(({ version, done }) => {
      const file = files.find((candidate) => candidate.version === version)
      return { version, done, statements: file === undefined ? null : parseMigration(file).statements.length }
    })
  } catch (error) {
    // its owner alone may read it; the file is pending all the same, which is told
    if (error instanceof DatabaseError && error.code === SQLSTATE.insufficientPrivilege) return []
    throw error
  }
}
