import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { DEFAULTS } from '../config/defaults.ts'
import {
  catalogQueries,
  checkSources,
  dumpQueries,
  installedPacks,
  manifestStatementsFile,
  migrationSources,
  privilegesQuery,
  settingsQuery,
} from '../config/package-files.ts'
import { DEFAULT_LEDGER, DEFAULT_SKILLS } from '../config/settings.ts'
import { place, type Diagnostic } from '../core/diagnostics.ts'
import { SkillsError } from '../core/errors.ts'
import { ledgerTables } from '../core/ledger-name.ts'
import type { Db } from '../db/db.ts'
import type { PrintedObject } from '../db/printed-object.ts'
import { readUnusualSettings } from '../db/unusual-settings.ts'
import { declaredObjects } from '../migrations/files/declared-objects.ts'
import { folderNotes } from '../migrations/files/folder-notes.ts'
import { readMigrations, type MigrationFile } from '../migrations/files/read-migrations.ts'
import { scratchNames, scratchStatements, textsFor } from '../migrations/files/scratch-statements.ts'
import { readLedgerState, type LedgerState } from '../migrations/ledger/ledger-facts.ts'
import { readSkills } from '../registry/reading/read-folder.ts'
import { OWN_META_KEYS } from '../registry/skill/registry-row.ts'
import { rowFor } from '../registry/skill/skill-row.ts'
import { appRoleInput } from '../verify/app-role.ts'
import type { Check } from '../verify/check.ts'
import { whenReadable } from '../verify/readable.ts'
import { readPrivileges, type JudgedObjects } from '../verify/privileges.ts'
import { readChecks } from '../verify/read-checks.ts'
import type { VerifyReport } from '../verify/report.ts'
import { runChecks } from '../verify/run-checks.ts'
import { tableOf } from '../verify/schema/canonical.ts'
import { describeForeign, findForeignCode, relationsOf } from '../verify/schema/foreign-code.ts'
import type { SchemaOptions } from '../verify/schema/read-schema.ts'
import { foreignCodeOptions } from './foreign-code.ts'
import { readingOf, type ReadingOptions } from './reading.ts'

export interface VerifyCallOptions extends ReadingOptions {
  /** Folders of skills to compare the registry with; by default `skills`, which can be missing. */
  skills?: readonly string[]
  /** Folders of your own migrations. */
  migrations?: readonly string[]
  /** The values of variables in your own migrations. */
  variables?: Readonly<Record<string, string>>
  /** Folders of your own check files. */
  checks?: readonly string[]
  /** Run the checks of `checks` although the role is a superuser. They are code, with all privileges on the server. */
  allowSuperuserChecks?: boolean
  /** Name of the ledger table. Default: `schema_migrations`. */
  ledger?: string
  /** Run the checks `drift.*`; by default `if possible`. With `required`, a role that cannot create a scratch schema fails. */
  drift?: 'no' | 'if possible' | 'required'
  /** With drift: every object that no migration creates is a fault, not only additions to our tables. */
  exclusive?: boolean
  /** Compare the rollups with all events, and not with a sample: this reads the whole table. */
  recount?: boolean
  /** Also lint the migrations of the user that are not applied, as `lintMigrations` does: checks `pending.*`. */
  lintPending?: boolean
  /** Also read every page of the tables and indexes with the extension amcheck: checks `amcheck.*`. */
  amcheck?: boolean
  /** A role that must have exactly the privileges of an application. */
  appRole?: string | undefined
  /** A check that cannot run is a failure. */
  strict?: boolean
  /** For each statement of a check, in milliseconds; by default 30,000. */
  timeoutMs?: number
  /** Called before each check, with its number from 1. */
  onProgress?: (check: Pick<Check, 'id' | 'title'>, number: number) => void
}

/**
 * `skills verify`: checks the database against the migrations and the skills. Everything runs in one transaction, which is
 * rolled back. Faults do not throw: look at `ok` and `checks`. Throws a SkillsError for an invalid check file (CHECK_FILE_INVALID) or
 * migration, for a folder that does not exist, for checks of your own that a superuser would run (SUPERUSER_CHECKS), and when the ledger or a
 * table of the package cannot be read whole (PERMISSION_DENIED with the missing GRANTs, ROW_SECURITY, TABLE_LOCKED).
 *
 * @example
 * const { ok, checks } = await verify(db, { skills: ['skills'], migrations: ['db/migrations'] })
 * if (!ok) console.log(checks.flatMap(({ id, faults }) => faults.map(({ object, remedy }) => `${id}: ${object}: ${remedy}`)))
 */
