import type { Executor } from '../../run/run-command.ts'
import { executor } from '../../run/run-command.ts'
import type { Settings } from '../../../config/settings.ts'
import { parseDuration } from '../../../core/durations.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import type { Db } from '../../../db/db.ts'
import { migrate } from '../../../api/migrate.ts'
import { sync } from '../../../api/sync.ts'
import { verify } from '../../../api/verify.ts'
import type { VerifyCallOptions } from '../../../api/verify.ts'
import { resultsOf } from '../../../render/reporters/report-run.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags, ReadingFlags } from '../../run/context.ts'
import { withDatabase } from '../../run/context.ts'
import { readingOptions } from '../../run/reading-options.ts'
import { withThrowAwayDatabase } from './temporary-database.ts'
import { verifyResults } from './results.ts'
import { databaseReport } from '../../output/database-view.ts'
import { verifyView } from './view.ts'
import type { VerifyReport } from '../../../verify/report.ts'
import type { Diagnostic } from '../../../core/diagnostics.ts'
import type { WithDatabase } from '../../output/database-view.ts'

export interface VerifyFlags extends CommonFlags, DatabaseFlags, ReadingFlags {
  ephemeral?: boolean
  againstServer?: string
  strict?: boolean
  dir?: string[]
  ledger?: string
  checks?: string[]
  drift?: boolean
  exclusive?: boolean
  appRole?: string
  checkTimeout?: string
}

export type Report = WithDatabase<VerifyReport> & {
  /** With `--ephemeral` and `--against-server`: the diagnostics of the skills. */
  diagnostics?: Diagnostic[]
}

export const execute: Executor = executor('verify', verifyCommand)

async function verifyCommand(context: Context, flags: VerifyFlags, dirs: readonly string[]): Promise<CommandResult<Report>> {
  const all = { ...flags, skills: [...dirs] }
  const check = async (db: Db, settings: Settings): Promise<CommandResult<Report>> => {
    context.progress.update('running the checks')
    return resultOf(db, await verify(db, { ...optionsOf(context, flags, settings), ...progressOf(context) }), flags.strict === true)
  }
  if (flags.ephemeral !== true && flags.againstServer === undefined) return withDatabase(context, all, check, { mustExist: true })
  return withThrowAwayDatabase(context, all, (db, settings) => fromNothing(context, db, { flags, settings, check }))
}

interface Work {
  flags: VerifyFlags
  settings: Settings
  check: (db: Db, settings: Settings) => Promise<CommandResult<Report>>
}

/** Migrate, sync and verify on an empty database: what CI wants to know of the files alone. */
async function fromNothing(context: Context, db: Db, { flags, settings, check }: Work): Promise<CommandResult<Report>> {
  const { migrations, ledger, skills } = optionsOf(context, flags, settings)
  context.progress.update('migrating')
  const migrated = await migrate(db, { ...(migrations === undefined ? {} : { migrations }), ...(ledger === undefined ? {} : { ledger }) })
  if (migrated.error !== undefined) return { report: null, error: migrated.error }
  context.progress.update('syncing')
  const synced = await syncIfThere(
    () => sync(db, { skills: settings.skills.value, ...readingOptions(context.cwd, settings) }),
    skills === undefined,
  )
  const result = await check(db, settings)
  const diagnostics = synced?.diagnostics ?? []
  const isInvalid = diagnostics.some(({ severity }) => severity === 'error')
  return {
    ...result,
    report: result.report === null ? null : { ...result.report, diagnostics },
    checks: { ...result.checks, results: [...(result.checks?.results ?? []), ...resultsOf(diagnostics)] },
    exit: isInvalid ? EXIT.no : (result.exit ?? EXIT.ok),
  }
}

/** The default folder may be missing; one that was named may not. */
async function syncIfThere(run: () => Promise<SyncReport>, isOptional: boolean): Promise<SyncReport | undefined> {
  try {
    return await run()
  } catch (error) {
    if (isOptional && error instanceof SkillsError && error.code === 'SKILLS_DIR_MISSING') return undefined
    throw error
  }
}

/** The one way from the command line to the library's call. */
function optionsOf({ cwd }: Context, flags: VerifyFlags, settings: Settings): VerifyCallOptions {
  if (flags.drift === false && flags.exclusive === true) {
    throw new SkillsError('USAGE', '--exclusive says how to compare, and --no-drift not to', { hint: 'give one of the two' })
  }
  return {
    ...(settings.skills.origin === 'default' ? {} : { skills: settings.skills.value }),
    migrations: settings.migrations.value,
    checks: settings.checks.value,
    ledger: settings.ledger.value,
    drift: flags.drift === undefined ? 'if possible' : flags.drift ? 'required' : 'no',
    exclusive: flags.exclusive === true,
    appRole: flags.appRole,
    strict: flags.strict === true,
    ...(flags.checkTimeout === undefined ? {} : { timeoutMs: parseDuration(flags.checkTimeout, '--check-timeout') }),
    ...readingOptions(cwd, settings),
  }
}

function progressOf({ progress }: Context): Pick<VerifyCallOptions, 'onProgress'> {
  return { onProgress: ({ id }, number) => progress.update(`check ${number}: ${id}`) }
}

function resultOf(db: Db, verified: VerifyReport, strict: boolean): CommandResult<Report> {
  const report = { database: databaseReport(db.info), ...verified }
  const { url, version, schema } = report.database
  return {
    report,
    exit: verified.ok ? EXIT.ok : EXIT.no,
    view: (style, width) => verifyView(report, style, width),
    checks: { results: verifyResults(verified.checks, strict), properties: { database: url, server: `PostgreSQL ${version}`, schema } },
  }
}
