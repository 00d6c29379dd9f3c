import type { Db } from '../../../db/db.ts'
import { isOutOfDate } from '../../../api/sync.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import type { Style } from '../../../render/style.ts'
import { clock } from '../../output/io.ts'
import type { Io } from '../../output/io.ts'
import { databaseLine, databaseReport } from '../../output/database-view.ts'
import { diagnosticView } from '../../output/error-view.ts'
import { syncView } from './view.ts'

/** The styles of the two streams. */
export interface Styles {
  out: Style
  err: Style
}

/** Prints the syncs of a watch: the first, later ones with changes, and diagnostics when they differ from the last ones. */
export function createSyncPrinter(io: Io, { out, err }: Styles): (db: Db, report: SyncReport) => void {
  let isFirst = true
  let before = ''
  return (db, report) => {
    const database = databaseReport(db.info)
    const diagnostics = report.diagnostics.flatMap((one) => diagnosticView(one, undefined, err)).join('\n')
    if (isFirst) io.out(`${databaseLine(database, out)}\nwatching ${report.roots.join(', ')}; press Ctrl-C to stop`)
    if (isFirst || isOutOfDate(report) || diagnostics !== before) io.out(`${out.dim(clock())} ${linesOf(report, database, out).join('\n')}`)
    if (diagnostics !== before && diagnostics !== '') io.err(diagnostics)
    isFirst = false
    before = diagnostics
  }
}

/** The lines of `skills sync`, with the summary first and without the database. */
function linesOf(report: SyncReport, database: ReturnType<typeof databaseReport>, style: Style): string[] {
  const lines = syncView({ ...report, operatorOverrides: [], database }, style)
  const summary = lines.at(-1) ?? ''
  return lines.length === 1 ? [summary.slice(databaseLine(database, style).length + 2)] : [summary, ...lines.slice(1, -1)]
}