export async function verify(db: Db, options: VerifyCallOptions = {}): Promise<VerifyReport> {
  const checks = readChecks(checkSources(options.checks))
  refuseUserChecks(db, checks, options.allowSuperuserChecks === true)
  for (let attempt = 1; ; attempt++) {
    const ledger = await readLedger(db, options)
    const report = await verifyOnce(db, checks, ledger, options)
    if (report.ok || attempt === MOST_ATTEMPTS || !(await hasChanged(db, ledger, options))) return report
  }
}

const MOST_ATTEMPTS = 3

/** Whether a migration was applied since the ledger was read: then the schema that was compared with it is a later one. */
async function hasChanged(db: Db, { facts }: LedgerState, options: VerifyCallOptions): Promise<boolean> {
  const { facts: now } = await readLedger(db, options)
  return JSON.stringify([facts?.rows, facts?.interrupted]) !== JSON.stringify([now?.rows, now?.interrupted])
}

async function verifyOnce(db: Db, checks: readonly Check[], ledger: LedgerState, options: VerifyCallOptions): Promise<VerifyReport> {
  const skills = await skillFacts(options)
  const { applied } = ledger
  const versions = applied.map(({ version }) => version)
  const { again, ...objects } = declaredObjects(ledger.facts === undefined ? ledger.files : applied)
  const role = options.appRole
  const report = await runChecks(db, {
    checks,
    inputs: {
      ...(ledger.facts === undefined ? {} : { ledger: ledger.facts }),
      objects: { ...objects, ledger: ledgerTables(options.ledger ?? DEFAULT_LEDGER, db.info.schema) },
      privileges: await readPrivileges(db, privilegesQuery(), judgedObjects(db, ledger, options)),
      settings: { settings: await readUnusualSettings(db, settingsQuery()) },
      ...(typeof skills === 'string' ? {} : { skills }),
      client: { now: new Date().toISOString() },
      ...(options.lintPending === true ? { pending: await pendingFindings(db, ledger) } : {}),
      ...(options.amcheck === true ? { amcheck: objects } : {}),
      recount: { all: options.recount === true },
      ...(options.recount === true ? { 'all-events': {} } : {}),
      ...(role === undefined ? {} : { 'app-role': judgedRole(db, role, applied, options.ledger) }),
    },
    missing: {
      ...(ledger.missing === undefined ? {} : { ledger: ledger.missing }),
      ...(typeof skills === 'string' ? { skills } : {}),
    },
    applied: { migrations: versions, packs: installedPacks(versions) },
    schema: { ...schemaOptions(db, ledger, again, options), ...(await printers(db)) },
    drift: options.drift ?? 'if possible',
    strict: options.strict === true,
    timeoutMs: timeoutOf(options),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  })
  return { ...report, folderNotes: folderNotes(migrationSources(options.migrations)) }
}

/** The checks of a user are code; as a superuser they could do anything to the server, whatever the transaction is. */
function refuseUserChecks(db: Db, checks: readonly Check[], allowed: boolean): void {
  const check = checks.find(({ own }) => !own)
  if (check === undefined || allowed || !db.info.superuser || db.info.kind === 'embedded') return
  throw new SkillsError(
    'SUPERUSER_CHECKS',
    `${check.file}:${check.line}: ${db.info.user} is a superuser, and your own checks would run with the privileges of a superuser`,
    {
      hint: 'connect as another role; or review the checks as you review a program, and add --allow-superuser-checks',
      diagnostics: [
        {
          severity: 'error',
          code: 'SUPERUSER_CHECKS',
          message: 'checks of a user, run by a superuser',
          file: check.file,
          line: check.line,
        },
      ],
    },
  )
}

/** The ledger can be a view of its owner, whose functions would run with the privileges of this connection. */
async function readLedger(db: Db, options: VerifyCallOptions): Promise<LedgerState> {
  const { migrations, variables = {}, ledger = DEFAULT_LEDGER } = options
  const sources = migrationSources(migrations, variables)
  const reading = foreignCodeOptions(ledger, db.info.schema)
  const wanted = { relations: relationsOf(reading), elsewhere: reading.ledgerElsewhere, timeoutMs: timeoutOf(options) }
  return whenReadable(db, wanted, async () => {
    const { code } = await findForeignCode(db, reading)
    const { schema, tables } = ledgerTables(ledger, db.info.schema)
    const ofLedger = code.filter((found) => (found.schema ?? db.info.schema) === schema && tables.includes(tableOf(found.name)))
    if (ofLedger.length === 0) return readLedgerState(db, sources, ledger)
    return {
      files: readMigrations(sources),
      applied: [],
      missing: `the ledger was not read, because that would run the code of another role: ${describeForeign(ofLedger)}`,
    }
  })
}

