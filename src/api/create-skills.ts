import { loadSettings, type Settings } from '../config/settings.ts'
import type { Db } from '../db/db.ts'
import { createSkillsFrom, type SkillsOptions } from '../telemetry/create-skills.ts'
import type { Skills } from '../telemetry/skills-client.ts'
import type { ConnectionSource } from '../telemetry/skills-connection.ts'
import type { ConnectOptions } from './connect.ts'
import { refuseForeignCode } from './foreign-code.ts'
import { openConfigured } from './open-database.ts'
import { chosenTarget, givenTarget, inputsOf } from './spill-target.ts'

export interface CreateSkillsOptions extends SkillsOptions {
  /**
   * A URL, or the options of `connect`; by default the database is found as on the command line. Or a connection, used by
   * nothing else: it is not opened again after it is lost, and not closed.
   */
  database?: string | Omit<ConnectOptions, 'waitMs' | 'purpose'> | Db | undefined
  /** Environment variables. Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>> | undefined
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
  if (typeof database === 'object' && 'info' in database)
    return { kind: 'given', open: () => examinedFirst(database), target: givenTarget(database) }
  const given: ConnectOptions = typeof database === 'string' ? { databaseUrl: database } : (database ?? {})
  const settings = await loadSettings(given, given.env ?? env, given.cwd ?? process.cwd())
  const { value: target } = settings.database
  return { kind: target.kind, open: () => openExamined(settings), target: chosenTarget(target, settings.schema.value) }
}

async function openExamined(settings: Settings): Promise<Db> {
  const db = await openConfigured(settings, { background: true })
  try {
    return await examinedFirst(db)
  } catch (error) {
    await db.close()
    throw error
  }
}

/** The connection, unless a superuser would run the code of another role. */
async function examinedFirst(db: Db): Promise<Db> {
  await refuseForeignCode(db)
  return db
}
