import { describe, expect, test } from 'vitest'
import { decodeLiteral, routineBody } from '../../../src/sqltext/locate/routine-body.ts'
import type { ServerError } from '../../../src/sqltext/locate/locate-names.ts'
import { locateError } from '../../../src/sqltext/locate/locate-error.ts'

type Fields = Partial<ServerError>

/** The statement with `▶` at the place of the error, or `≈` when the place is a guess. */
function located(statement: string, fields: Fields, prefix?: string): string {
  const { offset, exact } = locateError(statement, { message: '', code: 'XX000', ...fields }, prefix)
  return `${statement.slice(0, offset)}${exact ? '▶' : '≈'}${statement.slice(offset)}`
}

/** Expects the marked place. */
function expectPlace(marked: string, fields: Fields, prefix?: string): void {
  expect(located(marked.replace(/[▶≈]/, ''), fields, prefix)).toBe(marked)
}

const internalPlace = (marked: string, line: number, internalQuery: string, internalPosition: number): void =>
  expectPlace(marked, {
    code: '42703',
    where: inline(line, 'SQL statement'),
    internalQuery,
    internalPosition,
    message: 'column "nope" does not exist',
  })

const inline = (line: number, at = 'PERFORM'): string => `PL/pgSQL function inline_code_block line ${line} at ${at}`

describe('locateError: a position', () => {
  test.each([
    ['in code points', "select '😀é', ▶nope", 14, ''],
    ['after the prefix', 'create ▶tabel x', 8 + 29, 'SAVEPOINT skills_statement;\nx'],
    ['after the end', 'create table x▶', 40, ''],
  ])('%s', (_, marked, position, prefix) => expectPlace(marked, { position }, prefix))

  test('position and context -> the position', () => {
    expectPlace('do $$ begin ▶nope; perform "x"; end $$', { position: 13, where: inline(1), message: '"x"' })
  })

  test('a position in the prefix -> ignored', () => {
    expectPlace('≈select 1', { position: 3 }, 'SAVEPOINT x;')
  })
})

describe('locateError: a context line of PL/pgSQL', () => {
  test.each([
    ['English', 'PL/pgSQL function inline_code_block line 3 at RAISE'],
    ['German', 'PL/pgSQL-Funktion inline_code_block Zeile 3 bei RAISE'],
    ['French', 'fonction PL/pgSQL inline_code_block, ligne 3 à RAISE'],
    ['Japanese', 'PL/pgSQL関数inline_code_blockの3行目 - RAISE'],
    ['Korean', 'PL/pgSQL 함수 "inline_code_block" 의 3번째 RAISE'],
    ['Chinese', '在RAISE的第3行的PL/pgSQL函数inline_code_block'],
    ['Turkish', 'inline_code_block PL/pgSQL fonksiyonu, 3. satır, RAISE içinde'],
    ['Russian', 'функция PL/pgSQL inline_code_block, строка 3, оператор RAISE'],
  ])('in %s', (_, where) => expectPlace("do $$\nbegin\n  ▶raise exception 'x';\nend $$", { where }))

  test.each([
    ['English', 'compilation of PL/pgSQL function "f2" near line 3'],
    ['German', 'Kompilierung der PL/pgSQL-Funktion »f2« nahe Zeile 3'],
    ['French', 'compilation de la fonction PL/pgSQL « f2 » près de la ligne 3'],
    ['Spanish', 'compilación de la función PL/pgSQL «f2» cerca de la línea 3'],
    ['Turkish', '"f2" fonkiyonununun 3 numaralı satırının civarlarında derlenmesi'],
    ['Chinese', '在第3行附件编译PL/pgSQL函数"f2"'],
  ])('of a compilation in %s', (_, where) =>
    expectPlace("create function f2(i int) returns int language plpgsql as $$\nbegin\n  ▶raise 'a %';\nend $$", { where }),
  )

  test.each([
    ['line 1 is that of the opening quote', 'do $$ begin ▶perform 1; end $$', inline(1)],
    ['CRLF counts as one', 'do $$\r\nbegin\r\n  ▶perform 1;\r\nend $$', inline(3)],
    ['lone CR counts as none', 'do $$\rbegin\r  perform 1;\n  ▶perform 2;\rend $$', inline(2)],
    ['comments hold no statement', 'do $$ -- perform\nbegin\n /* perform */ ▶perform 1;\nend $$', inline(3)],
    [
      'CASE in an expression',
      'do $$\ndeclare x int; begin\n  ▶x := case when true then 1 / 0 else 2 end;\nend $$',
      inline(3, 'assignment'),
    ],
    ['the body of END CASE', 'do $$\nbegin\n  case 1 when 1 then null; end case;\n  ▶perform 1;\nend $$', inline(4)],
    ['a label', 'do $$ <<outer>>\nbegin\n  <<inner>> ▶begin perform 1; end;\nend $$', inline(3, 'BEGIN')],
    ['a keyword in the line', "do $$\nbegin\n  null; ▶raise exception 'x';\nend $$", inline(3, 'RAISE')],
    ['its text in the line', 'do $$\nbegin\n  perform 1; ▶perform 1 / 0;\nend $$', `SQL statement "SELECT 1 / 0"\n${inline(3)}`],
    ['a line in which nothing begins', 'do $$\nbegin\n  perform 1,\n    ≈2;\nend $$', inline(4)],
    ['two alike', 'do $$\nbegin\n  ≈perform 1; perform 1;\nend $$', inline(3)],
    ['a line that is not there', 'do $$\n≈begin null; end $$', inline(9)],
  ])('%s', (_, marked, where) => expectPlace(marked, { where }))

  test.each([
    ["in '...'", "do 'begin\n  perform ''x'';\n  ▶perform 1;\nend'", inline(3)],
    ["in E'...'", "do e'begin\\n perform \\'x\\';\\n  ▶perform 1;\\nend'", inline(3)],
    ['after LANGUAGE', "do language 'plpgsql' $x$\nbegin\n  ▶perform 1;\nend $x$", inline(3)],
  ])('of a body %s', (_, marked, where) => expectPlace(marked, { where }))

  test('several frames -> the outermost one', () => {
    const where = `${inline(7, 'RAISE')}\nSQL statement "do $$ ... $$"\n${inline(3, 'EXECUTE')}`
    expectPlace("do $a$\nbegin\n  ▶execute 'do $$ ... $$';\n\n\n\n  null;\nend $a$", { where })
  })

  test('a frame of a called function -> the names it quotes are ignored', () => {
    const where = `PL/pgSQL function g(integer) line 1 at RAISE\nSQL statement "SELECT g(x)"\n${inline(3)}`
    expectPlace('do $$\nbegin\n  ▶perform g(x);\nend $$', { where, message: 'bad "x"' })
  })

  test.each([
    ['a function created elsewhere', 'PL/pgSQL function f(integer) line 2 at RAISE'],
    ['a DO inside a function created elsewhere', `${inline(2)}\nSQL statement "do ..."\nPL/pgSQL function f() line 2 at EXECUTE`],
    ['an SQL function', 'SQL function "f" statement 2'],
    ['rows of COPY', 'COPY t, line 2, column id: "abc"'],
  ])('context of %s -> the statement', (_, where) => {
    expectPlace("≈select\n f(abc), '\n\n\n'", { where, message: 'no "abc"' })
    expectPlace('≈create function g() returns int language plpgsql as $$\nbegin\n return 1;\nend $$', { where, message: 'no "g"' })
  })
})

