import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Db } from '../../src/db/db.ts'
import { quoteIdent } from '../../src/db/quote.ts'

/** Types of the arguments of the planted functions and operators. */
const TYPES: readonly string[] = (
  'text name "char" int2 int4 int8 numeric float8 bool uuid oid regclass jsonb timestamptz date interval bytea txid_snapshot ' +
  'text[] name[] int4[] uuid[]'
).split(' ')

const OPERATORS: readonly string[] = '= <> < > <= >= + - * / % || -> ->> #> #>> @> <@ ? ~ ~* ~~ !~~ &&'.split(' ')

/** Functions of two arguments exist for every pair of types; longer ones have one type, or one type after a text. The most of a variadic one: */
const MOST_ARGUMENTS = 12

/**
 * Creates overloads of functions, aggregates and operators in a schema, as a role with CREATE on it could. A statement that finds
 * one of them by name fails with "captured". They exist beside those of pg_catalog: PostgreSQL chooses the one that fits the
 * arguments best, wherever it is.
 */
export async function plantOverloads(db: Db, schema: string, names: readonly string[]): Promise<void> {
  await db.exec(`
    SET search_path TO pg_catalog; SET check_function_bodies TO off;
    DO $plant$
    DECLARE
      v_schema text := $q$${quoteIdent(schema)}$q$;
      v_types text[] := ${list(TYPES)};
      v_longest integer; v_name text; v_operator text; v_type text; v_other text; v_kind "char";
      v_body text := $q$ RETURNS %s LANGUAGE plpgsql AS $b$BEGIN RAISE EXCEPTION '%%', 'captured %s'; END$b$$q$;
      v_arguments text;
    BEGIN
      FOREACH v_name IN ARRAY ${list(names)} LOOP
        SELECT p.prokind INTO v_kind FROM pg_proc p WHERE p.proname = v_name ORDER BY p.prokind LIMIT 1;
        SELECT max(CASE WHEN p.provariadic <> 0 THEN ${MOST_ARGUMENTS} ELSE p.pronargs END) INTO v_longest FROM pg_proc p WHERE p.proname = v_name;
        v_name := quote_ident(v_name);
        FOREACH v_type IN ARRAY v_types LOOP
          IF v_kind = 'a' THEN
            EXECUTE format('CREATE OR REPLACE FUNCTION %s.captured_state(text, %s)', v_schema, v_type) || format(v_body, 'text', 'an aggregate');
            EXECUTE format('CREATE OR REPLACE FUNCTION %s.captured_final(text)', v_schema) || format(v_body, 'text', 'an aggregate');
            EXECUTE format('CREATE AGGREGATE %s.%s(%s) (SFUNC = %1$s.captured_state, STYPE = text, FINALFUNC = %1$s.captured_final)', v_schema, v_name, v_type);
          ELSE
            EXECUTE format('CREATE FUNCTION %s.%s(%s)', v_schema, v_name, v_type) || format(v_body, 'text', v_name);
            FOREACH v_other IN ARRAY v_types LOOP
              EXECUTE format('CREATE FUNCTION %s.%s(%s, %s)', v_schema, v_name, v_type, v_other) || format(v_body, 'text', v_name);
            END LOOP;
            FOR i IN 3 .. v_longest LOOP
              v_arguments := array_to_string(array_fill(v_type, ARRAY[i]), ', ');
              EXECUTE format('CREATE FUNCTION %s.%s(%s)', v_schema, v_name, v_arguments) || format(v_body, 'text', v_name);
              IF v_type <> 'text' THEN
                EXECUTE format('CREATE FUNCTION %s.%s(text, %s)', v_schema, v_name, array_to_string(array_fill(v_type, ARRAY[i - 1]), ', ')) || format(v_body, 'text', v_name);
              END IF;
            END LOOP;
          END IF;
        END LOOP;
      END LOOP;
      FOREACH v_operator IN ARRAY ${list(OPERATORS)} LOOP
        FOREACH v_type IN ARRAY v_types LOOP
          FOREACH v_other IN ARRAY v_types LOOP
            CONTINUE WHEN EXISTS (
              SELECT FROM pg_operator o
              WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = v_operator AND o.oprleft = v_type::regtype AND o.oprright = v_other::regtype
            );
            -- a comparison returns what an expression expects, so that the statement is accepted and fails when it runs
            v_arguments := CASE WHEN v_operator ~ '^[-+*/%|#]' THEN CASE WHEN v_operator ~ '>>' THEN 'text' ELSE v_type END ELSE 'bool' END;
            EXECUTE format('CREATE OR REPLACE FUNCTION %s.%I(%s, %s)', v_schema, 'operator ' || v_operator, v_type, v_other)
              || format(v_body, v_arguments, format('%s (%s, %s)', v_operator, v_type, v_other));
            EXECUTE format('CREATE OPERATOR %s.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = %1$s.%5$I)', v_schema, v_operator, v_type, v_other, 'operator ' || v_operator);
          END LOOP;
        END LOOP;
      END LOOP;
    END
    $plant$;
    RESET search_path; RESET check_function_bodies`)
}

/** The functions of pg_catalog that the SQL files of a folder and its subfolders call. */
export async function functionsUsed(db: Db, folder: string): Promise<string[]> {
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n')
  return functionsIn(db, text)
}

/** The functions of pg_catalog whose calls are in a text. */
export async function functionsIn(db: Db, text: string): Promise<string[]> {
  const words = new Set([...text.matchAll(/\b([a-z_][a-z0-9_]*)\s*\(/g)].map(([, word = '']) => word))
  const rows = await db.query<{ name: string }>(
    `SELECT DISTINCT p.proname::pg_catalog.text AS name FROM pg_catalog.pg_proc p
     WHERE p.pronamespace OPERATOR(pg_catalog.=) 11::pg_catalog.oid AND p.proname::pg_catalog.text OPERATOR(pg_catalog.=) ANY (
       SELECT pg_catalog.jsonb_array_elements_text($1::pg_catalog.jsonb))`,
    [[...words]],
  )
  return rows.map(({ name }) => name).toSorted()
}

function list(items: readonly string[]): string {
  return `ARRAY[${items.map((item) => `$q$${item}$q$`).join(', ')}]::text[]`
}
