import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../../src/db/db.ts'
import { migrate, migrationStatus, readMigrationFiles, rollUp, stats, sync } from '../../src/index.ts'
import { everyView, rollupCounts } from './rollups.ts'
import { writeFiles } from './scratch.ts'

/** What a command changes, and what must hold after it was interrupted at any moment. */
export interface Interruption {
  command: string
  args: readonly string[]
  /** A table that the command writes to, or reads when it writes nothing. */
  table: string
  /** Once, on a database with the migrations of the package. */
  setUp?: (db: Db, cwd: string) => Promise<void>
  /** Before each run: gives it something to do. */
  prepare: (db: Db, cwd: string, round: number) => Promise<void>
  /** Throws when the database is in a state that no moment of a run may leave. */
  holds: (db: Db, round: number) => Promise<unknown>
  /** What a complete run leaves, after an interrupted one. */
  isDone: (db: Db, round: number, cwd: string) => Promise<boolean>
}

const USER = '5c111e00-0000-4000-8000-0000000000a1'
export const EVENTS = 2_000
const SKILLS = 150

export const INTERRUPTIONS: readonly Interruption[] = [
  {
    command: 'sync',
    args: ['sync', '--force-prune'],
    table: 'skills_registry',
    prepare: async (_, cwd, round) => {
      await Promise.resolve(writeFiles(cwd, skillFiles(round)))
    },
    // one transaction: all skills have the version of one round
    holds: async (db) =>
      expectOne(
        db,
        'SELECT count(DISTINCT version)::int AS n, count(*)::int AS rows FROM skills_registry',
        ({ n, rows }) => (n === 1 && rows === SKILLS) || rows === 0,
      ),
    isDone: async (db, round) =>
      (await one(db, `SELECT count(*)::int AS n FROM skills_registry WHERE version = '1.${round}.0'`))['n'] === SKILLS,
  },
  {
    command: 'rollup',
    args: ['rollup', '--batch', '50'],
    table: 'skill_rollup_days',
    // few, because the check compares the views with a count of all events of all rounds
    prepare: async (db, _, round) => writeEvents(db, round, EVENTS / 4),
    holds: async (db) => {
      const { rolled, events } = await rollupCounts(db)
      if (rolled > events) throw new Error(`${rolled} of ${events} events are in the rollups`)
    },
    isDone: async (db) => {
      const { rolled, events } = await rollupCounts(db)
      return rolled === events && (await everyView(db, false)) === (await everyView(db, true))
    },
  },
  {
    command: 'log',
    args: ['log', 'events.ndjson'],
    table: 'skill_usage_events',
    prepare: async (_, cwd, round) => Promise.resolve(writeFileSync(path.join(cwd, 'events.ndjson'), eventLines(round))),
    holds: async (db) =>
      expectOne(
        db,
        `SELECT count(*)::int AS n, count(DISTINCT input_hash)::int AS hashes FROM skill_usage_events`,
        ({ n, hashes }) => n === hashes,
      ),
    isDone: async (db, round) =>
      (await one(db, `SELECT count(*)::int AS n FROM skill_usage_events WHERE input_hash LIKE '${round}-%'`))['n'] === EVENTS,
  },
  {
    command: 'prune-events',
    args: ['prune-events', '--older-than', '30d', '--yes', '--batch', '200'],
    table: 'skill_usage_events',
    prepare: async (db, _, round) => {
      await writeEvents(db, round, EVENTS, "interval '60 days'")
      await writeEvents(db, round, 100)
      await rollUp(db)
    },
    // the numbers of all time do not change
    holds: async (db, round) => {
      const { totals } = await stats(db)
      if (totals.events !== (round + 1) * (EVENTS + 100)) throw new Error(`stats counts ${totals.events} events after round ${round}`)
    },
    isDone: async (db) =>
      (await one(db, "SELECT count(*)::int AS n FROM skill_usage_events WHERE created_at < now() - interval '40 days'"))['n'] === 0,
  },
  {
    command: 'forget-user',
    args: ['forget-user', USER, '--yes'],
    table: 'skill_unlocks',
    prepare: async (db, _, round) => {
      await writeEvents(db, round, EVENTS, "interval '1 hour'", USER)
      await db.exec(`INSERT INTO skill_feedback (user_id, skill_id, version, rating) SELECT '${USER}', 'one', '1', 5 FROM generate_series(1, 200);
        INSERT INTO skill_unlocks (user_id, skill_id, unlocked) VALUES ('${USER}', 'one', true) ON CONFLICT DO NOTHING`)
      await rollUp(db)
    },
    // one transaction: the user is in all tables or in none
    holds: async (db) =>
      expectOne(db, OF_USER, ({ events, feedback, unlocks, rollups }) =>
        [0, 4].includes([events, feedback, unlocks, rollups].filter((n) => n !== 0).length),
      ),
    isDone: async (db) => Object.values(await one(db, OF_USER)).every((n) => n === 0),
  },
  {
    command: 'migrate repair',
    args: ['migrate', 'repair', '20300101_notes', '--dir', 'db', '--yes'],
    table: 'schema_migrations',
    setUp: async (db, cwd) => {
      writeFiles(cwd, { 'db/20300101_notes.sql': 'CREATE TABLE notes (id int);\n' })
      const { error } = await migrate(db, { migrations: [path.join(cwd, 'db')] })
      if (error !== undefined) throw error
    },
    prepare: async (_, cwd, round) =>
      Promise.resolve(writeFiles(cwd, { 'db/20300101_notes.sql': `-- ${round}\nCREATE TABLE notes (id int);\n` })),
    holds: async (db) =>
      expectOne(
        db,
        "SELECT count(*)::int AS n, count(checksum)::int AS digests FROM schema_migrations WHERE version = '20300101_notes'",
        ({ n, digests }) => n === 1 && digests === 1,
      ),
    isDone: async (db, _, cwd) => (await migrationStatus(db, { migrations: [path.join(cwd, 'db')] })).upToDate,
  },
  {
    command: 'migrate baseline',
    args: ['migrate', 'baseline'],
    table: 'skills_registry',
    prepare: async (db) => db.exec('DROP TABLE IF EXISTS schema_migrations, schema_migrations_progress'),
    holds: async (db) => {
      const [row] = await db.query<{ found: boolean }>("SELECT to_regclass('schema_migrations') IS NOT NULL AS found")
      if (row?.found === true) await expectOne(db, 'SELECT count(*)::int AS n FROM schema_migrations', ({ n }) => n === 0 || n === OWN)
    },
    isDone: async (db) =>
      (await one(db, 'SELECT count(*)::int AS n FROM schema_migrations'))['n'] === OWN && (await migrate(db)).report.applied.length === 0,
  },
]

