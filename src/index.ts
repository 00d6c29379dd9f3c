import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Diagnostic } from './core/diagnostics.ts'
import type { Flags, Purpose, Settings } from './config/settings.ts'
import type { Db } from './db/db.ts'
import type { MigrateEvent, MigrateReport, StatusReport } from './migrations/report.ts'
import { SkillsError } from './core/errors.ts'
import { loadSettings } from './config/settings.ts'
import {
  catalogQuery,
  checkSources,
  installedPacks,
  migrationSources,
  packageRoot,
  packageVersion,
  toolName,
} from './config/package-files.ts'
import { openDb } from './db/open.ts'
import type { BaselineReport } from './migrations/baseline.ts'
import { baseline as recordBaseline } from './migrations/baseline.ts'
import { migrate as runMigrations } from './migrations/migrate.ts'
import type { RepairReport } from './migrations/repair.ts'
import { planRepair, repair as carryOutRepair } from './migrations/repair.ts'
import { readMigrations } from './migrations/read-migrations.ts'
import type { DiffReport } from './registry/table/diff-report.ts'
import { diffReport } from './registry/table/diff-report.ts'
import { migrationStatus as readMigrationStatus } from './migrations/status.ts'
import { declaredObjects } from './migrations/declared-objects.ts'
import { readLedgerState } from './migrations/ledger-state.ts'
import type { MigrationFile } from './migrations/migration-file.ts'
import { scratchStatements, textsFor } from './migrations/scratch-statements.ts'
import type { Namespace } from './registry/reading/judge-skill.ts'
import type { ReadOptions, ReadProgress } from './registry/reading/read-folder.ts'
import { readSkills } from './registry/reading/read-folder.ts'
import { OWN_META_KEYS } from './registry/skill/registry-row.ts'
import { rowFor } from './registry/skill/row-text.ts'
import type { Severities } from './registry/skill/severities.ts'
import type { SyncOptions, SyncProgress } from './registry/table/sync.ts'
import { syncFolder } from './registry/table/sync-folder.ts'
import { readStats } from './stats/stats.ts'
import type { EventTail, TailOptions } from './stats/tail.ts'
import { createEventTail } from './stats/tail.ts'
import { APP_ROLE_GRANTS, appRoleInput, grantStatements } from './verify/app-role-grants.ts'
import type { Check } from './verify/check.ts'
import type { ExcessRights } from './verify/excess-rights.ts'
import { excessRights } from './verify/excess-rights.ts'
import type { DemoOptions, DemoReport } from './telemetry/demo-data.ts'
import { writeDemoData } from './telemetry/demo-data.ts'
import { readChecks } from './verify/read-checks.ts'
import type { CopyOptions } from './verify/run-checks.ts'
import { runChecks } from './verify/run-checks.ts'
import type { DoctorReport } from './doctor/doctor-report.ts'
import type { CodePage } from './explain/code-page.ts'
import type { PruneMode, SyncMode, SyncReport } from './registry/table/sync-report.ts'
import type { Dimension, StatsReport } from './stats/report.ts'
import type { SkillsOptions } from './telemetry/create-skills.ts'
import type { EventLogOptions, EventLogReport } from './telemetry/import-events.ts'
import { importEvents } from './telemetry/import-events.ts'
import { createSkillsFrom } from './telemetry/create-skills.ts'
import type { Skills } from './telemetry/skills-client.ts'
import type { SessionSource } from './telemetry/skills-connection.ts'
import type { VerifyReport } from './verify/report.ts'

