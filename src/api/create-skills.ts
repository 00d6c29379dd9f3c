import path from 'node:path'
import { loadSettings } from '../config/settings.ts'
import { bytewise } from '../core/bytewise.ts'
import { sha256 } from '../core/digests.ts'
import { redact } from '../core/redaction.ts'
import { describeTarget, type DatabaseTarget } from '../core/target.ts'
import type { Db } from '../db/db.ts'
import { openDb } from '../db/open.ts'
import { createSkillsFrom, type SkillsOptions } from '../telemetry/create-skills.ts'
import type { Skills } from '../telemetry/skills-client.ts'
import type { ConnectionSource } from '../telemetry/skills-connection.ts'
import type { ConnectOptions } from './connect.ts'

export interface CreateSkillsOptions extends SkillsOptions {
  /**
   * A URL, or the options of `connect`; by default the database is found as on the command line. Or a connection, used by
   * nothing else: it is not opened again after it is lost, and not closed.
   */
  database?: string | Omit<ConnectOptions, 'waitMs' | 'purpose'> | Db
  /** Environment variables. Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>>
}

/**
 * Skills in an application: the skills for a user, unlocks, telemetry and feedback. It connects at the first call and after
 * a lost connection, and does not keep the process alive. Without SKILLS_ENABLED=1, or `enabled`, it does nothing.
 * docs/telemetry.md describes it.
 *
 * @example
 * const userId = '9f1c1d3e-0000-4000-8000-000000000001'
 * const skills = createSkills({ database: db, enabled: true })
 * for (const { id, version } of await skills.listSkills({ userId })) {
 *   skills.logUsage({ userId, skillId: id, version, outcome: 'success', latencyMs: 120 })
 * }
 * await skills.flush()
 * console.log(skills.counts())
 * await skills.close()
 */
export function createSkills(options: CreateSkillsOptions = {}): Skills {
  const { database, env = process.env, ...rest } = options
  return createSkillsFrom({ find: () => connectionSource(database, env), inputs: inputsOf(database, env) }, rest, env)
}

async function connectionSource(
  database: CreateSkillsOptions['database'],
  env: NonNullable<ConnectOptions['env']>,
): Promise<ConnectionSource> {
  if (typeof database === 'object' && 'info' in database) {
    const { kind, label, schema } = database.info
    const place = kind === 'embedded' && !label.endsWith(MEMORY) ? `embedded ${path.resolve(label.slice('embedded '.length))}` : label
    return { kind: 'given', open: () => Promise.resolve(database), target: targetOf([kind, place, schema], place) }
  }
  const given: ConnectOptions = typeof database === 'string' ? { databaseUrl: database } : (database ?? {})
  const settings = await loadSettings(given, given.env ?? env, given.cwd ?? process.cwd())
  const { value: target } = settings.database
  const schema = settings.schema.value
  return { kind: target.kind, open: () => openDb(target, { schema, background: true }), target: chosenTarget(target, schema) }
}

/** See `describeTarget`. */
const MEMORY = '(memory)'

/** All that chooses the database and the schema; no password. */
function chosenTarget(target: DatabaseTarget, schema: string | undefined): ConnectionSource['target'] {
  if (target.kind === 'embedded') {
    const directory = target.directory === 'memory' ? target.directory : path.resolve(target.directory)
    return targetOf([directory, schema], describeTarget({ ...target, directory }))
  }
  const hosts = target.hosts.map(({ host, port }) => [host, port])
  return targetOf([hosts, target.database, target.user, target.startupOptions, schema], describeTarget(target))
}

function targetOf(parts: readonly unknown[], place: string): ConnectionSource['target'] {
  return { place, configured: digestOf(parts) }
}

/** What the database is chosen from, as far as it is known without reading a file. A new password is the same database. */
function inputsOf(database: CreateSkillsOptions['database'], env: NonNullable<ConnectOptions['env']>): string {
  if (typeof database === 'object' && 'info' in database) return digestOf([database.info.label, database.info.schema])
  const variables = Object.entries({ ...env, ...(typeof database === 'object' ? database.env : {}) })
    .filter(([name]) => /^(?:PG(?!PASS)|DATABASE_URL$|DIRECT_URL$|SKILLS_(?:SCHEMA|EMBEDDED|CONFIG)$)/.test(name))
    .toSorted(([a], [b]) => bytewise(a, b))
  const options = typeof database === 'object' ? { ...database, env: undefined } : database
  // files are found from the working directory; a URL needs none
  const folder = typeof database === 'string' ? '' : process.cwd()
  return digestOf([options, variables, folder].map((part) => redact(JSON.stringify(part ?? null))))
}

function digestOf(parts: readonly unknown[]): string {
  return sha256(JSON.stringify(parts)).slice(0, 32)
}
