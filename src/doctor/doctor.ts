import path from 'node:path'
import type { Settings } from '../config/settings.ts'
import { SkillsError } from '../core/errors.ts'
import type { DatabaseTarget } from '../core/target.ts'
import { describeTarget } from '../core/target.ts'
import type { Db, OpenOptions } from '../db/db.ts'
import type { Link } from '../db/link.ts'
import { SQLSTATE } from '../db/sqlstates.ts'
import { examineClock } from './clock.ts'
import { examineConfiguration, settingsTable } from './configuration.ts'
import { examineConnection } from './connection.ts'
import { examineDatabase } from './database.ts'
import type { DoctorReport } from './doctor-report.ts'
import { examineEmbedded } from './embedded.ts'
import type { Finding } from './finding.ts'
import { finding, fine } from './finding.ts'
import { examineDisk, examineProgram } from './program.ts'

export interface DoctorOptions {
  version: string
  cwd: string
  /** Folder of the queries. */
  sqlFolder: string
  /** May throw what keeps the settings from being read. */
  settings: (purpose: 'use' | 'migrate') => Promise<Settings>
  open: (target: DatabaseTarget, options: OpenOptions) => Promise<Db>
  /** What other parts of the tool say about a database that can be reached. */
  others: readonly ((db: Db, settings: Settings) => Promise<Finding[]>)[]
  onProgress?: (what: string) => void
}

/** Looks at everything a command depends on, each as far as it can be reached. Writes nothing, and throws nothing it expects. */
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

/** An embedded database grows where it lies; what else the tool writes are reports and new files. */
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
    options.onProgress?.('looking at the database')
    const examined = await attempt('database.settings', () => examineDatabase(db, { ...options, ledger: settings.ledger.value }))
    const inside = 'failure' in examined ? [examined.failure] : [...examined.value.findings]
    const clock = 'failure' in examined || target.kind === 'embedded' ? [] : examineClock(examined.value.clock)
    const others: Finding[] = []
    for (const other of options.others) {
      const found = await attempt('database.answer', () => other(db, settings))
      others.push(...('failure' in found ? [mildly(found)] : found.value))
    }
    return [...before, ...connection, ...clock, ...inside, ...others]
  } finally {
    await db.close()
  }
}

/** Migrations may go another way than everything else; it has to lead somewhere too. */
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
          `${direct.origin} is for the server itself, and ${label} is a pooler`,
          `let ${direct.origin} name the server past the pooler`,
        )
      : fine('connection.direct', `migrate connects to ${label}, from ${direct.origin}`),
  ]
}

interface Failure {
  failure: Finding
  code: string
}

/** A role that may not look there is most often an application's, and well for that: the rights are told already. */
function mildly({ failure, code }: Failure): Finding {
  return code === 'PERMISSION_DENIED' || code === SQLSTATE.insufficientPrivilege ? { ...failure, status: 'warning' } : failure
}

/** What is expected to fail becomes a finding. */
async function attempt<T>(id: string, work: () => Promise<T>): Promise<{ value: T } | Failure> {
  try {
    return { value: await work() }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error instanceof SkillsError) {
      const next = error.hint ?? `skills explain ${error.code}`
      return { failure: finding('error', id, `${error.message} [${error.code}]`, next), code: error.code }
    }
    const code = (error as { code?: unknown }).code
    if (typeof code !== 'string') throw error
    return { failure: finding('error', id, `${error.message} [${code}]`, `skills explain ${code}`), code }
  }
}