export type { Db, DbInfo } from './db/db.ts'
export type { CodePage } from './explain/code-page.ts'
export type { DoctorReport, DoctorSetting } from './doctor/doctor-report.ts'
export type { Finding } from './doctor/finding.ts'
export type { Diagnostic } from './core/diagnostics.ts'
export type { Skill, SkillFields, SkillMeta } from './registry/skill/skill.ts'
export type { Change, FieldChange, FileChange, OperatorOverride, PruneMode, SyncMode, SyncReport } from './registry/table/sync-report.ts'
export type { CheckResult, Fault, VerifyReport } from './verify/report.ts'
export type {
  Comparison,
  Cooccurrence,
  DayPoint,
  Dimension,
  FunnelStage,
  Groups,
  GroupStats,
  Latency,
  SkillChange,
  SkillPage,
  SkillStats,
  StatsReport,
  StatsSource,
  StatsViewName,
  Totals,
  UserAction,
} from './stats/report.ts'
export type { EventTail, TailEvent, TailLook, TailOptions, TailSums } from './stats/tail.ts'
export { DIMENSIONS } from './stats/read-groups.ts'
export { forgetUser } from './stats/forget-user.ts'
export type { ForgetReport } from './stats/forget-user.ts'
export { pruneEvents } from './stats/prune-events.ts'
export type { PruneOptions, PruneReport } from './stats/prune-events.ts'
export type { DemoReport } from './telemetry/demo-data.ts'
export { rollUp } from './stats/rollup.ts'
export type { RollupOptions, RollupProgress, RollupReport } from './stats/rollup.ts'
export type {
  AppliedMigration,
  ExistingObject,
  MigrateEvent,
  MigrateReport,
  PendingMigration,
  PlannedHazard,
  PlannedStatement,
  StatusReport,
} from './migrations/report.ts'
export type { BaselineReport } from './migrations/baseline.ts'
export type { RepairReport } from './migrations/repair.ts'
export type { EventLogOptions, EventLogReport, LineError } from './telemetry/import-events.ts'
export type { Feedback } from './telemetry/feedback.ts'
export type { ListedSkill } from './telemetry/listed-skill.ts'
export type { Rollout } from './telemetry/rollout.ts'
export type { OfferFilter } from './telemetry/skill-filter.ts'
export type { FlushResult, Skills, Unlock } from './telemetry/skills-client.ts'
export type { SkillsOptions } from './telemetry/create-skills.ts'
export type { UsageEvent, UsageOutcome } from './telemetry/usage-event.ts'
export type { UsageCounts } from './telemetry/usage-writer.ts'
export { EXIT, SkillsError } from './core/errors.ts'
export type { ErrorCode, ExitCode } from './core/errors.ts'
export { importSkills } from './registry/authoring/import-skills.ts'
export type { ImportOptions } from './registry/authoring/import-skills.ts'
export type { ImportedSkill, ImportReport } from './registry/authoring/import-report.ts'
export { lintSkills as lint } from './registry/lint/lint.ts'
export type { LintOptions } from './registry/lint/lint.ts'
export type { LintReport } from './registry/lint/lint-report.ts'
export { newSkill } from './registry/authoring/new-skill.ts'
export type { NewSkill, NewSkillOptions } from './registry/authoring/new-skill.ts'
export type { DiffEntry, DiffReport } from './registry/table/diff-report.ts'
export { listSkills } from './registry/table/list-skills.ts'
export { showSkill } from './registry/table/show-skill.ts'
export { setSkills } from './registry/table/set-skills.ts'
export type { SkillFilter } from './registry/table/list-skills.ts'
export type { RegistrySkill } from './registry/table/registry-skill.ts'
export type { SkillDetails } from './registry/table/show-skill.ts'
export type { SetReport, SkillSetting } from './registry/table/set-skills.ts'
export { readSeverities } from './registry/skill/severities.ts'
export type { RuleSeverity, Severities } from './registry/skill/severities.ts'
export { APP_ROLE_GRANTS, grantStatements } from './verify/app-role-grants.ts'
export type { AppRoleGrant } from './verify/app-role-grants.ts'
export { DatabaseError } from './db/database-error.ts'

export interface ConnectOptions extends Flags {
  /** Milliseconds to wait for a server that is still starting. */
  waitMs?: number
  /** `migrate` prefers the address of the server itself (`directUrl`, DIRECT_URL). */
  purpose?: Purpose
  env?: Readonly<Record<string, string | undefined>>
  cwd?: string
}

/** Opens a database as the command line does: `databaseUrl`, else DATABASE_URL, PG*, the configuration file, the embedded one. Close it with `db.close()`. */
export async function connect(options: ConnectOptions = {}): Promise<Db> {
  const settings = await loadSettings(options, options.env ?? process.env, options.cwd ?? process.cwd(), options.purpose)
  return openDb(settings.database.value, { schema: settings.schema.value, waitMs: options.waitMs })
}

