import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Diagnostic } from '../../src/core/diagnostics.ts'
import type { Db, Parameter } from '../../src/db/db.ts'
import { openDb } from '../../src/db/open.ts'
import { migrate } from '../../src/index.ts'
import { SourceText } from '../../src/render/code-frame.ts'
import { PLAIN } from '../../src/render/style.ts'
import { freshServer, onEachBackend, targetOf } from '../support/databases.ts'
import { OWN_MIGRATIONS } from '../support/own-migrations.ts'
import { runSkills } from '../support/run-skills.ts'
import { scratch } from '../support/scratch.ts'
import { BAD_FILES, UNFIT_FILES } from './bad-migrations/bad-files.ts'
import { placeOf } from './bad-migrations/place.ts'

const SETUP = `
  create table t (id int primary key, name text not null, qty int check (qty > 0), parent int references t deferrable initially deferred);
  insert into t values (7, 'seven', 7);
  create table "Widgets" (a int);
  create table noisy (name text);
  create function old_f(i int) returns int language plpgsql as $$ begin
    if i = 0 then raise exception 'zero is not "t"'; end if; return 1 / i; end $$;
  create function old_sql(i int) returns int language sql as $$ select 1;
    select 1 / i $$;
  create function shout() returns trigger language plpgsql as $$ begin

    raise exception 'no "name" today'; end $$;
  create trigger shout before insert on noisy for each row execute function shout();
  create schema elsewhere; create table elsewhere.far_away (id int);`

/** Everything that a failed file could leave. */
const EVERYTHING = `select (select count(*) from pg_class)::int as relations, (select count(*) from pg_proc)::int as functions,
  (select count(*) from pg_type)::int as types, (select count(*) from pg_attribute where not attisdropped)::int as columns,
  (select jsonb_agg(t) from t) as rows, (select array_agg(version order by version)::text from schema_migrations) as ledger,
  current_setting('search_path') as path, current_setting('statement_timeout') as timeout`

interface Failure {
  diagnostics: Diagnostic[]
  message: string
  hint: string
}

