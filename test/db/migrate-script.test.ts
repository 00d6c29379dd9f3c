import { expect, test } from 'vitest'
import { migrate, migrationStatus } from '../../src/index.ts'
import { splitStatements } from '../../src/sqltext/statements/split.ts'
import { migratedServer, onEachBackend } from '../support/databases.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch, writeFiles } from '../support/scratch.ts'

const FILES = {
  '1.sql': "CREATE TABLE a (id int PRIMARY KEY, note text DEFAULT 'x;y');\nINSERT INTO a VALUES (1, 'it''s'), (2, DEFAULT);\n",
  '2.sql': 'SET search_path = pg_catalog;\nCREATE TABLE public.b (a_id int REFERENCES public.a);\n',
  '3.sql': 'BEGIN;\nCREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\nCOMMIT;\n',
  'r.sql': '-- skills: repeatable\nCREATE OR REPLACE VIEW v AS SELECT id FROM a;\n',
}

onEachBackend((backend) => {
  test('--dry-run --sql: the script runs in the empty database -> every file is applied, with the checksums of a run', async () => {
    const db = await (await backend.fresh()).open()
    const migrations = [scratch(FILES)]
    const { script = [] } = await migrate(db, { migrations, dryRun: true, script: true })
    expect(await db.query("SELECT to_regclass('public.schema_migrations') AS ledger")).toEqual([{ ledger: null }])
    // as psql sends it
    for (const { text } of splitStatements([...script].join('')).statements) await db.exec(text)
    expect(await migrationStatus(db, { migrations })).toMatchObject({ upToDate: true })
    expect((await migrate(db, { migrations })).report).toMatchObject({ applied: [], pending: [] })
    expect(await db.query('SELECT id, note FROM public.a ORDER BY id')).toEqual([
      { id: 1, note: "it's" },
      { id: 2, note: 'x;y' },
    ])
    expect(await db.query('SELECT public.f() AS f, (SELECT count(*)::int FROM public.v) AS v')).toEqual([{ f: 1, v: 2 }])
  })

  test('--dry-run --sql: limits of a file, and files that are only recorded -> in the script', async () => {
    const db = await (await backend.migrated()).open()
    const cwd = scratch({ '1.sql': 'CREATE TABLE a (id int);', '2.sql': 'CREATE TABLE b (id int);' })
    await migrate(db, { migrations: [cwd] })
    writeFiles(cwd, {
      '2_squash.sql': '-- skills: replaces 1, 2\nCREATE TABLE a (id int);\nCREATE TABLE b (id int);\n',
      '3.sql': '-- skills: lock-timeout=1s, statement-timeout=20s\nCREATE TABLE c (id int);\n',
      '4.sql': '-- skills: no-transaction, lock-timeout=2s\nCREATE TABLE d (id int);\n',
    })
    const { script: parts = [] } = await migrate(db, { migrations: [cwd], dryRun: true, script: true })
    const script = [...parts].join('')
    expect(script).toMatch(/3\.sql[^]*SET LOCAL lock_timeout = 1000;\nSET LOCAL statement_timeout = 20000;[^]*CREATE TABLE c/)
    expect(script).toMatch(/4\.sql[^]*SET lock_timeout = 2000;[^]*CREATE TABLE d/)
    for (const { text } of splitStatements(script).statements) await db.exec(text)
    expect(await migrationStatus(db, { migrations: [cwd] })).toMatchObject({ upToDate: true })
    expect((await migrate(db, { migrations: [cwd] })).report).toMatchObject({ applied: [], recorded: [] })
  })
})

test('--dry-run --sql: a table in use -> the lock of each statement and its hazards as comments', async () => {
  const { flags, open } = await migratedServer()
  const db = await open()
  await db.exec('CREATE TABLE public.old (id int)')
  const cwd = scratch({
    'db/1.sql':
      'CREATE TABLE new (id int, old_id int);\nCREATE INDEX new_id ON new (id);\n\nCREATE INDEX old_id ON old (id);\nUPDATE old SET id = 1 WHERE id = 2;\n',
    'db/2.sql': '-- skills: no-transaction\nCREATE INDEX CONCURRENTLY old_id_2 ON old (id);\n',
  })
  const { code, stdout, stderr } = await runSkills(['migrate', '--dry-run', '--sql', '--dir', 'db', ...flags], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/-- line 2: no lock on an existing table.*\nCREATE INDEX new_id ON new \(id\);\n/)
  expect(stdout).toMatch(
    /-- line 4: SHARE on old \(blocks writes\)\n-- {3}hazard INDEX_NOT_CONCURRENT: .*\n-- {5}.*\nCREATE INDEX old_id ON old \(id\);\n/,
  )
  expect(stdout).toMatch(/-- line 5: ROW EXCLUSIVE on old \(blocks nothing\)\nUPDATE old/)
  expect(stdout).toMatch(
    /-- db\/2\.sql: without a transaction\n[^]*-- line 2: SHARE UPDATE EXCLUSIVE on old \(blocks nothing\)\nCREATE INDEX CONCURRENTLY/,
  )
  expect(stdout).toMatch(/SET lock_timeout = 60000;\n[^]*?CREATE INDEX CONCURRENTLY [^]*?;\nSET lock_timeout = 5000;/)
  expect(await runSkills(['migrate', '--sql', ...flags], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--sql requires --dry-run'),
  })
})