describe('locateError: an internal query', () => {
  test.each([
    ['a statement', 'do $$\nbegin\n  update t\n    set a = ▶nope;\nend $$', 3, 'update t\n    set a = nope', 22],
    ['after emoji', "do $$\nbegin\n  update t set b = '😀', a = ▶nope;\nend $$", 3, "update t set b = '😀', a = nope", 27],
    ['PERFORM', 'do $$\nbegin\n  perform ▶nope;\nend $$', 3, 'SELECT nope', 8],
    ['an expression, before PostgreSQL 14', 'do $$\nbegin\n  if ▶nope > 1 then null; end if;\nend $$', 3, 'SELECT nope > 1', 8],
    ['ELSIF', 'do $$\nbegin\n  if false then null;\n  elsif ▶nope then null; end if;\nend $$', 3, 'nope', 1],
    ['WHEN', 'do $$\nbegin\n  case x when ▶nope then null; end case;\nend $$', 3, '"__Case__Variable_2__" IN (nope)', 28],
    ['INTO, which is blanked', 'do $$\nbegin\n  select 1 into x from t where ▶nope;\nend $$', 3, 'select 1        from t where nope', 30],
    [
      'INTO é, blanked by bytes',
      'do $$\nbegin\n  select 1 into é from t where ▶nope;\nend $$',
      3,
      'select 1         from t where nope',
      31,
    ],
    ['EXECUTE', "do $$\nbegin\n  execute 'select ''a'', ▶nope';\nend $$", 3, "select 'a', nope", 13],
    ['not what is in front', 'do $$\nbegin\n  perform nope2, nope;\n  perform ▶nope;\nend $$', 4, 'SELECT nope', 8],
    ['not part of a word', 'do $$\nbegin\n  if xnope and nope2 and ▶nope then null; end if;\nend $$', 3, 'nope', 1],
    [
      'put together at run time: what the message quotes',
      "do $$\nbegin\n  execute format('select %I', ▶'nope');\nend $$",
      3,
      'select nope',
      8,
    ],
    ['of nowhere', 'do $$\nbegin\n  ▶execute x;\nend $$', 3, 'select nope', 8],
  ])('%s', (_, marked, line, query, position) => internalPlace(marked, line, query, position))

  test('the query of a called function -> ignored', () => {
    const where = `SQL function "g" during startup\nSQL statement "SELECT g(), nope"\n${inline(3)}`
    expectPlace('do $$\nbegin\n  ▶perform g(), nope;\n  perform nope;\nend $$', { where, internalQuery: 'nope', internalPosition: 1 })
  })
})

