/** A migration that the server refuses. `▶` marks the fault, or the beginning of the statement when only that is known. */
export interface BadFile {
  name: string
  sql: string
  /** SQLSTATE. */
  code: string
  /** What the hint must say. */
  hint?: RegExp
}

const bad = (name: string, code: string, sql: string, hint?: RegExp): BadFile => ({
  name,
  code,
  sql,
  ...(hint === undefined ? {} : { hint }),
})

const fn = (body: string): string => `create function f() returns int language plpgsql as ${body};`

export const BAD_FILES: readonly BadFile[] = [
  // where the server gives a position
  bad('a syntax error', '42601', 'create ▶tabel x (id int);'),
  bad('a statement that ends too early', '42601', 'create table x▶;\nselect 1;'),
  bad('a statement that ends too early, at the end of the file', '42601', 'select 1 +▶\n-- the end\n'),
  bad('an unclosed parenthesis', '42601', 'create table x (id int▶;\nselect 2;\n'),
  bad('a reserved word as a name', '42601', 'create table x (\n  ▶order int\n);'),
  bad('after CRLF', '42703', 'select 1;\r\n\r\nselect id,\r\n  ▶nmae\r\nfrom t;\r\n', /"t\.name"/),
  bad('after lone CR', '42703', 'select 1;\rselect id,\r  ▶nmae from t;'),
  bad('after a BOM, on line 1', '42601', '\uFEFF▶selec 1;'),
  bad('after é in the same line', '42601', "select 'é', 'ééé' a ▶b;"),
  bad('after emoji in the same line', '42601', "select '😀👩‍👩‍👧' a ▶b;"),
  bad('after tabs', '42601', '\tselect\t1\t,\t\t▶, 2;'),
  bad('after a dollar quote with a semicolon', '42601', 'select $$ ; -- $$, $a$ $$ ; $a$; ▶nonsense;'),
  bad('after nested comments', '42601', '/* a /* b ; */ \n c; */ select 1; -- ;\n ▶nonsense;'),
  bad('in a quoted identifier', '42703', 'select 1 as "; select",\n ▶"é😀" from t;'),
  bad(
    'after a statement with a savepoint',
    '42704',
    'create table x (a int);\ncreate table y (\n  a ▶integr\n);',
    /did you mean integer\?/,
  ),
  bad('in a long line', '42703', `select ${'1, '.repeat(3000)}▶nmae from t;`),
  bad('a type of another schema', '3F000', 'create table x (id ▶elsewher.int);', /did you mean elsewhere\?/),
  bad('a wrong type', '22P02', "insert into t (id, name, qty)\nvalues (1, 'a', ▶'many');"),
  bad('a literal that is no number', '22P02', "select ▶'abc'::int;"),
  bad('an unknown operator', '42883', "select 1 ▶+ 'a'::text;"),
  bad('an unknown function', '42883', 'select ▶old_ff(1);', /did you mean old_f\(i integer\)\?/),
  bad('a function of other arguments', '42883', "select ▶old_f('x'::text, 2);", /explicit type casts\. did you mean old_f\(i integer\)\?/),
  bad('a missing GROUP BY', '42803', 'select ▶name, count(*) from t;'),
  bad('a missing table', '42P01', 'select 1\nfrom ▶tt_missing;'),
  bad('a table with a slip in its name', '42P01', 'insert into ▶nosy values (1);', /did you mean noisy\?/),
  bad(
    'a table of the same file with a slip in its name',
    '42P01',
    'create table sessions (id int);\ninsert into ▶sesions values (1);',
    /did you mean sessions\?/,
  ),
  bad('a table with capitals', '42P01', 'select * from ▶Widgets;', /did you mean "Widgets"\?/),
  bad('a table of a schema that is not in the search_path', '42P01', 'select * from ▶far_away;', /did you mean elsewhere\.far_away\?/),
  bad('a qualified table', '42P01', 'select * from ▶elsewhere.faraway;', /did you mean elsewhere\.far_away\?/),
  bad('a view over a missing column', '42703', 'create view v as\n  select id, ▶nmae from t;', /"t\.name"/),
  bad('a generated column', '42703', 'create table x (one int,\n  two int generated always as (▶onee + 1) stored);', /"x\.one"/),
  bad('a function in SQL', '42703', "create function f() returns int language sql as '\n  select ''é'', 1;\n  select ▶nmae from t;\n';"),
  bad('a function BEGIN ATOMIC', '42703', 'create function f() returns text\nbegin atomic\n  select 1;\n  select ▶nmae from t;\nend;'),

  // where the message names the fault
  bad('a column to drop', '42703', 'alter table t\n  drop column ▶nmae;', /did you mean t\.name\?/),
  bad('a column of an index', '42703', 'create index i on t (id,\n  ▶qyt);', /did you mean t\.qty\?/),
  bad('a column of a foreign key', '42703', 'create table x (\n  a int references t (▶idd)\n);', /did you mean t\.id\?/),
  bad('a comment on a column', '42703', "comment on column t.▶nmae is 'x';", /did you mean t\.name\?/),
  bad('a column twice', '42701', 'create table x (a int,\n  b int check (b > 0),\n  ▶a text);'),
  bad('a table to alter', '42P01', 'alter table /* nosy */ ▶nosy add a int;', /did you mean noisy\?/),
  bad('a table to drop among others', '42P01', 'drop table noisy,\n  ▶nosy;', /did you mean noisy\?/),
  bad('an index to drop', '42704', 'drop index ▶t_pkye;', /did you mean t_pkey\?/),
  bad('a foreign key to no table', '42P01', 'create table x (\n  a int references ▶nosy (name)\n);', /did you mean noisy\?/),
  bad(
    'a function of a trigger',
    '42883',
    'create trigger x before insert on t\n  for each row execute function ▶shuot();',
    /did you mean shout\(\)\?/,
  ),
  bad('a type of a parameter', '42704', 'create function f(\n  a ▶nonsense) returns int language sql return 1;'),
  bad('a role', '42704', 'grant select on t\n  to ▶nobody_here;'),
  bad('an extension', '0A000', 'create extension ▶no_such_extension;'),
  bad('a setting', '42704', 'set ▶nope = 1;'),
  bad('a default of a wrong type', '22P02', "alter table t alter column qty\n  set default ▶'abc';"),
  bad('an object that is there as another kind', '42809', 'drop view ▶t;'),
  bad('a long name, of which the server keeps 63 bytes', '42703', `alter table t drop column ▶"${'abcdefghij'.repeat(8)}";`),
  bad('NOT NULL', '23502', 'insert into t (\n  id, ▶name\n) values (1, null);'),

  // where only the statement is known, or the table
  bad('division by zero', '22012', 'select 1;\n▶select 1,\n  1 / 0;'),
  bad('a duplicate key', '23505', "insert into ▶t\n  values (1, 'a'), (1, 'b');"),
  bad('a CHECK', '23514', "insert into ▶t values (1, 'a', -1);"),
  bad('a number out of range', '22003', "▶insert into t (id, name)\n  values (99999999999, 'a');"),
  bad('a function of an earlier file', 'P0001', '▶select\n  old_f(0) from t;'),
  bad('an SQL function of an earlier file', '22012', '▶select\n  old_sql(0);'),
  bad('a trigger of an earlier file, whose message names a column', 'P0001', "▶insert into noisy\n  (name) values ('a');"),
  bad('a function of the same file', 'P0001', `${fn("$$ begin\n  raise exception 'at call';\nend $$")}\n▶select f();`),
  bad(
    'another return type',
    '42P13',
    '▶create or replace function old_f(i int) returns text\n  language plpgsql as $$ begin return 1; end $$;',
  ),

  // DO and the bodies of PL/pgSQL
  bad('division by zero in DO', '22012', 'do $$\nbegin\n  perform 1;\n  ▶perform 1 / 0;\nend $$;'),
  bad('DO after CRLF', '22012', 'do $$\r\nbegin\r\n  perform 1;\r\n  ▶perform 1 / 0;\r\nend $$;\r\n'),
  bad('DO with declarations in front', '22012', 'do $$ declare\n  a int := 1;\n  ▶b int := 1 / 0;\nbegin\n  null;\nend $$;'),
  bad('an assignment', '22012', 'do language plpgsql $body$\ndeclare x int;\nbegin\n\n  ▶x := 1 / 0; -- $$\nend $body$;'),
  bad('two statements in a line', '22012', 'do $$ begin perform 1; ▶perform 1 / 0; end $$;'),
  bad('RAISE', 'P0001', "do $$\nbegin\n  if true then\n    ▶raise exception 'stop';\n  end if;\nend $$;"),
  bad(
    'RAISE in a handler',
    'P0001',
    "do $$\nbegin\n  perform 1 / 0;\nexception when others then\n  ▶raise exception 'wrapped %', sqlerrm;\nend $$;",
  ),
  bad('a column in DO', '42703', "do $$\nbegin\n  perform 'é😀', ▶nmae from t;\nend $$;", /"t\.name"/),
  bad('a column in SELECT INTO', '42703', 'do $$\ndeclare é int;\nbegin\n  select 1,\n    ▶nmae into é from t;\nend $$;'),
  bad('a column in IF', '42703', 'do $$\nbegin\n  if false then null;\n  elsif ▶nmae > 1 then null;\n  end if;\nend $$;'),
  bad(
    'a column in CASE',
    '42703',
    'do $$\ndeclare x int = 1;\nbegin\n  case x\n    when 2 then null;\n    when ▶nmae then null;\n  end case;\nend $$;',
  ),
  bad('a column in FOR', '42703', 'do $$\ndeclare r record;\nbegin\n  for r in select id,\n    ▶nmae from t loop null; end loop;\nend $$;'),
  bad('a table in DO', '42P01', 'do $$\nbegin\n\n  insert into ▶nosy values (1);\nend $$;', /did you mean noisy\?/),
  bad('DDL in DO', '42703', 'do $$\nbegin\n  alter table t\n    drop column ▶nmae;\nend $$;', /did you mean t\.name\?/),
  bad('EXECUTE', '42703', "do $$\nbegin\n  execute 'select id,\n    ▶nmae from t';\nend $$;"),
  bad('EXECUTE format', '42703', "do $$\nbegin\n  execute format('select %I from t', ▶'nmae');\nend $$;"),
  bad('DO in single quotes', '42703', "do '\nbegin\n  perform ''x'', ▶nmae from t;\nend ';"),
  bad('a duplicate key in DO', '23505', "do $$\nbegin\n  ▶insert into t\n    values (1, 'a'), (1, 'b');\nend $$;"),
  bad('DO that calls a function of an earlier file', 'P0001', 'do $$\nbegin\n  ▶perform\n    old_f(0) from t;\nend $$;'),
  bad('DO that calls an SQL function', '22012', 'do $$\nbegin\n  ▶perform old_sql(0);\nend $$;'),
  bad('DO in DO', 'P0001', "do $a$\nbegin\n  null;\n  ▶execute 'do $$ begin\n\n\n\n  raise exception $x$x$x$; end $$';\nend $a$;"),
  bad('syntax in DO', '42601', 'do $$\nbegin\n  ▶perfrm 1;\nend $$;'),
  bad('a missing END IF', '42601', 'do $$\nbegin\n  if true then\n    null;\nend ▶$$;'),
  bad('COPY FROM STDIN in DO', '0A000', 'do $$\nbegin\n  ▶copy t from stdin;\nend $$;'),
  bad('COMMIT in DO', '2D000', 'do $$\nbegin\n  null;\n  ▶commit;\nend $$;'),
  bad('syntax in a function', '42601', fn('$$\r\nbegin\r\n  ▶retrun 1;\r\nend $$')),
  bad('a type in a function', '42704', fn('$body$\ndeclare\n  x ▶integr;\nbegin\n  return $$1$$;\nend $body$'), /did you mean integer\?/),
  bad('an undeclared variable', '42601', fn('$$\nbegin\n  ▶x := 1;\n  return 1;\nend $$')),
  bad('RAISE with too few parameters', '42601', fn("$$\nbegin\n\n  ▶raise exception 'a % %',\n    1;\nend $$")),
  bad('an unknown condition', '42704', fn('$$\nbegin\n  return 1;\nexception\n  when ▶foo then return 2;\nend $$')),
]

