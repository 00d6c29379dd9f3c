import type { Diagnostic } from '../../../core/diagnostics.ts'
import type { Count } from '../../../core/report-types.ts'
import type { MigrateReport } from '../../../migrations/run/report.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import type { Style } from '../../../render/style.ts'
import type { StatsReport } from '../../../stats/report.ts'
import type { VerifyReport } from '../../../verify/report.ts'
import type { DatabaseReport } from '../../output/database-view.ts'
import { migrateView } from '../migrate/view.ts'
import { statsView } from '../stats/view.ts'
import { syncView } from '../sync/view.ts'
import { verifyView } from '../verify/view.ts'

export interface QuickstartReport {
  database: DatabaseReport
  migrate: MigrateReport
  sync: SyncReport
  /** Events written; 0 when there were events already. */
  sampleEvents: Count
  verify: VerifyReport
  stats: StatsReport
  /** The folder that was synced. */
  skills: string
  /** Options for the next commands to use the same database: ` --embedded DIR`, or nothing. */
  flags: string
  diagnostics: Diagnostic[]
}

/** Each command with its output, and the next commands to try. */
export function quickstartView(report: QuickstartReport, style: Style, width: number): string[] {
  const { database, flags } = report
  const step = (command: string, what: string, lines: readonly string[]): string[] => [
    `${style.cyan(`$ skills ${command}${flags}`)}  ${style.dim(`# ${what}`)}`,
    ...lines,
    '',
  ]
  const events =
    report.sampleEvents === 0 ? 'no sample events: the database has events' : `${report.sampleEvents} sample events (skills demo-data)`
  return [
    ...step('migrate', 'creates the schema', migrateView({ ...report.migrate, database }, style, false)),
    ...step('sync', 'writes the skills to the registry', syncView({ ...report.sync, database }, style)),
    style.dim(`# ${events}`),
    '',
    ...step('verify', 'checks the database against migrations and skills', verifyView({ ...report.verify, database }, style, width)),
    ...step('stats', 'shows uses and outcomes', statsView({ ...report.stats, database }, style, width)),
    style.bold('Next'),
    ...aligned([
      [`npx skills stats --cooccurrence${flags}`, 'skills that succeed together'],
      [`npx skills sync${report.skills === 'skills' ? '' : ` ${report.skills}`}${flags}`, 'after you edit a SKILL.md'],
      ['DATABASE_URL=postgres://... npx skills migrate', 'the same on your server'],
    ]),
  ]
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([command]) => command.length))
  return rows.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)
}