/** These change nothing, or migrate-kills.test.ts has their kills. */
export const MORE_COMMANDS: readonly Interruption[] = [
  {
    command: 'migrate',
    args: ['migrate', '--dir', 'db', '--lock-timeout', '60s'],
    table: 'skills_registry',
    prepare: async (_, cwd, round) =>
      Promise.resolve(
        writeFiles(cwd, {
          [`db/2030010${round}_more.sql`]: `CREATE TABLE more_${round} (id int);\nALTER TABLE skills_registry ADD COLUMN more_${round} int;\n`,
        }),
      ),
    holds: async (db) =>
      expectOne(
        db,
        "SELECT (SELECT count(*)::int FROM pg_class WHERE relname LIKE 'more\\_%') AS tables, (SELECT count(*)::int FROM schema_migrations WHERE version LIKE '%\\_more') AS rows",
        ({ tables, rows }) => tables === rows,
      ),
    isDone: async (db, round) =>
      (await one(db, `SELECT count(*)::int AS n FROM schema_migrations WHERE version = '2030010${round}_more'`))['n'] === 1,
  },
  ...(
    [
      ['stats', ['stats', '--exact'], 'skill_usage_events'],
      ['verify', ['verify', '--check-timeout', '60s'], 'skill_usage_events'],
      ['list', ['list'], 'skills_registry'],
      ['disable', ['disable', 'one'], 'skills_registry'],
    ] as const
  ).map(([command, args, table]): Interruption => ({
    command,
    args,
    table,
    prepare: async (db, cwd) => {
      writeFiles(cwd, { 'skills/one/SKILL.md': skill('one', '1.0.0') })
      await sync(db, { cwd })
    },
    holds: (db) => one(db, 'SELECT count(*)::int AS n FROM skills_registry'),
    isDone: () => Promise.resolve(true),
  })),
]

const OF_USER = `SELECT (SELECT count(*)::int FROM skill_usage_events WHERE user_id = '${USER}') AS events,
  (SELECT count(*)::int FROM skill_feedback WHERE user_id = '${USER}') AS feedback,
  (SELECT count(*)::int FROM skill_unlocks WHERE user_id = '${USER}') AS unlocks,
  (SELECT count(*)::int FROM skill_rollup_users WHERE user_id = '${USER}') AS rollups`

/** Migrations of the package. */
const OWN = readMigrationFiles().length

function skill(id: string, version: string): string {
  return `---\nname: ${id}\ndescription: A skill of a test about interruptions. Use it there.\nmetadata:\n  version: "${version}"\n---\nBody.\n`
}

function skillFiles(round: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: SKILLS }, (_, i) => [`skills/s-${i}/SKILL.md`, skill(`s-${i}`, `1.${round}.0`)]))
}

/** A file for `skills log`: each event has an ID, and is written once. */
export function eventLines(round: number): string {
  return Array.from({ length: EVENTS }, (_, i) =>
    JSON.stringify({
      userId: `9f1c1d3e-0000-4000-8000-${String(i % 50).padStart(12, '0')}`,
      skillId: 'one',
      version: '1',
      outcome: 'success',
      inputHash: `${round}-${i}`,
      id: `${round}-${i}`,
    }),
  ).join('\n')
}

async function writeEvents(
  db: Db,
  round: number,
  count: number,
  age = "interval '1 hour'",
  user = '00000000-0000-4000-8000-000000000001',
): Promise<void> {
  await db.exec(`INSERT INTO skill_usage_events (user_id, session_id, skill_id, version, outcome, latency_ms, created_at)
    SELECT '${user}', 's${round}-' || n % 40, 'skill-' || n % 7, '1', CASE WHEN n % 5 = 0 THEN 'soft_fail' ELSE 'success' END, n % 900, now() - ${age}
    FROM generate_series(1, ${count}) AS n`)
}

async function one(db: Db, sql: string): Promise<Record<string, number>> {
  const [row] = await db.query<Record<string, number>>(sql)
  return row ?? {}
}

async function expectOne(db: Db, sql: string, condition: (row: Record<string, number>) => boolean): Promise<void> {
  const row = await one(db, sql)
  if (!condition(row)) throw new Error(`${JSON.stringify(row)} from ${sql}`)
}
