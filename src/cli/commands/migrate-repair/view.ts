import { printable } from '../../../core/text.ts'
import type { RepairReport } from '../../../migrations/ledger/repair.ts'
import type { Style } from '../../../render/style.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { databaseLine } from '../../output/database-view.ts'

/** What a repair will do, for the question and for the refusal. */
export function repairSentence({ version, ledger, action, from, to }: RepairReport, database: string): string {
  const where = `${printable(ledger)} of ${printable(database)}`
  if (action === 'forget') return `this deletes the row ${printable(version)} from ${where}; its file, if it exists, becomes pending`
  return `this replaces the digest of ${printable(version)} in ${where} by that of the file (${to ?? ''}, before ${from ?? 'none'}); no SQL of the file runs`
}

export function repairView(report: RepairReport & { database: DatabaseReport }, style: Style): string[] {
  const { version, ledger, action, from, to } = report
  const text = {
    none: `nothing to do: the digest of ${printable(version)} matches the file`,
    forget: `deleted ${printable(version)} from ${printable(ledger)} (digest ${from ?? 'none'})`,
    record: `recorded ${printable(version)}: digest ${to ?? ''}, before ${from ?? 'none'}`,
  }[action]
  return [`${databaseLine(report.database, style)}: ${text}`]
}