describe('locateError: a name in the message', () => {
  test.each([
    ['English', 'column "nope" of relation "t" does not exist'],
    ['German', 'Spalte »nope« von Relation »t« existiert nicht'],
    ['French', "la colonne « nope » de la relation « t » n'existe pas"],
    ['Japanese, the table first', 'リレーション"t"の列"nope"は存在しません'],
  ])('in %s', (_, message) => {
    expectPlace('alter table t\n  drop column ▶nope', { message, code: '42703' })
    expectPlace('comment on column t.▶nope is null', { message, code: '42703' })
    expectPlace('do $$\nbegin\n alter table t\n  drop column ▶nope;\nend $$', {
      message,
      code: '42703',
      where: `SQL statement "alter table t\n  drop column nope"\n${inline(3, 'SQL statement')}`,
    })
  })

  test.each([
    ['as a whole word', 'drop table nope2, x_nope, ▶nope', 'table "nope" does not exist'],
    ['not in comments and strings', "drop /* nope */ table -- nope\n 'a nope', ▶nope", 'table "nope" does not exist'],
    ['folded', 'drop table ▶NOPE', 'table "nope" does not exist'],
    ['quoted', 'drop table "no""pe", ▶"No pe"', 'table "No pe" does not exist'],
    ['qualified', 'alter table a, ▶b.nope', 'relation "b.nope" does not exist'],
    ['as a literal', "alter table t alter a set default ▶'it''s'", 'invalid input syntax for type integer: "it\'s"'],
    ['with an emoji', 'drop table "😀", ▶"é😀"', 'table "é😀" does not exist'],
    ['nowhere', '≈select 1', 'column "nope" does not exist'],
    ['none', '≈select 1 / 0', 'division by zero'],
  ])('%s', (_, marked, message) => expectPlace(marked, { message }))

  test.each([
    ['alter table t\n  drop constraint ▶c', 'リレーション"t"の制約"c"は存在しません'],
    ['create trigger ▶c before insert\n  on t execute function f()', 'リレーション"t"のトリガ"c"はすでに存在します'],
  ])('%j -> the part before its table', (marked, message) => expectPlace(marked, { message, code: '42704' }))

  test('two columns with the same name -> the second', () => {
    expectPlace('create table x (a int,\n b int check (b > a), ▶a text check (a > b))', {
      message: 'column "a" specified more than once',
      code: '42701',
    })
  })

  test.each([
    ['a function', '42883', 'function nope() does not exist', 'create trigger a before insert on t execute function ▶nope()'],
    ['a function in Japanese', '42883', '関数nope()は存在しません', 'create trigger a before insert on t execute function ▶nope()'],
    ['a type', '42704', 'type nonsense does not exist', 'create function f(a ▶nonsense) returns int return 1'],
    ['a type in Japanese', '42704', '型nonsenseは存在しません', 'create function f(a ▶nonsense) returns int return 1'],
  ])('without quotes: %s', (_, code, message, marked) => expectPlace(marked, { code, message }))

  test('no name in the message -> the fields of the error, not exact', () => {
    const message = 'duplicate key value violates unique constraint "t_pkey"'
    expectPlace('insert into ≈t values (1)', { message, code: '23505', table: 't', constraint: 't_pkey' })
  })
})

describe('routineBody and decodeLiteral', () => {
  test.each([
    ['do $$a$$', 'inline_code_block', 'a'],
    ["create or replace procedure s.\"P\"(a text default 'x') language plpgsql as 'b'", 'P', 'b'],
    ["create function f() returns int as 'obj', 'symbol' language c", 'f', 'obj'],
  ])('of %j', (sql, name, text) => expect(routineBody(sql)).toMatchObject({ name, text }))

  test.each(['select $$a$$', 'create function f() returns int return 1', "do U&'a'", "do 'a'\n'b'"])('%j -> no body', (sql) =>
    expect(routineBody(sql)).toBeUndefined(),
  )

  test.each([
    ["'it''s'", "it's", 3, 5],
    [String.raw`E'\n\'\\\x41\u00e9\U0001f600\101z'`, "\n'\\Aé😀Az", 8, 32],
    ['$a$ $$ $a$', ' $$ ', 1, 4],
  ])('of %s', (source, text, at, offset) => {
    const literal = decodeLiteral(source)
    expect(literal?.text).toBe(text)
    expect(literal?.sourceOffset(at)).toBe(offset)
  })
})
