import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Db, Row } from '../../src/db/db.ts'
import type { CreateSkillsOptions, Skills, UsageEvent } from '../../src/index.ts'
import { createSkills } from '../../src/index.ts'
import type { TestBackend, TestDatabase } from './databases.ts'
import { scratch } from './scratch.ts'

export const USER = '9f1c1d3e-0000-4000-8000-000000000001'
export const OTHER = '9f1c1d3e-0000-4000-8000-000000000002'

/** A valid event with its own `input_hash`. */
export function event(over: Partial<UsageEvent> = {}): UsageEvent {
  return { userId: USER, skillId: 'one', version: '1.0.0', outcome: 'success', inputHash: randomUUID(), ...over }
}

export interface Warned {
  code: string
  message: string
}

/** An enabled client with its own spill folder, which does not touch the process of the test. */
export function skillsOn(
  database: NonNullable<CreateSkillsOptions['database']>,
  options: CreateSkillsOptions = {},
): { skills: Skills; warnings: Warned[]; spillDir: string } {
  const warnings: Warned[] = []
  const spillDir = `${scratch()}/spill`
  const skills = createSkills({
    database,
    env: { SKILLS_ENABLED: '1' },
    spillDir,
    atExit: false,
    flushMs: 50,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  })
  return { skills, warnings, spillDir }
}

/** A migrated database, a session for queries, and the `database` option of `createSkills`: the URL, or the session where only one is possible. */
export async function migrated(backend: TestBackend): Promise<{ db: Db; database: string | Db; fresh: TestDatabase }> {
  const fresh = await backend.migrated()
  const db = await fresh.open()
  return { db, database: backend.name === 'server' ? (fresh.flags[1] ?? '') : db, fresh }
}

/** Rows of skills_registry; meta is what `skills sync` writes, shortened. */
export async function register(db: Db, rows: readonly { id: string; trust?: number; enabled?: boolean; meta?: object }[]): Promise<void> {
  for (const { id, trust = 1, enabled = true, meta = {} } of rows)
    await db.query(
      'insert into skills_registry (skill_id, version, trust_level, enabled, meta) values ($1, $2, $3::int, $4::boolean, $5::jsonb)',
      [id, '1.0.0', trust, enabled, meta],
    )
}

/** The input hashes of the events in the database, sorted. */
export async function logged(db: Db): Promise<string[]> {
  const rows = await db.query<Row & { input_hash: string }>('select input_hash from skill_usage_events order by 1')
  return rows.map(({ input_hash }) => input_hash)
}

/** The input hashes of the events in the files of a spill folder. */
export function spilled(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as { event?: unknown[] })
    .flatMap(({ event: values }) => (values === undefined ? [] : [String(values[6])]))
}

/** The input hashes of these events, sorted, as `logged` gives them. */
export const hashes = (events: readonly UsageEvent[]): string[] => events.map(({ inputHash }) => String(inputHash)).toSorted()
