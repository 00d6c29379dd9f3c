import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSkills } from '../../src/api/create-skills.ts'
import { eventTail } from '../../src/api/event-tail.ts'
import { statementProgress } from '../../src/api/migrate.ts'
import { COMMANDS } from '../../src/cli/command-table.ts'
import type { Db } from '../../src/db/db.ts'
import { advisoryHolders, indexBuilder, obstructingTransactions, oldestTransactions } from '../../src/db/locks.ts'
import { openDb } from '../../src/db/open.ts'
import { schemaWriters } from '../../src/db/writable-schema.ts'
import { targetOf } from '../support/databases.ts'
import { plantCopies, plantNamesakes } from '../support/overload-copies.ts'
import { functionsIn } from '../support/overloads.ts'
import { startPostgres, type TestServer } from '../support/postgres-server.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const USER = '9f1c1d3e-0000-4000-8000-000000000001'
const EVENT = { userId: USER, skillId: 'a', version: '1.0.0', outcome: 'success' } as const

let server: TestServer
let url = ''
let db: Db

beforeAll(async () => {
  server = await startPostgres({ logStatements: true })
  url = server.url('postgres')
  db = await openDb(await targetOf(url))
  // other roles can create objects in `shared`; pg_catalog after it is the worst search_path that a role can have
  await db.exec(
    `CREATE SCHEMA shared; GRANT ALL ON SCHEMA shared TO PUBLIC; CREATE ROLE app; ALTER ROLE postgres SET search_path = shared, pg_catalog;
     CREATE TABLE shared.goose_db_version AS SELECT 1 AS id, 5::bigint AS version_id, true AS is_applied, now() AS tstamp`,
  )
  await plantCopies(db, 'shared', await functionsIn(db, textOf('sql', '.sql') + textOf('src', '.ts')))
  await db.close()
  db = await openDb(await targetOf(url))
}, 90_000)
afterAll(async () => {
  await db.close()
  await server.stop()
})

function textOf(folder: string, end: string): string {
  const files = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(end))
  return files.map((name) => readFileSync(path.join(ROOT, folder, name), 'utf8')).join('\n')
}

/** What was planted and ran while `work` did: the server logs it as an error, whatever the command makes of it. */
async function captured<T>(work: () => Promise<T>): Promise<{ result: T; captured: string[] }> {
  const before = server.log().length
  const result = await work()
  // the server writes its log a moment later
  await new Promise((resolve) => setTimeout(resolve, 50))
  const lines = server.log().slice(before).split('\n')
  const found = lines.flatMap((line, i) => (/ERROR: +captured/.test(line) ? [lines.slice(i, i + 12).join('\n')] : []))
  return { result, captured: found.filter((text) => !UNTYPED_CALL.test(text)) }
}

