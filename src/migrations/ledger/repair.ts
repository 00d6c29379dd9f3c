import { SkillsError } from '../../core/errors.ts'
import type { Checksum } from '../../core/report-types.ts'
import type { Db } from '../../db/db.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { readMigrations, type MigrationSource } from '../files/read-migrations.ts'
import { ledgerName, readLedger } from './ledger.ts'
import { lockedTransaction, lockOf } from './lock.ts'
import { unknownVersion } from './plan.ts'

export interface RepairOptions {
  sources: readonly MigrationSource[]
  ledger: string
  version: string
  /** Delete the row instead of recording the digest of the file. */
  forget: boolean
}

/** What a repair will do, or did. */
export interface RepairReport {
  version: string
  ledger: string
  /** `record`: the row gets the digest of the file as it is now. `forget`: the row is deleted, and its file, if it exists, is pending again. */
  action: 'record' | 'forget' | 'none'
  from: Checksum | null
  to: Checksum | null
  done: boolean
}

/** Returns what a repair would do. Writes nothing. */
export async function planRepair(db: Db, options: RepairOptions): Promise<RepairReport> {
  const { version, ledger, forget } = options
  const files = readMigrations(options.sources)
  const { rows } = await readLedger(db, ledger)
  const row = rows.find((entry) => entry.version === version)
  if (row === undefined)
    throw unknownVersion(
      version,
      rows.map((entry) => entry.version),
    )
  const from = row.checksum ?? null
  if (forget) return { version, ledger, action: 'forget', from, to: null, done: false }
  const file = files.find((entry) => entry.version === version)
  if (file === undefined) {
    throw new SkillsError('VERSION_UNKNOWN', `${version} has a row in ${ledger} but no file`, {
      hint: 'restore the file, name its folder with --dir, or delete the row with --forget',
    })
  }
  return { version, ledger, action: from === file.checksum ? 'none' : 'record', from, to: file.checksum, done: false }
}

/** Carries out a planned repair, under the migration lock. */
export async function repair(db: Db, plan: RepairReport, tool: string): Promise<RepairReport> {
  if (plan.action === 'none') return { ...plan, done: true }
  const name = ledgerName(db, plan.ledger)
  const version = quoteLiteral(plan.version)
  const sql =
    plan.action === 'forget'
      ? `DELETE FROM ${name} WHERE version = ${version}`
      : `UPDATE ${name} SET checksum = ${quoteLiteral(plan.to)}, tool = ${quoteLiteral(tool)} WHERE version = ${version}`
  await lockedTransaction(db, lockOf(db, plan.ledger), () => db.exec(sql))
  return { ...plan, done: true }
}