function timeoutOf({ timeoutMs = DEFAULTS.checkTimeoutMs }: VerifyCallOptions): number {
  return timeoutMs
}

/** Of the files that are applied; without a ledger, of all files. */
function judgedObjects({ info }: Db, { files, applied, facts }: LedgerState, options: VerifyCallOptions): JudgedObjects {
  const { ledger = DEFAULT_LEDGER, appRole = null } = options
  const present = facts === undefined ? files : applied
  const { tables, views, functions } = declaredObjects(present.filter(({ source }) => source.own))
  const others = declaredObjects(present.filter(({ source }) => !source.own)).tables
  return { tables: [...tables, ...views], functions, others, ledger: ledgerTables(ledger, info.schema), appRole }
}

/** Judged by the package's own objects: what an application may do with the tables of other migrations is not examined. */
export function judgedRole({ info }: Db, role: string, files: readonly MigrationFile[], ledger: string = DEFAULT_LEDGER): object {
  return appRoleInput(role, declaredObjects(files.filter(({ source }) => source.own)), ledgerTables(ledger, info.schema))
}

type Printers = Pick<SchemaOptions, 'print' | 'printedManifest'>

/** How objects are written as SQL. */
async function printers(db: Db): Promise<Printers> {
  const { printSchema } = await import('../migrations/dump/print-schema.ts')
  return {
    print: (schema) => printSchema(db, dumpQueries(), schema),
    printedManifest: () => JSON.parse(readFileSync(manifestStatementsFile(), 'utf8')) as PrintedObject[],
  }
}

/** What the schema is compared with. */
function schemaOptions(
  { info: { schema } }: Db,
  { applied, facts, missing }: LedgerState,
  again: Readonly<Record<string, string>>,
  options: VerifyCallOptions,
): Omit<SchemaOptions, keyof Printers> {
  const { exclusive = false, ledger = DEFAULT_LEDGER } = options
  const adopted = facts?.rows.filter(({ checksum, tool }) => checksum === null && tool === null) ?? []
  const definitions = scratchStatements(applied, schema)
  return {
    ...foreignCodeOptions(ledger, schema),
    catalogQueries: catalogQueries(),
    statements: definitions.statements.map(({ file, line, ...statement }) => ({
      place: `${file}:${line}`,
      ...statement,
    })),
    textsFor: (scratch) => textsFor(definitions, schema, scratch),
    schemasFor: (scratch) => scratchNames(definitions, schema, scratch),
    names: definitions.objects,
    applied: new Set(applied.map(({ version }) => version)),
    adopted: new Set(adopted.map(({ version }) => version)),
    noLedger: missing,
    again,
    existedBefore: new Set(facts?.existedBefore),
    exclusive,
    appRole: options.appRole,
    timeoutMs: timeoutOf(options),
  }
}

/** What `skills migrate lint` finds in the user's migrations that are not applied. */
async function pendingFindings(db: Db, { files, applied }: LedgerState): Promise<object> {
  const [{ hazardServer }, { lintFiles }] = await Promise.all([
    import('../migrations/run/dry-run.ts'),
    import('../migrations/run/lint-files.ts'),
  ])
  const done = new Set(applied.map(({ version }) => version))
  const pending = files.filter(({ version, source }) => !source.own && !done.has(version))
  const { diagnostics } = lintFiles(pending, await hazardServer(db))
  return {
    files: pending.length,
    findings: diagnostics.map(({ severity, code, message, hint, ...where }) => ({ place: place(where), severity, code, message, hint })),
  }
}

/** The skills that the registry is compared with, or why there are none. */
async function skillFacts({ skills, ...options }: VerifyCallOptions): Promise<object | string> {
  const reading = readingOf(options, skills)
  if (skills === undefined && !existsSync(path.resolve(reading.cwd, ...DEFAULT_SKILLS))) return `there is no folder ${DEFAULT_SKILLS[0]}`
  // without the cache: verify reads the files themselves
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
  return diagnostics.find(({ severity, file }) => severity === 'error' && file?.startsWith(where) === true)?.message ?? 'cannot be read'
}
