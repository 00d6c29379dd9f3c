import { SkillsError } from '../../core/errors.ts'
import type { Checksum } from '../../core/report-types.ts'
import type { Db } from '../../db/db.ts'
import { quoteLiteral } from '../../db/quote.ts'
import { readMigrations, type MigrationFile, type MigrationSource } from '../files/read-migrations.ts'
import { readHistory } from './history.ts'
import { ledgerName, readLedger, type LedgerRow } from './ledger.ts'
import { lockedTransaction, lockOf } from './lock.ts'
import { unknownVersion } from './plan.ts'
import type { Rename } from './renames.ts'
import { forgetUnfinishedSql, readUnfinished } from './unfinished.ts'

export interface RepairOptions {
  sources: readonly MigrationSource[]
  ledger: string
  version: string
  /** Delete the row, or the progress of an unfinished file, instead of recording the digest of the file. */
  forget: boolean
  /** The name under which the file was applied, when it was renamed and changed. */
  renamedFrom?: string | undefined
}

/** What a repair will do, or did. */
export interface RepairReport {
  version: string
  ledger: string
  /**
   * `record`: the row gets the digest of the file as it is now. `rename`: the row of another name gets this name, and the digest.
   * `forget`: the row is deleted, and its file, if it exists, is pending again. `forget-unfinished`: so is what a no-transaction file
   * completed before it was interrupted.
   */
  action: 'record' | 'rename' | 'forget' | 'forget-unfinished' | 'none'
  /** The name in the ledger before a rename. */
  renamedFrom: string | null
  from: Checksum | null
  to: Checksum | null
  done: boolean
}

/** Returns what a repair would do. Writes nothing. */
export async function planRepair(db: Db, options: RepairOptions): Promise<RepairReport> {
  const { ledger, forget } = options
  const version = options.version.normalize('NFC')
  const files = readMigrations(options.sources)
  const { plan } = await readHistory(db, files, ledger)
  const { rows } = plan
  const wanted = options.renamedFrom?.normalize('NFC') ?? version
  const row = rows.find((entry) => entry.version === wanted || entry.renamedFrom === wanted)
  const report = { version, ledger, renamedFrom: null, from: row?.checksum ?? null, to: null, done: false }
  const { from } = report
  if (row === undefined) {
    const unfinished = forget ? (await readUnfinished(db, ledgerName(db, ledger))).map((file) => file.version) : []
    if (unfinished.includes(version)) return { ...report, action: 'forget-unfinished' }
    throw unknownVersion(wanted, [...namesOf(rows), ...unfinished])
  }
  if (forget) return { ...report, version: row.renamedFrom ?? row.version, action: 'forget' }
  const file = files.find((entry) => entry.version === version)
  if (file === undefined) throw noFile(version, ledger, plan.renamed)
  if (wanted !== version) refuseRename(wanted, version, files, rows)
  const before = row.renamedFrom ?? row.version
  const to = file.checksum
  if (before !== version) return { ...report, action: 'rename', renamedFrom: before, to }
  return { ...report, action: from === to ? 'none' : 'record', to }
}

function namesOf(rows: readonly LedgerRow[]): string[] {
  return rows.flatMap(({ version, renamedFrom }) => (renamedFrom === undefined ? [version] : [version, renamedFrom]))
}

function noFile(version: string, ledger: string, renamed: readonly Rename[]): SkillsError {
  const now = renamed.find(({ from }) => from === version)
  return new SkillsError('VERSION_UNKNOWN', `${version} has a row in ${ledger} but no file`, {
    hint:
      now === undefined
        ? 'restore the file, name its folder with --dir, or delete the row with --forget'
        : `its file has the name ${now.to} now, which skills migrate takes over`,
  })
}

function refuseRename(from: string, to: string, files: readonly MigrationFile[], rows: readonly LedgerRow[]): void {
  const inTheWay = files.some(({ version }) => version === from)
    ? `the file ${from} still exists`
    : rows.some(({ version, renamedFrom }) => version === to && renamedFrom !== from)
      ? `${to} has a row of its own`
      : undefined
  if (inTheWay === undefined) return
  throw new SkillsError('USAGE', `${from} cannot be renamed to ${to} in the ledger: ${inTheWay}`, {
    hint: 'nothing changed; list files and rows with skills migrate status',
  })
}

/** Carries out a planned repair, under the migration lock. */
export async function repair(db: Db, plan: RepairReport, tool: string): Promise<RepairReport> {
  if (plan.action === 'none') return { ...plan, done: true }
  await lockedTransaction(db, lockOf(db, plan.ledger), async () => {
    const name = ledgerName(db, plan.ledger)
    if (plan.action === 'forget-unfinished') return db.exec(forgetUnfinishedSql(name, plan.version))
    const { rows } = await readLedger(db, plan.ledger)
    const row = rows.find(({ version }) => version === (plan.renamedFrom ?? plan.version))
    if (row === undefined) throw unknownVersion(plan.renamedFrom ?? plan.version, namesOf(rows))
    const where = `WHERE version = ${quoteLiteral(row.storedAs)}`
    const values = [
      ...(plan.action === 'rename' ? [`version = ${quoteLiteral(plan.version)}`] : []),
      `checksum = ${quoteLiteral(plan.to)}`,
      `tool = ${quoteLiteral(tool)}`,
    ]
    await db.exec(plan.action === 'forget' ? `DELETE FROM ${name} ${where}` : `UPDATE ${name} SET ${values.join(', ')} ${where}`)
  })
  return { ...plan, done: true }
}
