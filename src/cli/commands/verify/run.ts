import path from 'node:path'
import { migrate } from '../../../api/migrate.ts'
import { remedyScript } from '../../../api/remedy-script.ts'
import { sync } from '../../../api/sync.ts'
import { openTemporaryDatabase } from '../../../api/temporary-database.ts'
import { verify, type VerifyCallOptions } from '../../../api/verify.ts'
import { readVariables } from '../../../config/variables.ts'
import type { Settings } from '../../../config/settings.ts'
import { fileNotWritten } from '../../../core/common-errors.ts'
import type { Diagnostic } from '../../../core/diagnostics.ts'
import { EXIT, SkillsError } from '../../../core/errors.ts'
import { plural, printable } from '../../../core/text.ts'
import type { Db } from '../../../db/db.ts'
import { writeNamedFile } from '../../../files/write-file.ts'
import type { SyncReport } from '../../../registry/table/sync-report.ts'
import { resultsOf } from '../../../render/reporters/report-run.ts'
import type { VerifyReport } from '../../../verify/report.ts'
import { interruption, onInterrupt } from '../../live/interrupt.ts'
import type { CommandResult, Context } from '../../output/context.ts'
import { databaseReport, type WithDatabase } from '../../output/database-view.ts'
import type { FlagsOf } from '../../parse/spec.ts'
import { settingsOf, settingsWithoutDatabase, withDatabase } from '../../run/database.ts'
import { readingOptions } from '../../run/reading.ts'
import { executor } from '../../run/run-command.ts'
import { spec } from './spec.ts'
import { verifyResults, verifyView } from './view.ts'

type Flags = FlagsOf<typeof spec>

export type Report = WithDatabase<VerifyReport> & {
  /** With `--ephemeral` and `--against-server`: the diagnostics of the skills. */
  diagnostics?: Diagnostic[]
}

export const execute = executor(spec, async (context, given, [skills]): Promise<CommandResult<Report>> => {
  const flags = { ...given, skills }
  const check = async (db: Db, settings: Settings): Promise<CommandResult<Report>> => {
    context.progress.update('running the checks')
    const verified = await verify(db, { ...optionsOf(context, flags, settings), ...progressOf(context) })
    const result = resultOf(db, verified, flags.strict === true)
    return flags.remedy === undefined ? result : { ...result, ...writeRemedies(context, db, { verified, file: flags.remedy }) }
  }
  if (flags.ephemeral !== true && flags.againstServer === undefined) return withDatabase(context, flags, check, { mustExist: true })
  return withTemporaryDatabase(context, flags, (db, settings) => buildAndCheck(context, db, { flags, settings, check }))
})

/** The script replaces the view on stdout, or goes to the file. */
function writeRemedies(
  context: Context,
  db: Db,
  { verified, file }: { verified: VerifyReport; file: string },
): Pick<CommandResult<Report>, 'document'> {
  const { text, statements } = remedyScript(db, verified)
  if (file === '-') return { document: text.trimEnd() }
  try {
    writeNamedFile(path.resolve(context.cwd, file), text, context.cwd)
  } catch (error) {
    throw fileNotWritten(file, 'it has its content from before', error)
  }
  context.progress.stop()
  context.io.err(`wrote ${printable(file)}: ${plural(statements, 'statement')} to run`)
  return {}
}

/** Runs the work on an empty database that is removed afterwards, also after Ctrl-C. */
async function withTemporaryDatabase<T>(context: Context, flags: Flags, work: (db: Db, settings: Settings) => Promise<T>): Promise<T> {
  const { againstServer } = flags
  const settings =
    againstServer === undefined
      ? await settingsWithoutDatabase(context, flags)
      : await settingsOf(context, { ...flags, databaseUrl: againstServer })
  context.progress.update(againstServer === undefined ? 'starting the embedded database' : 'creating a database')
  const { db, drop } = await openTemporaryDatabase(settings.database.value, { schema: settings.schema.value, waitMs: flags.wait })
  const release = onInterrupt(db)
  try {
    const stopped = interruption()
    if (stopped !== undefined) throw stopped
    return await work(db, settings)
  } finally {
    release()
    context.progress.stop()
    await drop()
  }
}

interface Work {
  flags: Flags
  settings: Settings
  check: (db: Db, settings: Settings) => Promise<CommandResult<Report>>
}

/** Migrates, syncs and verifies an empty database: the check of the files alone, for CI. */
async function buildAndCheck(context: Context, db: Db, { flags, settings, check }: Work): Promise<CommandResult<Report>> {
  const { migrations, variables = {}, ledger, skills } = optionsOf(context, flags, settings)
  context.progress.update('migrating')
  const migrated = await migrate(db, {
    variables,
    ...(migrations === undefined ? {} : { migrations }),
    ...(ledger === undefined ? {} : { ledger }),
  })
  if (migrated.error !== undefined) return { report: null, error: migrated.error }
  context.progress.update('syncing')
  const synced = await syncIfPresent(
    () => sync(db, { skills: settings.skills.value, ...readingOptions(context, settings) }),
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

/** The default folder can be missing; a named folder must exist. */
async function syncIfPresent(run: () => Promise<SyncReport>, isOptional: boolean): Promise<SyncReport | undefined> {
  try {
    return await run()
  } catch (error) {
    if (isOptional && error instanceof SkillsError && error.code === 'SKILLS_DIR_MISSING') return undefined
    throw error
  }
}

function optionsOf(context: Context, flags: Flags, settings: Settings): VerifyCallOptions {
  return {
    ...(settings.skills.origin === 'default' ? {} : { skills: settings.skills.value }),
    migrations: settings.migrations.value,
    variables: readVariables(flags.var, settings.variables.value),
    checks: settings.checks.value,
    allowSuperuserChecks: flags.allowSuperuserChecks === true,
    ledger: settings.ledger.value,
    drift: flags.drift === undefined ? 'if possible' : flags.drift ? 'required' : 'no',
    exclusive: flags.exclusive === true,
    recount: flags.recount === true,
    lintPending: flags.lintPending === true,
    amcheck: flags.amcheck === true,
    appRole: flags.appRole,
    strict: flags.strict === true,
    timeoutMs: flags.checkTimeout,
    ...readingOptions(context, settings),
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