export interface CreateSkillsOptions extends SkillsOptions {
  /**
   * A URL, or what `connect` takes; without it the database is found as the command line does. Or a session, for this alone:
   * it is not opened again when it is lost, and not closed.
   */
  database?: string | Omit<ConnectOptions, 'waitMs' | 'purpose'> | Db
  env?: Readonly<Record<string, string | undefined>>
}

/**
 * The skills for an application: what is on offer, unlocks, telemetry and feedback. Connects when it is used first, again
 * after the connection was lost, and never keeps the process alive. SKILLS_ENABLED=1 turns it on.
 */
export function createSkills(options: CreateSkillsOptions = {}): Skills {
  const { database, env = process.env, ...rest } = options
  return createSkillsFrom(() => sessionSource(database, env), rest, env)
}

async function sessionSource(database: CreateSkillsOptions['database'], env: NonNullable<ConnectOptions['env']>): Promise<SessionSource> {
  if (typeof database === 'object' && 'info' in database) return { kind: 'given', open: () => Promise.resolve(database) }
  const given: ConnectOptions = typeof database === 'string' ? { databaseUrl: database } : (database ?? {})
  const settings = await loadSettings(given, given.env ?? env, given.cwd ?? process.cwd())
  const { value: target } = settings.database
  return { kind: target.kind, open: () => openDb(target, { schema: settings.schema.value, background: true }) }
}

/** `skills log`: writes events from NDJSON; without a database the lines are only checked. */
export async function logEvents(db: Db | undefined, options: Omit<EventLogOptions, 'db'>): Promise<EventLogReport> {
  return importEvents({ ...options, db })
}

export interface MigrateCallOptions {
  /** Folders of your own migrations, run after the package's. */
  dirs?: readonly string[]
  ledger?: string
  dryRun?: boolean
  strict?: boolean
  /** Stop after this version. */
  to?: string | undefined
  /** Refuse a pending file that sorts before an applied one. */
  strictOrder?: boolean
  /** Go on with the next file after one that failed. */
  keepGoing?: boolean
  statementTimeoutMs?: number
  lockWaitMs?: number
  lockTimeoutMs?: number
  onEvent?: (event: MigrateEvent) => void
}

/** `skills migrate`. Never throws for bad SQL: `error` says why it stopped, `report` what was done. */
export async function migrate(db: Db, options: MigrateCallOptions = {}): Promise<{ report: MigrateReport; error?: SkillsError }> {
  const { dirs, ledger, ...rest } = options
  return runMigrations(db, {
    ...rest,
    files: () => readMigrations(migrationSources(dirs)),
    ledger: ledger ?? DEFAULT_LEDGER,
    tool: toolName(),
    catalogQuery: catalogQuery(),
  })
}

/** `skills migrate status`. Writes nothing. */
export async function migrationStatus(db: Db, options: Pick<MigrateCallOptions, 'dirs' | 'ledger'> = {}): Promise<StatusReport> {
  return readMigrationStatus(db, { sources: migrationSources(options.dirs), ledger: options.ledger ?? DEFAULT_LEDGER })
}

export interface RepairCallOptions extends Pick<MigrateCallOptions, 'dirs' | 'ledger'> {
  version: string
  /** Drop the row instead of taking the digest of the file. */
  forget?: boolean
  /** Only say what would be done. */
  dryRun?: boolean
}

/** `skills migrate repair`. Throws VERSION_UNKNOWN. */
export async function repair(db: Db, options: RepairCallOptions): Promise<RepairReport> {
  const { version, forget } = options
  const sources = migrationSources(options.dirs)
  const plan = await planRepair(db, { sources, ledger: options.ledger ?? DEFAULT_LEDGER, version, forget: forget === true })
  return options.dryRun === true ? plan : carryOutRepair(db, plan, toolName())
}

export interface BaselineCallOptions extends Pick<MigrateCallOptions, 'dirs' | 'ledger' | 'to' | 'dryRun'> {
  /** Record the files although the database differs from what they would have made. */
  acceptDrift?: boolean
}

/** `skills migrate baseline`. Where the database differs, `error` says so and nothing is recorded. */
export async function baseline(db: Db, options: BaselineCallOptions = {}): Promise<{ report: BaselineReport; error?: SkillsError }> {
  const { dirs, ledger, ...rest } = options
  return recordBaseline(db, {
    ...rest,
    sources: migrationSources(dirs),
    ledger: ledger ?? DEFAULT_LEDGER,
    tool: toolName(),
    catalogQuery: catalogQuery(),
  })
}

