import type { Executor } from '../run-command.ts'
import { executor } from '../run-command.ts'
import { EXIT, SkillsError } from '../../core/errors.ts'
import { openDb } from '../../db/open.ts'
import type { Db } from '../../db/db.ts'
import { migrate, readSeverities, sync, verify } from '../../index.ts'
import type { Settings } from '../../config/settings.ts'
import type { Severities, SyncCallOptions } from '../../index.ts'
import { resultsOf } from '../../render/reporters/report-run.ts'
import type { SyncReport } from '../../registry/sync-report.ts'
import type { CommandResult, CommonFlags, Context, DatabaseFlags } from '../context.ts'
import { settingsOf, withDatabase } from '../context.ts'
import { verifyResults } from '../verify-results.ts'
import { databaseReport } from '../views/database.ts'
import { verifyView } from '../views/verify.ts'

export interface VerifyFlags extends CommonFlags, DatabaseFlags {
  ephemeral?: boolean
  strict?: boolean
  dir?: string[]
  ledger?: string
}

export const execute: Executor = executor('verify', verifyCommand)

async function verifyCommand(context: Context, flags: VerifyFlags, dirs: readonly string[]): Promise<CommandResult> {
  const all = { ...flags, skills: [...dirs] }
  if (flags.ephemeral === true) return verifyEphemeral(context, all)
  return withDatabase(
    context,
    all,
    async (db, settings) => {
      const skills = settings.skills.origin === 'default' ? {} : { skills: settings.skills.value }
      context.progress.update('running the checks')
      return resultOf(
        db,
        await verify(db, {
          ...skills,
          dirs: settings.migrations.value,
          ledger: settings.ledger.value,
          strict: flags.strict === true,
          cwd: context.cwd,
          projectFolder: settings.projectFolder,
          severities: severitiesOf(settings),
        }),
        flags.strict === true,
      )
    },
    { mustExist: true },
  )
}

/** Migrate, sync and verify on an embedded database in memory: what CI wants to know of the files alone. */
async function verifyEphemeral(context: Context, flags: VerifyFlags & { skills: string[] }): Promise<CommandResult> {
  if (flags.databaseUrl !== undefined || flags.embedded !== undefined) {
    throw new SkillsError('USAGE', '--ephemeral brings its own database', { hint: 'leave --database-url and --embedded out' })
  }
  // a throw-away database is what was asked for, so that nothing else has to be configured
  const settings = await settingsOf(context, { ...flags, embedded: 'memory' })
  context.progress.update('starting the embedded database')
  const db = await openDb({ kind: 'embedded', directory: 'memory' }, { schema: settings.schema.value })
  try {
    const options = { dirs: settings.migrations.value, ledger: settings.ledger.value }
    context.progress.update('migrating')
    const migrated = await migrate(db, options)
    if (migrated.error !== undefined) return { report: null, error: migrated.error }
    const skills = settings.skills.origin === 'default' ? {} : { skills: settings.skills.value }
    context.progress.update('syncing')
    const reading = { cwd: context.cwd, projectFolder: settings.projectFolder, severities: severitiesOf(settings) }
    const synced = await syncIfThere(db, { ...reading, dirs: settings.skills.value }, settings.skills.origin === 'default')
    context.progress.update('running the checks')
    const result = resultOf(
      db,
      await verify(db, { ...skills, ...options, ...reading, strict: flags.strict === true }),
      flags.strict === true,
    )
    const diagnostics = synced?.diagnostics ?? []
    const invalid = diagnostics.some(({ severity }) => severity === 'error')
    return {
      ...result,
      report: { ...result.report, diagnostics },
      checks: { ...result.checks, results: [...(result.checks?.results ?? []), ...resultsOf(diagnostics)] },
      exit: invalid ? EXIT.no : (result.exit ?? EXIT.ok),
    }
  } finally {
    context.progress.stop()
    await db.close()
  }
}

/** The default folder may be missing; one that was named may not. */
async function syncIfThere(db: Db, options: SyncCallOptions, optional: boolean): Promise<SyncReport | undefined> {
  try {
    return await sync(db, options)
  } catch (error) {
    if (optional && error instanceof SkillsError && error.code === 'SKILLS_DIR_MISSING') return undefined
    throw error
  }
}

function severitiesOf({ rules }: Settings): Severities {
  return readSeverities(rules.value, rules.origin)
}

function resultOf(db: Db, verified: Awaited<ReturnType<typeof verify>>, strict: boolean): CommandResult {
  const report = { database: databaseReport(db.info), ...verified }
  const { url, version, schema } = report.database
  return {
    report,
    exit: verified.ok ? EXIT.ok : EXIT.no,
    view: (style) => verifyView(report, style),
    checks: { results: verifyResults(verified.checks, strict), properties: { database: url, server: `PostgreSQL ${version}`, schema } },
  }
}