/** The check `functions.untyped-calls` calls what is planted on purpose, where the owner of it is trusted. */
const UNTYPED_CALL =
  /ERROR: +captured is_skill_unlocked\n.*CONTEXT: .*skills_scratch_\w+\.is_skill_unlocked\(text,text\)[^]*STATEMENT: +SELECT set_config\('skills_verify\.asked'/

const FILES = {
  'skills/a/SKILL.md': '---\nname: a\ndescription: What a does\n---\n# a\n',
  'events.ndjson': `${JSON.stringify(EVENT)}\n`,
  'db/1.sql': 'create table if not exists notes (id int primary key, body text);\ncreate index if not exists notes_body on notes (body);\n',
  'db/2.sql': '-- skills: no-transaction\ncreate index concurrently if not exists notes_twice on notes (body);\n',
  'again/1.sql': 'create table if not exists notes (id int primary key, body text);\ncreate table other (id int);\n',
  'more/3.sql':
    'create table if not exists notes (id int primary key, body text);\ncreate table notes (id int);\ncreate type mood as enum ();\n',
  'theirs/5_goose.sql': '-- +goose Up\ncreate table goose (id int);\n-- +goose Down\ndrop table goose;\n',
  'wrong/4.sql': 'select * from note;\n',
}

/** In order, with the exit codes that are no accident. */
const RUNS: readonly [command: string, ...codes: number[]][] = [
  ['migrate --dry-run --migrations db', 0],
  ['migrate --migrations db', 0],
  ['migrate --migrations db', 0],
  ['migrate --migrations db --migrations more', 0],
  ['migrate --migrations db --migrations more --migrations wrong', 4],
  ['migrate status --migrations db --migrations more', 0],
  ['migrate baseline --migrations db', 0],
  ['migrate import --from goose --dir theirs', 0],
  ['migrate repair 20251220_create_skill_system', 0],
  ['migrate lint --pending --migrations db', 0],
  ['migrate dump', 0],
  ['migrate squash --schema shared --migrations db --to 2 --dry-run', 0],
  ['demo-data --events 3000 --days 20', 0],
  ['sync --check', 1],
  ['diff', 0],
  ['sync', 0],
  ['sync', 0],
  ['list --tier CORE --min-trust 1', 0],
  ['show a', 0],
  ['show b', 1],
  ['disable a', 0],
  ['enable a', 0],
  ['trust a 3', 0],
  ['log events.ndjson', 0],
  ['stats', 0],
  ['stats --exact', 0],
  ['stats a --since 7d', 0],
  ['stats --cooccurrence', 0],
  ['stats --cooccurrence --exact', 0],
  ['stats --by hour', 0],
  ['stats --by tier --exact', 0],
  ['stats --compare 7d', 0],
  ['stats --funnel', 0],
  ['stats --funnel --exact', 0],
  [`stats --user ${USER}`, 0],
  ['rollup', 0],
  ['rollup --rebuild', 0],
  ['prune-events --older-than 5d --dry-run', 0],
  ['prune-events --older-than 5d --yes', 0],
  [`forget-user ${USER} --dry-run`, 0],
  [`forget-user ${USER} --yes`, 0],
  ['verify --migrations db --migrations more', 0, 1],
  ['grants --app-role app', 0],
  ['doctor --migrations db --migrations more', 0, 1],
  ['migrate new remedies --from-verify --migrations db', 0, 1],
]

/** A command of each kind. */
const ELSEWHERE: typeof RUNS = [
  ['migrate --migrations db', 0],
  ['demo-data --events 1000', 0],
  ['sync', 0],
  ['stats', 0],
  ['rollup', 0],
  ['verify --migrations db', 0, 1],
  ['doctor --migrations db', 0, 1],
]

describe('a writable schema with an overload of every function and operator', () => {
  test('the list of commands -> every command that opens a database', () => {
    const names = COMMANDS.filter(({ database }) => database === true).map(({ name }) => name)
    expect(names.filter((name) => !RUNS.some(([command]) => `${command} `.startsWith(`${name} `)))).toEqual([])
  })

  test('statements without qualification -> captured, so the tests below can fail', async () => {
    for (const sql of ['SELECT to_json(current_schemas(false))', 'SELECT count(*)', "SELECT 'a'::text = 'b'::text", 'SELECT now()']) {
      const { result, captured: found } = await captured(() => db.query(sql).catch((error: unknown) => String(error)))
      expect({ sql, result, found: found.length }).toMatchObject({ result: expect.stringContaining('captured'), found: 1 })
    }
  })

  test('every command as a superuser, in that schema -> none runs', async () => {
    await runAll(RUNS, [], () => plantNamesakes(db, 'shared'))
  }, 180_000)

  test('commands in another schema, with that one in the search_path -> none runs', async () => {
    await runAll(ELSEWHERE, ['--schema', 'app schema'])
  }, 60_000)

  test('migrate as a role that is no superuser, in that schema -> none runs', async () => {
    // its first statements run with the schema in the search_path
    await db.exec(
      `CREATE ROLE early LOGIN; ALTER ROLE early SET search_path = shared, pg_catalog; GRANT ALL ON ALL TABLES IN SCHEMA shared TO early`,
    )
    const asEarly = url.replace('postgres://postgres@', 'postgres://early@')
    const cwd = scratch(FILES)
    const { result, captured: found } = await captured(() =>
      runSkills(['migrate', '--migrations', 'db', '--migrations', 'more', '--database-url', asEarly], { cwd }),
    )
    expect(found).toEqual([])
    expect(result.stdout).toContain('up to date')
  })

  test('a view or a table of another role in the place of one of ours -> its code does not run', async () => {
    await db.exec(`SET search_path TO pg_catalog; CREATE SCHEMA empty; CREATE ROLE other; GRANT ALL ON SCHEMA shared, empty TO PUBLIC; SET ROLE other;
      CREATE FUNCTION shared.evil() RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''captured evil''; END';
      CREATE FUNCTION shared.evil_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''captured evil''; END';
      CREATE VIEW shared.schema_migrations_progress AS SELECT shared.evil() AS version;
      CREATE VIEW empty.schema_migrations AS SELECT shared.evil() AS version;
      CREATE VIEW empty.skills_registry AS SELECT shared.evil() AS skill_id, '1'::text AS version, true AS enabled, 1 AS trust_level, '{}'::jsonb AS meta,
        NULL::text AS sha256, now() AS updated_at;
      CREATE VIEW empty.skill_usage_events AS SELECT shared.evil() AS skill_id, now() AS created_at;
      GRANT SELECT ON ALL TABLES IN SCHEMA empty TO PUBLIC; RESET ROLE; CREATE ROLE deploy LOGIN`)
    const cwd = scratch({ ...FILES, 'slow/5.sql': '-- skills: no-transaction\ncreate index concurrently notes_slow on notes (body);\n' })
    const migrateSlow = 'migrate --migrations slow'
    const before = ['verify', 'doctor', migrateSlow]
    const empty = [
      'migrate',
      'migrate status',
      'list',
      'show a',
      'sync',
      'sync --check',
      'diff',
      'stats --exact',
      'stats',
      'verify',
      'doctor',
    ]
    const asDeploy = url.replace('postgres://postgres@', 'postgres://deploy@')
    const elsewhere = empty.map((one) => `${one} --schema empty`)
    for (const [command, as] of [...[...before, ...elsewhere].map((one) => [one, url]), ...elsewhere.map((one) => [one, asDeploy])]) {
      const { result, captured: found } = await captured(() =>
        runSkills([...(command ?? '').split(' '), '--database-url', as ?? ''], { cwd }),
      )
      expect({ command, found }).toEqual({ command, found: [] })
      // doctor reports what it finds
      if (command?.startsWith('doctor') !== true) expect(result.code, `${command}: ${result.stdout}`).not.toBe(0)
    }
    await db.exec(`DROP VIEW shared.schema_migrations_progress; SET ROLE other;
      CREATE TABLE shared.schema_migrations_progress (version text, statement text, finished_at timestamptz DEFAULT now(), PRIMARY KEY (version, statement));
      CREATE TRIGGER t BEFORE INSERT ON shared.schema_migrations_progress FOR EACH ROW EXECUTE FUNCTION shared.evil_trigger(); RESET ROLE`)
    const { result, captured: found } = await captured(() => runSkills([...migrateSlow.split(' '), '--database-url', url], { cwd }))
    expect(found).toEqual([])
    expect(result.stderr).toContain('trigger schema_migrations_progress.t of the role other')
    await db.exec('DROP TABLE shared.schema_migrations_progress; RESET search_path')
  }, 180_000)

  test('the library -> none runs', async () => {
    const { captured: found } = await captured(async () => {
      const skills = createSkills({ enabled: true, database: url, spillDir: false, atExit: false, env: {} })
      await skills.listSkills({ userId: USER, unlockedOnly: true })
      await skills.unlock(USER, 'a', 'test')
      expect(await skills.isUnlocked(USER, 'a')).toBe(true)
      expect(await skills.listUnlocks(USER)).toHaveLength(1)
      expect(await skills.lock(USER, 'a', 'test')).toBe(true)
      expect(await skills.logUsageNow(EVENT)).toMatch(/^\d+$/)
      skills.logUsage(EVENT)
      expect(await skills.flush()).toMatchObject({ complete: true })
      expect(await skills.feedback({ ...EVENT, rating: 3, tags: ['x'] })).toMatch(/^\d+$/)
      await skills.close()
      const tail = eventTail({ limit: 5 })
      await tail.read(db, () => undefined)
      await db.run('UPDATE :"schema".skills_registry SET updated_at = now()')
      await tail.read(db, () => undefined, 1)
      await statementProgress(db, db.info.pid)
      await advisoryHolders(db, 1n)
      await oldestTransactions(db)
      await obstructingTransactions(db, { relations: ['skills_registry'], readers: true, snapshots: true })
      await indexBuilder(db, '1259')
      await schemaWriters(db)
    })
    expect(found).toEqual([])
  })
})

/** Runs commands, in one folder and one after the other; `migrated` is called when the schema exists. */
async function runAll(runs: typeof RUNS, options: readonly string[], migrated?: () => Promise<void>): Promise<void> {
  const cwd = scratch(FILES)
  let isPlanted = false
  for (const [command, ...codes] of runs) {
    const { result, captured: found } = await captured(() => runSkills([...command.split(' '), ...options, '--database-url', url], { cwd }))
    expect({ command, found }).toEqual({ command, found: [] })
    expect(codes, `${command}: exit ${result.code}\n${result.stdout}${result.stderr}`).toContain(result.code)
    if (!isPlanted && command.startsWith('migrate --migrations')) {
      isPlanted = true
      await migrated?.()
    }
  }
}