/** How skills are read. `sync` and `verify` must agree about it. */
export interface ReadingOptions {
  cwd?: string
  /** What the names of the folders in the registry are relative to; `cwd` unless given. */
  projectFolder?: string
  /** By what the registry knows the rows of this project, instead of the paths of their folders. */
  rootLabel?: string | undefined
  /** Where the ids of skills come from; `name` unless given. */
  namespace?: Namespace
  /** Read a one-line value with an unquoted `: ` as if it were quoted, with a warning. */
  lenient?: boolean
  /** Rules that count otherwise than by default, see `readSeverities`. */
  severities?: Severities
}

export interface SyncCallOptions extends ReadingOptions {
  /** Folders of skills, or patterns for them; `skills` unless given. */
  dirs?: readonly string[]
  prune?: PruneMode
  /** Prune although a skill could not be read, or more than half of the rows of these folders would go. */
  forcePrune?: boolean
  /** `write` unless given; the other two never write. */
  mode?: SyncMode
  /** Remember in `.skills/cache` of the project folder what was read, so that unchanged skills are not read again. */
  cache?: boolean
  onProgress?: (progress: ReadProgress | SyncProgress) => void
}

/** `skills sync`. A skill that cannot be used is in the report, and keeps its last good row. */
export async function sync(db: Db, options: SyncCallOptions = {}): Promise<SyncReport> {
  const { mode = 'write' } = options
  return (await syncFolder(db, readingForSync(options, mode), syncOptions(options, mode))).report
}

function readingForSync({ dirs, cache, onProgress, ...options }: SyncCallOptions, mode: SyncMode): ReadOptions {
  const reading = readingOf(options, dirs)
  const folder = path.resolve(reading.labelBase, CACHE_FOLDER)
  return {
    ...reading,
    cache: cache === true ? { folder, tool: toolName(), readOnly: mode !== 'write' } : undefined,
    ...(onProgress === undefined ? {} : { onProgress }),
  }
}

function syncOptions({ prune = 'disable', forcePrune = false, onProgress }: SyncCallOptions, mode: SyncMode): SyncOptions {
  return { prune, mode, forcePrune, ...(onProgress === undefined ? {} : { onProgress }) }
}

/** `skills diff`: what a sync would do, file by file. Writes nothing. */
export async function diff(db: Db, options: Omit<SyncCallOptions, 'mode'> = {}): Promise<DiffReport> {
  const { report, folder } = await syncFolder(db, readingForSync(options, 'dry-run'), syncOptions(options, 'dry-run'))
  return diffReport(report, folder)
}

export interface VerifyCallOptions extends ReadingOptions {
  /** Folders of skills to compare the registry with; `skills` unless given, which may be missing. */
  skills?: readonly string[]
  /** Folders of your own migrations. */
  dirs?: readonly string[]
  /** Folders of your own check files. */
  checks?: readonly string[]
  ledger?: string
  /** Compare the schema with what the applied files make: `if possible` unless given; `required` fails where the role may not. */
  drift?: 'no' | 'if possible' | 'required'
  /** With drift: what no file makes is a fault, also where it is not part of our tables. */
  exclusive?: boolean
  /** A role whose rights are to be just what an application needs. */
  appRole?: string | undefined
  /** A check that cannot run is a failure. */
  strict?: boolean
  /** For each statement of a check; 30 s unless given. */
  timeoutMs?: number
  onProgress?: (check: Pick<Check, 'id' | 'title'>, number: number) => void
}

