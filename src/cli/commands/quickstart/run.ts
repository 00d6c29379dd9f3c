import { existsSync } from 'node:fs'
import path from 'node:path'
import { demoData, hasEvents } from '../../../api/demo-data.ts'
import { migrate } from '../../../api/migrate.ts'
import { openDatabase } from '../../../api/open-database.ts'
import { stats } from '../../../api/stats.ts'
import { sync } from '../../../api/sync.ts'
import { verify } from '../../../api/verify.ts'
import { DEFAULT_EMBEDDED } from '../../../config/database-choice.ts'
import { embeddedTarget } from '../../../config/embedded-target.ts'
import { packageRoot } from '../../../config/package-files.ts'
import { EXIT, type ExitCode } from '../../../core/errors.ts'
import type { Db } from '../../../db/db.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { databaseReport } from '../../output/database-view.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { quickstartView, type QuickstartReport } from './view.ts'

export type Report = QuickstartReport

const SAMPLE_EVENTS = 600

/** Runs each command once on an embedded database, whatever database is configured. */
export const execute = executor(spec, async (context, flags): Promise<CommandResult<Report>> => {
  const directory = flags.embedded ?? DEFAULT_EMBEDDED
  context.progress.update('starting the embedded database')
  const db = await openDatabase(embeddedTarget(directory))
  try {
    return await run(context, db, directory)
  } finally {
    context.progress.stop()
    await db.close()
  }
})

async function run(context: Context, db: Db, directory: string): Promise<CommandResult<Report>> {
  const { cwd, progress } = context
  const skills = existsSync(path.join(cwd, 'skills')) ? 'skills' : path.relative(cwd, path.join(packageRoot(), 'skills'))
  progress.update('skills migrate')
  const migrated = await migrate(db)
  if (migrated.error !== undefined) return { report: null, error: migrated.error }
  progress.update('skills sync')
  const synced = await sync(db, { skills: [skills], cwd })
  progress.update('sample events')
  const events = (await hasEvents(db)) ? 0 : (await demoData(db, { events: SAMPLE_EVENTS, days: 30 })).events
  progress.update('skills verify')
  const verified = await verify(db, { skills: [skills], cwd })
  const report: QuickstartReport = {
    database: databaseReport(db.info),
    migrate: migrated.report,
    sync: synced,
    sampleEvents: events,
    skills,
    verify: verified,
    stats: await stats(db),
    flags: directory === DEFAULT_EMBEDDED ? (isConfigured(context) ? ' --embedded' : '') : ` --embedded ${directory}`,
    diagnostics: synced.diagnostics.filter(({ severity }) => severity === 'error'),
  }
  return { report, exit: exitOf(report), view: (style, width) => quickstartView(report, style, width) }
}

/** Whether the next command would use another database without `--embedded`. */
function isConfigured({ env }: Context): boolean {
  return ['DATABASE_URL', 'PGHOST', 'PGDATABASE', 'CI'].some((name) => (env[name] ?? '') !== '') || env['NODE_ENV'] === 'production'
}

function exitOf({ verify: { ok }, diagnostics }: QuickstartReport): ExitCode {
  return ok && diagnostics.length === 0 ? EXIT.ok : EXIT.no
}
