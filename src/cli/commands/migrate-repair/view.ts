import { printable } from '../../../core/text.ts'
import type { RepairReport } from '../../../migrations/ledger/repair.ts'
import type { Style } from '../../../render/style.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { databaseLine } from '../../output/database-view.ts'

/** What a repair is about to do, for the question and for the refusal. */
export function repairSentence({ version, ledger, action, from, to }: RepairReport, database: string): string {
  const where = `${printable(ledger)} of ${printable(database)}`
  if (action === 'forget') return `this drops the row ${printable(version)} from ${where}; its file, if there is one, will run again`
  return `this makes ${where} say that ${printable(version)} was applied as the file is now (${to ?? ''}), not ${from ?? 'without a digest'}; nothing is run`
}

export function repairView(report: RepairReport & { database: DatabaseReport }, style: Style): string[] {
  const { version, ledger, action, from, to } = report
  const text = {
    none: `${printable(version)} is recorded as the file is: nothing to do`,
    forget: `dropped ${printable(version)} from ${printable(ledger)} (digest ${from ?? 'none'})`,
    record: `recorded ${printable(version)}: ${to ?? ''} instead of ${from ?? 'no digest'}`,
  }[action]
  return [`${databaseLine(report.database, style)}: ${text}`]
}