/** `skills verify`. Everything runs in a transaction that is rolled back. */
export async function verify(db: Db, options: VerifyCallOptions = {}): Promise<VerifyReport> {
  const checks = await readChecks(checkSources(options.checks))
  const ledger = await readLedgerState(db, migrationSources(options.dirs), options.ledger ?? DEFAULT_LEDGER)
  const skills = await skillFacts(options)
  const { applied } = ledger
  const { places, ...objects } = declaredObjects(ledger.facts === undefined ? ledger.files : applied)
  const role = options.appRole
  return runChecks(db, {
    checks,
    inputs: {
      ...(ledger.facts === undefined ? {} : { ledger: ledger.facts }),
      objects,
      ...(typeof skills === 'string' ? {} : { skills }),
      client: { now: new Date().toISOString() },
      ...(role === undefined ? {} : { 'app-role': judgedRole(role, applied, options.ledger) }),
    },
    missing: {
      ...(ledger.missing === undefined ? {} : { ledger: ledger.missing }),
      ...(typeof skills === 'string' ? { skills } : {}),
    },
    applied: { migrations: applied.map(({ version }) => version), packs: installedPacks(applied.map(({ version }) => version)) },
    copy: copyOptions(db, applied, places, options),
    drift: options.drift ?? 'if possible',
    strict: options.strict === true,
    timeoutMs: options.timeoutMs ?? 30_000,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  })
}

/** By the package's own objects: what an application does with tables of its own is its own affair. */
function judgedRole(role: string, files: readonly MigrationFile[], ledger: string = DEFAULT_LEDGER): object {
  return appRoleInput(role, declaredObjects(files.filter(({ source }) => source.own)), ledger)
}

export interface GrantsReport extends ExcessRights {
  role: string
  /** What an application's role needs, a statement each. */
  statements: string[]
}

/** `skills grants`: what the role of an application needs, and what it has beyond that. Changes nothing. */
export async function appRoleGrants(db: Db, options: { role: string; ledger?: string }): Promise<GrantsReport> {
  const { role, ledger } = options
  const check = (await readChecks(checkSources())).find(({ input }) => input === 'app-role')
  if (check === undefined) throw new SkillsError('BUG', 'there is no check of the application role')
  const excess = await excessRights(db, check, judgedRole(role, readMigrations(migrationSources()), ledger))
  return { role, statements: grantStatements(role, db.info.schema), ...excess }
}

/** How verify makes what the applied files make. */
function copyOptions(
  { info: { schema } }: Db,
  applied: readonly MigrationFile[],
  madeAt: Readonly<Record<string, string>>,
  { exclusive = false, ledger = DEFAULT_LEDGER }: VerifyCallOptions,
): CopyOptions {
  const statements = scratchStatements(applied, schema)
  return {
    statements: (scratch) => textsFor(statements, schema, scratch),
    places: statements.map(({ file, line }) => `${file}:${line}`),
    madeAt,
    exclusive,
    ours: new Set([ledger, `${ledger}_progress`]),
    catalogQuery: catalogQuery(),
  }
}

export interface StatsCallOptions {
  skill?: string | undefined
  /** Only events of the last so many milliseconds. */
  sinceMs?: number | undefined
  /** At most so many rows; 20 unless given. */
  limit?: number
  cooccurrence?: boolean
  /** Uses by one dimension. */
  by?: Dimension | undefined
  /** The last so many milliseconds against those before. */
  compareMs?: number | undefined
  /** Users per stage. */
  funnel?: boolean | undefined
  /** The timeline of this user. */
  user?: string | undefined
  /** Read the events themselves and not the rollups. */
  exact?: boolean | undefined
  onProgress?: (what: string) => void
}

/** `skills stats`. Writes nothing but rollups, when they are far behind and the role may. */
export async function stats(db: Db, options: StatsCallOptions = {}): Promise<StatsReport> {
  return readStats(db, { ...options, limit: options.limit ?? 20, reports: path.join(packageRoot(), 'sql', 'reports') })
}

/** `skills stats --tail`: call `look` again and again. Made for a server: on an embedded database nobody else can write. */
export function eventTail(options: Partial<Omit<TailOptions, 'reports'>> = {}): EventTail {
  return createEventTail({ limit: 10, ...options, reports: path.join(packageRoot(), 'sql', 'reports') })
}

