import { expect, test } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import type { VerifyCallOptions, VerifyReport } from '../../src/index.ts'
import { migrate, verify } from '../../src/index.ts'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const faultsOf = ({ checks }: VerifyReport, id = ''): string[] =>
  checks
    .filter(
      ({ status, ...check }) => (status === 'failed' || status === 'warning') && check.id.startsWith(id) && !check.id.startsWith('safety.'),
    )
    .flatMap((check) => check.faults.map(({ object }) => `${check.id}: ${object}`))

const notJudged = (report: VerifyReport): string[] => report.notJudged.map(({ object }) => object)

const statusOf = (report: VerifyReport, id: string): string | undefined => report.checks.find((check) => check.id === id)?.status

/** Applies the files, then puts others in their place: statements that ran once, and cannot run in an empty schema. */
async function changed(
  db: Db,
  before: Record<string, string>,
  after: Record<string, string> = {},
): Promise<VerifyCallOptions & { cwd: string }> {
  const cwd = scratch(before)
  const options = { cwd, migrations: [`${cwd}/db`] }
  expect((await migrate(db, options)).error).toBeUndefined()
  writeFiles(cwd, after)
  return options
}

onEachBackend(({ migrated }) => {
  test('build: a DO block that raises -> mutes no table that it only reads', async () => {
    const db = await (await migrated()).open()
    const options = await changed(
      db,
      { 'db/001.sql': 'CREATE TABLE notes (id int);\nDO $$ BEGIN PERFORM count(*) FROM skill_usage_events; END $$;\n' },
      {
        'db/001.sql':
          "CREATE TABLE notes (id int);\nDO $$ BEGIN PERFORM count(*) FROM skill_usage_events; RAISE EXCEPTION 'rows'; END $$;\n",
      },
    )
    await db.exec('ALTER TABLE skill_usage_events DROP COLUMN tier CASCADE; DROP TABLE notes')
    const report = await verify(db, options)
    expect(faultsOf(report)).toEqual(
      expect.arrayContaining([
        'tables.columns: column skill_usage_events.tier',
        'drift.missing: table notes',
        expect.stringMatching(/^drift\.build: statement at .*001\.sql:2$/),
      ]),
    )
    expect(report.notJudged).toEqual([])
    expect(report.checks.find(({ id }) => id === 'drift.build')?.faults[0]?.actual).toBe('rows; not compared: no object')
  })

  test('build: a statement fails -> its own objects are not compared, others are, and --strict fails', async () => {
    const db = await (await migrated()).open()
    const before = `CREATE TABLE notes (id int, body text);
CREATE TABLE more (id int);
ALTER TABLE notes ADD COLUMN tag text CHECK (tag <> '');
ALTER TABLE more ADD COLUMN tag text;
CREATE INDEX notes_tag ON notes (tag);
CREATE VIEW tags AS SELECT tag FROM notes;
CREATE FUNCTION f(int, varchar) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
COMMENT ON TABLE more IS 'more';
`
    const after = before
      .replace('ADD COLUMN tag text CHECK', 'ADD COLUMN tag missing_type CHECK')
      .replace('f(int, varchar) RETURNS int', 'f(int, varchar) RETURNS missing_type')
    const options = await changed(db, { 'db/001.sql': before }, { 'db/001.sql': after })
    const healthy = await verify(db, options)
    expect(faultsOf(healthy).filter((line) => !line.startsWith('ledger.'))).toEqual([
      expect.stringContaining('001.sql:3'),
      expect.stringContaining('001.sql:5'),
      expect.stringContaining('001.sql:6'),
      expect.stringContaining('001.sql:7'),
    ])
    expect(statusOf(healthy, 'drift.build')).toBe('warning')
    expect(notJudged(healthy)).toEqual(['column notes.tag', 'index notes.notes_tag', 'view tags', 'function f(int, varchar)'])
    expect(healthy.notJudged[0]?.because).toMatch(/^statement at .*001\.sql:3: type "missing_type" does not exist$/)
    expect(statusOf(await verify(db, { ...options, strict: true }), 'drift.build')).toBe('failed')
    await db.exec(`ALTER TABLE notes DROP COLUMN body; ALTER TABLE more DROP COLUMN tag; DROP FUNCTION f(text); COMMENT ON TABLE more IS 'x';
      DROP FUNCTION f(int, varchar); DROP INDEX notes_tag`)
    expect(faultsOf(await verify(db, options), 'drift.').filter((line) => !line.startsWith('drift.build'))).toEqual([
      'drift.missing: column more.tag',
      'drift.missing: column notes.body',
      'drift.missing: function f(text)',
      'drift.comments: comment on more',
    ])
  })

  test('build: a variable without a value -> its objects are not compared, and verify goes on', async () => {
    const db = await (await migrated()).open()
    const file = `CREATE TABLE notes (id int DEFAULT :first);
CREATE TABLE :"table" (id int);
INSERT INTO notes VALUES (:first);
CREATE TABLE more (id int);
`
    const cwd = scratch({ 'db/001.sql': file })
    const options = { cwd, migrations: [`${cwd}/db`] }
    expect((await migrate(db, { ...options, variables: { first: '1', table: 'tags' } })).error).toBeUndefined()
    expect(faultsOf(await verify(db, { ...options, variables: { first: '1', table: 'tags' } }))).toEqual([])
    await db.exec('DROP TABLE more')
    const report = await verify(db, { ...options, variables: { first: '1' } })
    expect(faultsOf(report)).toEqual(['drift.missing: table more', expect.stringMatching(/^drift\.build: statement at .*001\.sql:2$/)])
    expect(report.checks.find(({ id }) => id === 'drift.build')?.faults[0]?.actual).toContain('the variable "table" has no value')
    const without = await verify(db, { ...options, variables: {} })
    expect(notJudged(without)).toContain('table notes')
  })

  test('manifest: a role that cannot create a schema -> the objects of the user are listed, by statement', async () => {
    const db = await (await migrated()).open()
    const role = `looker_${process.pid}_${Math.random().toString(36).slice(2, 8)}`
    const options = await changed(db, {
      'db/001.sql': `CREATE TABLE notes (id int);
DO $$ BEGIN PERFORM count(*) FROM skill_feedback; END $$;
ALTER TABLE skill_feedback ADD COLUMN source text;
CREATE UNIQUE INDEX one_rating ON skill_feedback (id, user_id);
`,
    })
    await db.exec(
      `CREATE ROLE ${role}; GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; SET ROLE ${role}`,
    )
    const healthy = await verify(db, options)
    await db.exec(
      'RESET ROLE; ALTER TABLE skill_feedback ADD COLUMN theirs text; ALTER TABLE skill_feedback ALTER COLUMN notes SET NOT NULL',
    )
    await db.exec(`SET ROLE ${role}`)
    const report = await verify(db, options)
    await db.exec(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`)
    expect(faultsOf(healthy)).toEqual([])
    expect(notJudged(healthy)).toEqual(['table notes', 'column skill_feedback.source', 'index skill_feedback.one_rating'])
    expect(healthy.notJudged[0]?.because).toContain('cannot create a scratch schema: permission denied')
    expect(faultsOf(report)).toEqual(['tables.columns: column skill_feedback.notes', 'drift.extra: column skill_feedback.theirs'])
  })
})

/** What an extension brings, and what of it a migration uses. */
const WITH_CITEXT = `CREATE EXTENSION IF NOT EXISTS citext;
CREATE TABLE notes (id int PRIMARY KEY, tag citext NOT NULL DEFAULT 'a', CHECK (tag <> ''));
CREATE INDEX notes_tag ON notes (tag);
CREATE VIEW tagged AS SELECT id FROM notes WHERE tag = 'A';
CREATE FUNCTION tagged(citext) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM notes WHERE tag = $1 $$;
REVOKE EXECUTE ON FUNCTION tagged(citext) FROM PUBLIC;
`

test.each([
  ['in the schema of the objects', ''],
  ['in a schema of its own', 'CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; SET search_path = public, extensions'],
])('build: an extension %s -> its types and operators are found, and everything is compared', async (_, first) => {
  const db = await (await migratedServer()).open()
  await db.exec(first)
  const cwd = scratch({
    'db/001.sql': first === '' ? WITH_CITEXT : `SELECT set_config('search_path', 'public, extensions', true);\n${WITH_CITEXT}`,
  })
  const options = { cwd, migrations: [`${cwd}/db`], strict: true }
  expect((await migrate(db, options)).error).toBeUndefined()
  const healthy = await verify(db, options)
  expect([faultsOf(healthy, 'drift.'), healthy.notJudged]).toEqual([[], []])
  await db.exec(
    'DROP VIEW tagged; ALTER TABLE notes ALTER COLUMN tag DROP DEFAULT; DROP INDEX notes_tag; GRANT EXECUTE ON FUNCTION tagged TO PUBLIC',
  )
  expect(faultsOf(await verify(db, options), 'drift.')).toEqual([
    'drift.missing: index notes_tag',
    'drift.missing: view tagged',
    'drift.different: column notes.tag',
    expect.stringMatching(/^drift\.grants: privileges of PUBLIC on function tagged\((?:extensions\.)?citext\)$/),
  ])
})

test('build: with an extension in the schema, objects that no migration creates -> not found, not locked', async () => {
  const db = await (await migratedServer()).open()
  await db.exec(
    `CREATE EXTENSION citext; CREATE TABLE theirs (id int, tag citext); CREATE FUNCTION mine(citext) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  )
  const options = await changed(db, {
    'db/001.sql': `CREATE TABLE notes (id int, tag citext);
CREATE VIEW theirs_too AS SELECT tag FROM theirs WHERE tag = 'a';
CREATE VIEW mine_too AS SELECT mine(tag) AS n FROM notes WHERE tag = 'a';
ALTER TABLE theirs ADD CONSTRAINT short CHECK (tag <> 'x');
`,
  })
  const report = await verify(db, options)
  expect(faultsOf(report, 'drift.build')).toEqual([
    expect.stringContaining('001.sql:2'),
    expect.stringContaining('001.sql:4'),
    'drift.build: table mine_too',
  ])
  expect(notJudged(report)).toEqual(['view theirs_too', 'constraint theirs.short', 'table mine_too'])
  expect(report.checks.find(({ id }) => id === 'drift.build')?.faults.at(-1)?.actual).toContain(
    'function public.mine(public.citext), which no migration creates',
  )
})

test('build: a foreign key to another schema -> compared', async () => {
  const db = await (await migratedServer()).open()
  await db.exec('CREATE SCHEMA people; CREATE TABLE people.users (id int PRIMARY KEY)')
  const options = await changed(db, {
    'db/001.sql': `CREATE TABLE notes (id int, author int);
ALTER TABLE notes ADD CONSTRAINT notes_author FOREIGN KEY (author) REFERENCES people.users;
GRANT SELECT ON people.users, notes TO PUBLIC;
COMMENT ON TABLE people.users IS 'x';
`,
  })
  const report = await verify(db, options)
  expect(faultsOf(report, 'drift.')).toEqual([expect.stringMatching(/^drift\.build: statement at .*001\.sql:3$/)])
  expect(notJudged(report)).toEqual(['privileges on table notes'])
  await db.exec('ALTER TABLE notes DROP CONSTRAINT notes_author')
  expect(faultsOf(await verify(db, options), 'drift.')).toContain('drift.missing: constraint notes.notes_author')
})
