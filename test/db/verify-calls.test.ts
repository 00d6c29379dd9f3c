import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { migrate, verify, type VerifyCallOptions } from '../../src/index.ts'
import type { CheckResult, VerifyReport } from '../../src/verify/report.ts'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { scratch } from '../support/scratch.ts'

const resultOf = ({ checks }: VerifyReport, id: string): CheckResult | undefined => checks.find((check) => check.id === id)

/** `id: object: actual` of what failed or warns. */
const faultsOf = ({ checks }: VerifyReport): string[] =>
  checks.flatMap(({ id, status, faults }) =>
    status === 'failed' || status === 'warning' ? faults.map(({ object, actual }) => `${id}: ${object}: ${actual}`) : [],
  )
const ofGroup = (report: VerifyReport, ...groups: string[]): string[] =>
  faultsOf(report).filter((text) => groups.some((group) => text.startsWith(`${group}.`)))

const EVENTS = `SELECT log_skill_usage(gen_random_uuid(), 's', 'one', '1.0.0', 'CORE', 'success') FROM generate_series(1, 3);
  INSERT INTO skill_feedback (user_id, skill_id, version, rating) VALUES (gen_random_uuid(), 'one', '1.0.0', 4)`
const COUNTS = `SELECT (SELECT count(*) FROM skill_usage_events) AS events, (SELECT count(*) FROM skill_feedback) AS feedback,
  (SELECT count(*) FROM skill_unlocks) AS unlocks, (SELECT count(*) FROM skills_registry) AS skills,
  (SELECT last_value FROM skill_usage_events_id_seq) AS last_event, (SELECT last_value FROM skill_feedback_id_seq) AS last_feedback,
  (SELECT is_called FROM agent_emergence_candidates_id_seq) AS candidate, (SELECT rolled FROM skill_rollup_state WHERE source = 'events') AS rolled`