/** `skills doctor`: everything that the other commands depend on. Connects by itself, writes nothing, and works when the database does not. */
export async function doctor(options: ConnectOptions & { onProgress?: (what: string) => void } = {}): Promise<DoctorReport> {
  const { examine } = await import('./doctor/doctor.ts')
  const { examineMigrations, examineRegistry } = await import('./doctor/state.ts')
  const { waitMs, env = process.env, cwd = process.cwd(), onProgress } = options
  return examine({
    version: packageVersion(),
    cwd,
    sqlFolder: path.join(packageRoot(), 'sql', 'doctor'),
    appRights: APP_ROLE_GRANTS,
    settings: (purpose) => loadSettings(options, env, cwd, purpose),
    open: (target, open) => openDb(target, { ...open, waitMs }),
    others: [
      async (db, { migrations, ledger }) => examineMigrations(await migrationStatus(db, { dirs: migrations.value, ledger: ledger.value })),
      async (db, { skills, projectFolder }) => {
        if (skills.origin === 'default' && !existsSync(path.resolve(cwd, DEFAULT_SKILLS))) return []
        try {
          return examineRegistry(await sync(db, { dirs: skills.value, mode: 'check', cwd, projectFolder }))
        } catch (error) {
          // the pending migrations say so already
          if (error instanceof SkillsError && error.code === 'NOT_MIGRATED') return []
          throw error
        }
      },
    ],
    ...(onProgress === undefined ? {} : { onProgress }),
  })
}

/** The pages of `skills explain`: errors, checks, rules and hazards, in the order of the list. */
export async function explainCodes(): Promise<CodePage[]> {
  // long texts that nobody else needs
  const { errorPages } = await import('./explain/error-pages.ts')
  const { checkPages } = await import('./explain/check-pages.ts')
  const { rulePages } = await import('./explain/rule-pages.ts')
  const { hazardPages } = await import('./explain/hazard-pages.ts')
  const { RULES } = await import('./registry/skill/rules.ts')
  const checks = await readChecks(checkSources())
  return [...errorPages(), ...checkPages(checks), ...rulePages(RULES), ...hazardPages()]
}

/** The page of a code, also of a SQLSTATE; else the code that was likely meant. */
export async function findCode(pages: readonly CodePage[], word: string): Promise<{ page?: CodePage; near?: string }> {
  const { findPage } = await import('./explain/find-page.ts')
  const { sqlstatePage } = await import('./explain/sqlstate-page.ts')
  const found = findPage(pages, word)
  const sqlstate = found.page === undefined ? sqlstatePage(word) : undefined
  return sqlstate === undefined ? found : { page: sqlstate }
}

export type DemoCallOptions = Partial<Omit<DemoOptions, 'query'>>

/** `skills demo-data`. Writes sample data, 10,000 events unless told otherwise; throws EVENTS_EXIST where events are. */
export async function demoData(db: Db, options: DemoCallOptions = {}): Promise<DemoReport> {
  return writeDemoData(db, { events: 10_000, seed: 1, ...options, query: path.join(packageRoot(), 'sql', 'demo', 'events.sql') })
}

/** What the registry checks compare with, or why there is nothing. */
async function skillFacts({ skills, ...options }: VerifyCallOptions): Promise<object | string> {
  const reading = readingOf(options, skills)
  if (skills === undefined && !existsSync(path.resolve(reading.cwd, DEFAULT_SKILLS))) return `there is no folder ${DEFAULT_SKILLS}`
  // without the cache: who verifies looks at the files themselves
  const folder = await readSkills(reading)
  return {
    roots: [...new Set(folder.roots.map(({ label }) => label))],
    skills: folder.skills.map((skill) => {
      const { id, sha256, version, enabled, trustLevel } = skill
      return { id, sha256, version, enabled, trustLevel, meta: rowFor(skill).meta }
    }),
    ownKeys: [...OWN_META_KEYS],
    invalid: folder.invalid.map(({ path: where }) => ({ path: where, reason: reasonFor(where, folder.diagnostics) })),
  }
}

/** The first error about a skill folder. */
function reasonFor(where: string, diagnostics: readonly Diagnostic[]): string {
  return diagnostics.find(({ severity, file }) => severity === 'error' && file?.startsWith(where) === true)?.message ?? 'it cannot be read'
}

function readingOf(options: ReadingOptions, dirs: readonly string[] = [DEFAULT_SKILLS]): ReadOptions & { labelBase: string } {
  const { cwd = process.cwd(), projectFolder = cwd, severities = new Map(), rootLabel, namespace = 'name', lenient = false } = options
  return { roots: dirs, cwd, labelBase: projectFolder, severities, rootLabel, namespace, lenient }
}

const CACHE_FOLDER = '.skills/cache'
const DEFAULT_SKILLS = 'skills'
const DEFAULT_LEDGER: Settings['ledger']['value'] = 'schema_migrations'