onEachBackend((backend) => {
  let db: Db
  let number = 0

  // one database for all: what a failed file leaves would be visible
  beforeAll(async () => {
    const [flag, value = ''] = (await backend.fresh()).flags
    db = await openDb(flag === '--embedded' ? { kind: 'embedded', directory: value } : await targetOf(value))
    expect((await migrate(db)).error).toBeUndefined()
    await db.exec(SETUP)
  })
  afterAll(() => db.close())

  /** Runs one file that must fail and must leave nothing. */
  const fail = async (sql: string): Promise<Failure> => {
    const before = await db.query(EVERYTHING)
    const dir = scratch({ [`bad_${number++}.sql`]: sql })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(await db.query(EVERYTHING)).toEqual(before)
    expect(report.applied).toEqual([])
    expect(error?.exitCode).toBe(4)
    for (const { file } of report.diagnostics) expect(file).toMatch(new RegExp(`^${dir}/bad_\\d+\\.sql$`))
    return { diagnostics: report.diagnostics, message: error?.message ?? '', hint: error?.hint ?? '' }
  }

  test.each(BAD_FILES)('$name', async ({ sql: marked, code, hint }) => {
    const { sql, line, column } = placeOf(marked)
    const failure = await fail(sql)
    expect(failure.diagnostics).toMatchObject([{ code, line, column }])
    if (hint !== undefined) expect(failure.diagnostics[0]?.hint ?? '').toMatch(hint)
    expect(failure.hint).toMatch(/^its transaction was rolled back: the file was not applied; .*run skills migrate again$/)
  })

  test.each(UNFIT_FILES)('parseMigration: $name -> refused before anything runs', async ({ sql: marked, message }) => {
    const { sql, line, column } = placeOf(marked)
    const failure = await fail(sql)
    expect(failure.diagnostics).toMatchObject([
      { code: 'MIGRATION_FILE_INVALID', line, column, message: expect.stringMatching(message), hint: expect.any(String) },
    ])
    expect(failure.hint).toMatch(/^nothing was run; /)
  })

  test('failure: DETAIL, CONTEXT and HINT of the server -> in the diagnostic', async () => {
    const { diagnostics, message } = await fail(`do $$ begin\n  raise exception 'oh %', 1 using detail = 'd1\nd2', hint = 'h';\nend $$;`)
    expect(diagnostics[0]?.message).toBe('oh 1\nDETAIL: d1\n  d2\nCONTEXT: PL/pgSQL function inline_code_block line 2 at RAISE')
    expect(diagnostics[0]?.hint).toBe('h')
    expect(message).toMatch(/bad_\d+\.sql failed: oh 1 \(SQLSTATE P0001\)$/)
  })

  test('failure: the cause is on the server -> the hint does not blame the file', async () => {
    const { diagnostics, hint } = await fail('create role nobody_at_all;\nset local role nobody_at_all;\nselect * from t;')
    expect(diagnostics).toMatchObject([{ code: '42501', line: 3 }])
    expect(hint).toMatch(/; fix that on the server and run skills migrate again$/)
  })

  test('failure: the catalog query fails -> no suggestion, the same error', async () => {
    const deaf: Db = {
      ...db,
      run: (sql: string, parameters?: readonly Parameter[]) =>
        sql.includes('AS parent') ? Promise.reject(new Error('gone')) : db.run(sql, parameters),
    }
    const { error } = await migrate(deaf, { migrations: [scratch({ '1.sql': 'select * from nosy' })] })
    expect(error?.message).toMatch(/1\.sql failed: relation "nosy" does not exist/)
    expect(error?.diagnostics[0]).not.toHaveProperty('hint')
  })

  test('failure: only the statement is known -> its lines are shown', async () => {
    const { diagnostics } = await fail('select 1;\nselect\n  1,\n  1 / 0;\n')
    expect(diagnostics).toMatchObject([{ line: 2, column: 1, message: 'division by zero\nin the statement on lines 2 to 4' }])
  })

  test('code frame: tabs, CRLF, é and emoji before the place -> the marker is at the place', async () => {
    const sql = "\uFEFFselect 1;\r\n\tselect 'é😀', nmae\r\n\tfrom t;\r\n"
    const { diagnostics } = await fail(sql)
    expect(diagnostics).toMatchObject([{ line: 2, column: 15 }])
    expect(new SourceText(sql).frame(diagnostics[0]?.line ?? 0, diagnostics[0]?.column, PLAIN)).toEqual([
      '  1 | select 1;',
      "> 2 |   select 'é😀', nmae",
      '    |                 ^',
      '  3 |   from t;',
      '  4 |',
    ])
  })

  test('code frame: an error in a function body -> the line in the body', async () => {
    const sql = 'create function f() returns int language plpgsql as $body$\nbegin\n  retrun 1;\nend $body$;'
    const { diagnostics } = await fail(sql)
    expect(new SourceText(sql).frame(diagnostics[0]?.line ?? 0, diagnostics[0]?.column, PLAIN)).toEqual([
      '  1 | create function f() returns int language plpgsql as $body$',
      '  2 | begin',
      '> 3 |   retrun 1;',
      '    |   ^',
      '  4 | end $body$;',
    ])
  })
})

