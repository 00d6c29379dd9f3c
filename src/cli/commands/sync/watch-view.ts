import type { Db } from '../../../db/db.ts'
import { isBehind } from '../../../registry/table/sync-report.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import type { Style } from '../../../render/style.ts'
import type { Io } from '../../output/io.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import { diagnosticView } from '../../output/error-view.ts'
import { syncView } from './view.ts'

/** The styles of the two streams. */
export interface Styles {
  out: Style
  err: Style
}

/** `14:03:59`, local time. */
export function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

/** Tells the syncs of a watch: the first in full, later ones when something changed, findings when they are others than before. */
export function createSyncTeller(io: Io, { out, err }: Styles): (db: Db, report: SyncReport) => void {
  let isFirst = true
  let before = ''
  return (db, report) => {
    const database = databaseReport(db.info)
    const findings = report.diagnostics.flatMap((one) => diagnosticView(one, undefined, err)).join('\n')
    if (isFirst) io.out(`${databaseLine(database, out)}\nwatching ${report.roots.join(', ')}; Ctrl-C ends it`)
    if (isFirst || isBehind(report) || findings !== before) io.out(`${out.dim(clock())} ${linesOf(report, database, out).join('\n')}`)
    if (findings !== before && findings !== '') io.err(findings)
    isFirst = false
    before = findings
  }
}

/** What `skills sync` shows, the summary first and without the database. */
function linesOf(report: SyncReport, database: ReturnType<typeof databaseReport>, style: Style): string[] {
  const lines = syncView({ ...report, operatorOverrides: [], database }, style)
  const summary = lines.at(-1) ?? ''
  return lines.length === 1 ? [summary.slice(databaseLine(database, style).length + 2)] : [summary, ...lines.slice(1, -1)]
}