onEachBackend((backend) => {
  const ready = async (file?: string): Promise<{ db: Db; options: VerifyCallOptions }> => {
    const db = await (await backend.migrated()).open()
    const cwd = scratch(file === undefined ? {} : { 'db/1.sql': file })
    const migrations = file === undefined ? [] : [`${cwd}/db`]
    const { error } = await migrate(db, { migrations })
    expect(error).toBeUndefined()
    return { db, options: { cwd, migrations } }
  }

  test('calls: events, feedback, an unlock -> all run, no row and no number remains', async () => {
    const { db, options } = await ready()
    await db.exec(`${EVENTS}; SELECT unlock_skill(gen_random_uuid(), 'one')`)
    const before = await db.query(COUNTS)
    const report = await verify(db, options)
    expect(['functions.calls', 'views.reads', 'sequences.next-value'].map((id) => resultOf(report, id)?.status)).toEqual([
      'passed',
      'passed',
      'passed',
    ])
    expect(resultOf(report, 'functions.calls')?.reason).toBeUndefined()
    expect(await db.query(COUNTS)).toEqual(before)
  })

  test('calls: the role cannot call, insert or read sequences -> skipped with the privileges that it lacks', async () => {
    const { db, options } = await ready()
    await db.exec(EVENTS)
    const role = `reader_${process.pid}_${Math.random().toString(36).slice(2, 8)}`
    await db.exec(`CREATE ROLE ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; SET ROLE ${role}`)
    const report = await verify(db, options)
    await db.exec(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`)
    expect(resultOf(report, 'functions.calls')).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/lacks EXECUTE on the function unlock_skill.*INSERT on the table skill_feedback/),
    })
    expect(resultOf(report, 'sequences.next-value')).toMatchObject({
      status: 'skipped',
      reason: expect.stringContaining('lacks SELECT on the sequence skill_feedback_id_seq'),
    })
    expect(resultOf(report, 'views.reads')?.status).toBe('passed')
  })

  test('calls: a foreign key of the user to rows that exist -> passes; without rows it is left out and said', async () => {
    const { db, options } = await ready(
      'CREATE TABLE people (id uuid PRIMARY KEY); ALTER TABLE skill_feedback ADD CONSTRAINT of_person FOREIGN KEY (user_id) REFERENCES people;',
    )
    const empty = await verify(db, { ...options, drift: 'required' })
    expect(faultsOf(empty).filter((text) => text.startsWith('functions.calls'))).toEqual([])
    expect(resultOf(empty, 'functions.calls')).toMatchObject({
      status: 'passed',
      reason: expect.stringContaining('table skill_feedback was not tried'),
    })
    await db.exec(`INSERT INTO people VALUES ('9f1c1d3e-0000-4000-8000-000000000001');
      INSERT INTO skill_feedback (user_id, skill_id, version) VALUES ('9f1c1d3e-0000-4000-8000-000000000001', 'one', '1')`)
    const report = resultOf(await verify(db, options), 'functions.calls')
    expect([report?.status, report?.reason]).toEqual(['passed', undefined])
  })

  test('calls: a trigger of the user with names of the search_path -> passes; its table is dropped -> named', async () => {
    const { db, options } = await ready(`CREATE TABLE audit (skill_id text);
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (NEW.skill_id); RETURN NEW; END $$;
      CREATE TRIGGER keep AFTER INSERT ON skill_feedback FOR EACH ROW EXECUTE FUNCTION keep();`)
    expect(ofGroup(await verify(db, options), 'functions')).toEqual([])
    await db.exec('DROP TABLE audit')
    expect(ofGroup(await verify(db, options), 'functions')).toEqual([
      'functions.calls: table skill_feedback: relation "audit" does not exist (SQLSTATE 42P01)',
    ])
  })

  test('calls: a column of the user takes a number of a sequence -> no number is taken, and it is said', async () => {
    const { db, options } = await ready('ALTER TABLE skill_feedback ADD COLUMN ticket bigserial;')
    const { status, reason } = resultOf(await verify(db, options), 'functions.calls') ?? {}
    expect([status, reason]).toEqual(['passed', expect.stringContaining('a row takes a number of a sequence for ticket')])
    expect(await db.query('SELECT is_called FROM skill_feedback_ticket_seq')).toEqual([{ is_called: false }])
  })

  test('sequences: tables of the user -> those behind their rows are named, others pass', async () => {
    const { db, options } = await ready(`CREATE TABLE low (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
      CREATE TABLE down (id int GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY -1 MINVALUE -1000 START WITH -1) PRIMARY KEY);
      CREATE TABLE odd (id int GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY 2) PRIMARY KEY);
      CREATE TABLE plain (id serial, x int);
      CREATE TABLE around (id int GENERATED BY DEFAULT AS IDENTITY (MAXVALUE 5 CYCLE) PRIMARY KEY);`)
    // numbers of another server; a pruned start
    await db.exec(`INSERT INTO odd (id) VALUES (2), (40); INSERT INTO around (id) VALUES (4), (5); INSERT INTO plain (id) VALUES (9);
      INSERT INTO down (id) VALUES (10); INSERT INTO low DEFAULT VALUES`)
    const healthy = await verify(db, options)
    expect(ofGroup(healthy, 'sequences')).toEqual([])
    expect(resultOf(healthy, 'sequences.next-value')?.reason).toBe('plain.id: no index begins with the column')
    await db.exec(`INSERT INTO odd (id) VALUES (41); INSERT INTO around (id) VALUES (1); INSERT INTO low (id) OVERRIDING SYSTEM VALUE VALUES (8);
      INSERT INTO down (id) VALUES (-3)`)
    const report = await verify(db, options)
    expect(ofGroup(report, 'sequences')).toEqual([
      'sequences.next-value: sequence around_id_seq: 1',
      'sequences.next-value: sequence down_id_seq: -1',
      'sequences.next-value: sequence low_id_seq: 2',
      'sequences.next-value: sequence odd_id_seq: 1',
    ])
    for (const { sql } of resultOf(report, 'sequences.next-value')?.faults ?? []) await db.exec(sql ?? '')
    expect(ofGroup(await verify(db, options), 'sequences')).toEqual([])
    await db.exec('INSERT INTO odd DEFAULT VALUES; INSERT INTO down DEFAULT VALUES; INSERT INTO low DEFAULT VALUES')
  })

  test('overloads: a function of the migrations with another number of arguments -> a warning; one that makes calls ambiguous -> named', async () => {
    const { db, options } = await ready(`CREATE FUNCTION unlock_skill(uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      REVOKE EXECUTE ON FUNCTION unlock_skill(uuid) FROM PUBLIC;`)
    expect(ofGroup(await verify(db, options), 'functions')).toEqual([
      'functions.other-arguments: function unlock_skill(uuid): the name of unlock_skill(uuid, text, text), with another number of arguments',
    ])
    const second = await ready(`CREATE FUNCTION unlock_skill(uuid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      REVOKE EXECUTE ON FUNCTION unlock_skill(uuid, text) FROM PUBLIC;`)
    expect(ofGroup(await verify(second.db, second.options), 'functions')[0]).toContain(
      'functions.overloads: function unlock_skill(uuid, text)',
    )
  })

  test('overloads: a function that receives calls without types -> the scratch schema has it too', async () => {
    const { db, options } = await ready()
    await db.exec("CREATE FUNCTION is_skill_unlocked(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'")
    const faults = ofGroup(await verify(db, options), 'functions')
    expect(faults).toContainEqual('functions.untyped-calls: function is_skill_unlocked: returned false')
    expect(faults).toContainEqual(expect.stringContaining('functions.overloads: function is_skill_unlocked(text, text)'))
  })

  test('overloads: the same functions in a schema of no search_path, or after ours -> not reported', async () => {
    const { db, options } = await ready()
    await db.exec(`CREATE SCHEMA other; CREATE SCHEMA late; CREATE FUNCTION other.unlock_skill(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE FUNCTION late.unlock_skill(uuid, text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path TO public, late', current_database()); END $$`)
    expect(ofGroup(await verify(db, options), 'functions')).toEqual([])
  })
})

test('sequences: other sessions insert while verify runs -> no fault', async () => {
  const database = await migratedServer()
  const [db, writer] = [await database.open(), await database.open()]
  const done = new AbortController()
  const writes = (async () => {
    while (!done.signal.aborted) await writer.exec(EVENTS)
  })()
  const reports = [await verify(db, { cwd: scratch() }), await verify(db, { cwd: scratch() })]
  done.abort()
  await writes
  expect(reports.map((report) => ofGroup(report, 'sequences', 'functions'))).toEqual([[], []])
})

test('indexes: another role builds and drops indexes CONCURRENTLY while verify runs -> no fault; one that was left invalid -> named', async () => {
  const database = await migratedServer()
  const [db, holder, builder] = [await database.open(), await database.open(), await database.open()]
  const role = `reader_${process.pid}_${Math.random().toString(36).slice(2, 8)}`
  await db.exec(`CREATE ROLE ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; SET ROLE ${role}`)
  const invalid = async (): Promise<string[]> =>
    ofGroup(await verify(db, { cwd: scratch() }), 'health').map((text) => text.split(',')[0] ?? '')
  for (const statement of [
    'CREATE INDEX CONCURRENTLY another ON skill_usage_events (version)',
    'REINDEX TABLE CONCURRENTLY skill_usage_events',
    'DROP INDEX CONCURRENTLY another',
  ]) {
    // they wait for a transaction that has used the table
    await holder.exec('BEGIN; SELECT txid_current(); SELECT count(*) FROM skill_usage_events')
    const waiting = builder.exec(statement)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await invalid(), statement).toEqual([])
    await holder.exec('COMMIT')
    await waiting
  }
  await db.exec(
    `RESET ROLE; CREATE INDEX another ON skill_usage_events (version); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'another'::regclass`,
  )
  expect(await invalid()).toEqual(['health.invalid-indexes: index another: invalid'])
  await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
})