onEachBackend((backend) => {
  test('failure: files before it were applied -> the hint says that they stay applied', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db)
    const dir = scratch({ '1.sql': 'create table a (id int)', '2.sql': 'create table b (id int)', '3.sql': 'select nope' })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error?.hint).toBe(
      `its transaction was rolled back: the file was not applied; the 2 files before it stay applied; fix ${dir}/3.sql and run skills migrate again`,
    )
    expect(report.applied.map(({ version }) => version)).toEqual(['1', '2'])
    expect(report.pending.map(({ version }) => version)).toEqual(['3'])
  })

  test('failure: a no-transaction file -> the completed statements and the line where the next run resumes', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db)
    const dir = scratch({
      '1.sql':
        '-- skills: no-transaction\ncreate table a (\n  id int\n);\ninsert into a values (1), (1);\ncreate unique index concurrently a_id on a (id);\n',
      '2.sql': '-- skills: no-transaction\nselect nope;',
    })
    const { error } = await migrate(db, { migrations: [dir] })
    expect(error?.hint).toBe(
      `${dir}/1.sql runs without a transaction: 2 of its 3 statements (to line 5) stay applied, and the next run resumes at line 6; ` +
        `the next run drops an INVALID index that the failed statement may have left; fix ${dir}/1.sql and run skills migrate again`,
    )
    await db.exec('delete from a')
    expect((await migrate(db, { migrations: [dir] })).error?.hint).toMatch(
      /2\.sql runs without a transaction; none of its statements is complete; /,
    )
  })

  test('failure: COMMIT fails -> the last statement that wrote to the table', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db)
    const dir = scratch({
      '1.sql':
        'create table p (id int primary key);\ncreate table c (\n  id int references p deferrable initially deferred);\ninsert into p values (1);\ninsert into c values (2);\nselect 1;',
    })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error?.message).toMatch(/1\.sql failed at COMMIT: insert or update on table "c"/)
    expect(report.diagnostics).toMatchObject([{ code: '23503', line: 5, column: 13 }])
    expect(await db.query("select to_regclass('p') as p")).toEqual([{ p: null }])
  })

  test('failure: a file drops the ledger -> the statement that dropped it', async () => {
    const db = await (await backend.fresh()).open()
    await migrate(db)
    const dir = scratch({ '1.sql': 'select 1;\ndrop table schema_migrations;\nselect 2;' })
    const { report, error } = await migrate(db, { migrations: [dir] })
    expect(error?.message).toMatch(/1\.sql failed when its ledger row was written: relation .*schema_migrations/)
    expect(report.diagnostics).toMatchObject([{ code: '42P01', line: 2 }])
    expect(await db.query("select to_regclass('schema_migrations') is not null as there")).toEqual([{ there: true }])
  })
})

describe('command line', () => {
  test('migrate: a statement fails -> place, frame, state of the database and hint; a GitHub annotation; no password', async () => {
    const { flags } = await freshServer()
    const cwd = scratch({
      'migrations/1_fine.sql': 'create table sessions (id int, started_at timestamptz);\n',
      'migrations/2_bad.sql': "-- é\r\ncreate role no_such_role password 'hunter22';\r\n\tselect '😀', startedat from sessions;\r\n",
    })
    const run = await runSkills(['migrate', '--dir', 'migrations', ...flags], { cwd, env: { GITHUB_ACTIONS: 'true' } })
    expect(run.code).toBe(4)
    expect(run.stdout).toContain('applied migrations/1_fine.sql')
    expect(run.stdout).toContain('not applied migrations/2_bad.sql')
    expect(run.stderr).toBe(
      [
        'migrations/2_bad.sql:3:14 error column "startedat" does not exist [42703]',
        '    1 | -- é',
        "    2 | create role no_such_role password '***';",
        "  > 3 |   select '😀', startedat from sessions;",
        '      |                ^',
        '    4 |',
        '  → Perhaps you meant to reference the column "sessions.started_at".',
        'error [MIGRATION_FAILED] migrations/2_bad.sql failed: column "startedat" does not exist (SQLSTATE 42703)',
        `  → its transaction was rolled back: the file was not applied; the ${OWN_MIGRATIONS.length + 1} files before it stay applied; fix migrations/2_bad.sql and run skills migrate again`,
        '::error file=migrations/2_bad.sql,line=3,col=14,title=42703::column "startedat" does not exist%0APerhaps you meant to reference the column "sessions.started_at".',
        '',
      ].join('\n'),
    )
  })
})