/** A migration that is not sent to the server at all. */
export interface UnfitFile {
  name: string
  sql: string
  message: RegExp
}

export const UNFIT_FILES: readonly UnfitFile[] = [
  {
    name: 'COPY FROM STDIN without the end of its rows',
    sql: "select 1;\r\n  ▶copy t (id, name) from stdin;\r\n1\tit's\r\nselect 2;\r\n",
    message: /COPY/,
  },
  { name: 'COPY TO STDOUT', sql: 'select 1;\n▶copy (select 1 from t) to stdout;\nselect 2;', message: /COPY \.\.\. TO STDOUT/ },
  { name: 'a psql command', sql: "select '\\connect';\n\t▶\\connect other\nselect 1;", message: /\\connect is a psql command/ },
  { name: 'a psql command after a statement', sql: 'select 1 ▶\\gexec\n', message: /\\gexec/ },
  { name: 'BEGIN', sql: "\uFEFF-- é\r\nselect '😀'; ▶begin;\r\nselect 1;", message: /BEGIN at the top level/ },
  { name: 'a savepoint', sql: 'select 1;\n▶savepoint s;', message: /SAVEPOINT/ },
  { name: 'VACUUM', sql: 'select 1;\n\n  ▶vacuum t;', message: /VACUUM cannot run inside a transaction/ },
  { name: 'an unterminated string', sql: "select 'é';\nselect ▶'never closed;\nselect 1;", message: /unterminated string/ },
  { name: 'an unterminated dollar quote', sql: 'do ▶$a$ begin null; end $$;\n', message: /\$a\$/ },
  { name: 'an unterminated comment', sql: 'select 1; ▶/* a /* b */\nselect 2;', message: /unterminated comment/ },
]
