import path from 'node:path'
import type { Settings } from '../config/settings.ts'
import { SkillsError } from '../core/errors.ts'
import { describeTarget, type DatabaseTarget } from '../core/target.ts'
import type { Db, OpenOptions } from '../db/db.ts'
import type { Link } from '../db/link.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { examineConfiguration, settingsTable } from './configuration.ts'
import { examineClock, examineConnection } from './connection.ts'
import { examineDatabase } from './database.ts'
import { examineEmbedded } from './embedded.ts'
import { examineDisk, examineProgram } from './program.ts'
import { finding, fine, type DoctorReport, type Finding, type FindingId } from './report.ts'

export interface DoctorOptions {
  version: string
  cwd: string
  /** Folder of the queries. */
  sqlFolder: string
  /** File of the query for settings. */
  settingsQuery: string
  /** Throws when the settings cannot be read. */
  settings: (purpose: 'use' | 'migrate') => Promise<Settings>
  open: (target: DatabaseTarget, options: OpenOptions) => Promise<Db>
  /** Examinations by other parts of the tool, of a database that is reachable. */
  others: readonly ((db: Db, settings: Settings) => Promise<Finding[]>)[]
  onProgress?: (what: string) => void
}

/** Examines everything that commands depend on. Writes nothing; an expected error becomes a finding. */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  const program = examineProgram(options.version)
  const loaded = await attempt('configuration.settings', async () => ({
    settings: await options.settings('use'),
    direct: (await options.settings('migrate')).database,
  }))
  if ('failure' in loaded) return reportOf([...program, examineDisk(options.cwd, 'this folder'), loaded.failure], [])
  const { settings, direct } = loaded.value
  const findings = [
    ...program,
    diskOf(settings, options.cwd),
    ...examineConfiguration(settings),
    ...(await examineTarget(settings, options)),
    ...(await examineDirect(settings, direct, options)),
  ]
  return reportOf(findings, settingsTable(settings, direct))
}

function reportOf(findings: Finding[], settings: DoctorReport['settings']): DoctorReport {
  return { ok: findings.every(({ status }) => status !== 'error'), findings, settings }
}

/** The disk of an embedded database, else that of the working folder, where reports and new files are written. */
function diskOf({ database: { value: target } }: Settings, cwd: string): Finding {
  return target.kind === 'embedded' && target.directory !== 'memory'
    ? examineDisk(path.resolve(cwd, target.directory), 'the embedded database')
    : examineDisk(cwd, 'this folder')
}

async function examineTarget(settings: Settings, options: DoctorOptions): Promise<Finding[]> {
  const target = settings.database.value
  const embedded = target.kind === 'embedded' ? examineEmbedded(target.directory) : undefined
  if (embedded !== undefined && !embedded.canOpen) return embedded.findings
  const before = embedded?.findings ?? []
  let link: (() => Link) | undefined
  options.onProgress?.('connecting')
  const began = performance.now()
  const opened = await attempt('connection.address', () =>
    options.open(target, { schema: settings.schema.value, onConnected: (describe) => (link = describe) }),
  )
  if ('failure' in opened) return [...before, opened.failure]
  const db = opened.value
  const connectMs = performance.now() - began
  try {
    const connection = target.kind === 'server' ? examineConnection(db.info, target, link?.(), connectMs) : []
    options.onProgress?.('examining the database')
    const examined = await attempt('database.settings', () => examineDatabase(db, { ...options, ledger: settings.ledger.value }))
    const inside = 'failure' in examined ? [examined.failure] : [...examined.value.findings]
    const clock = 'failure' in examined || target.kind === 'embedded' ? [] : examineClock(examined.value.clock)
    const others: Finding[] = []
    for (const other of options.others) {
      const found = await attempt('database.answer', () => other(db, settings))
      others.push(...('failure' in found ? [asWarning(found)] : found.value))
    }
    return [...before, ...connection, ...clock, ...inside, ...others]
  } finally {
    await db.close()
  }
}

/** Migrations can use another connection than the other commands. */
async function examineDirect(settings: Settings, direct: Settings['database'], options: DoctorOptions): Promise<Finding[]> {
  const label = describeTarget(direct.value)
  if (label === describeTarget(settings.database.value)) return []
  const opened = await attempt('connection.direct', () => options.open(direct.value, { schema: settings.schema.value }))
  if ('failure' in opened) return [opened.failure]
  const db = opened.value
  await db.close()
  return [
    db.info.pooled
      ? finding(
          'warning',
          'connection.direct',
          `${direct.origin} must not be a pooler, and ${label} is one`,
          `set ${direct.origin} to the server`,
        )
      : fine('connection.direct', `migrate connects to ${label}, from ${direct.origin}`),
  ]
}

interface Failure {
  failure: Finding
  code: string
}

/** Often the role is that of an application, and needs no more: the findings rights.* report the missing privileges. */
function asWarning({ failure, code }: Failure): Finding {
  return code === 'PERMISSION_DENIED' || code === SQLSTATE.insufficientPrivilege ? { ...failure, status: 'warning' } : failure
}

/** An expected error becomes a finding. */
async function attempt<T>(id: FindingId, work: () => Promise<T>): Promise<{ value: T } | Failure> {
  try {
    return { value: await work() }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error instanceof SkillsError) {
      const next = error.hint ?? `see skills explain ${error.code}`
      return { failure: finding('error', id, `${error.message} [${error.code}]`, next), code: error.code }
    }
    const code = (error as { code?: unknown }).code
    if (typeof code !== 'string') throw error
    return { failure: finding('error', id, `${error.message} [${code}]`, `see skills explain ${code}`), code }
  }
}
