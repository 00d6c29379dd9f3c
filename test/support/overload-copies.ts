import type { Db } from '../../src/db/db.ts'
import { quoteIdent } from '../../src/db/quote.ts'

/** The types of one-argument overloads, which exist whether pg_catalog has one or not. */
const TYPES = (
  'text name "char" int2 int4 int8 numeric float8 bool uuid oid oidvector regclass regtype regrole json jsonb date timestamptz interval ' +
  'txid_snapshot text[] name[] "char"[] int4[] int8[] oid[] uuid[] aclitem[]'
).split(' ')

/**
 * Copies functions, aggregates and all operators of pg_catalog into a schema, with bodies that fail with "captured", and adds
 * functions of one and of several equal arguments for many types. With a search_path in which pg_catalog comes after the schema, a
 * copy is found for every call that is not qualified; with any other, where an overload fits the arguments better.
 */
export async function plantCopies(db: Db, schema: string, names: readonly string[]): Promise<void> {
  await db.exec(`
    SET search_path TO pg_catalog; SET check_function_bodies TO off; SET client_min_messages TO error;
    DO $plant$
    DECLARE
      v_schema text := $q$${quoteIdent(schema)}$q$;
      v_body text := $b$ LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''captured %s''; END'$b$;
      v_type text; v_list text; i integer; v_name text; r record;
    BEGIN
      FOR r IN
        SELECT p.oid, p.proname, p.prokind, p.proretset, oidvectortypes(p.proargtypes) AS types, format_type(p.prorettype, NULL) AS result,
          p.pronargs, p.provariadic <> 0 AS variadic
        FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY (${list(names)}::name[])
      LOOP
        BEGIN
          IF r.prokind = 'a' THEN
            EXECUTE format('CREATE FUNCTION %s.%I(%s) RETURNS %s', v_schema, 'state' || r.oid, concat_ws(', ', r.result, nullif(r.types, '')), r.result) || format(v_body, r.proname);
            EXECUTE format('CREATE AGGREGATE %s.%I(%s) (SFUNC = %1$s.%4$I, STYPE = %5$s)', v_schema, r.proname, coalesce(nullif(r.types, ''), '*'), 'state' || r.oid, r.result);
          ELSE
            EXECUTE format('CREATE FUNCTION %s.%I(%s) RETURNS %s%s', v_schema, r.proname, r.types, CASE WHEN r.proretset THEN 'SETOF ' ELSE '' END, r.result) || format(v_body, r.proname);
          END IF;
        EXCEPTION WHEN OTHERS THEN NULL; -- arguments that a function in PL/pgSQL cannot have: internal, "any", OUT columns
        END;
      END LOOP;
      FOREACH v_name IN ARRAY ${list(names)} LOOP
        SELECT coalesce(bool_or(p.prokind = 'a'), false) AS aggregate, max(CASE WHEN p.provariadic <> 0 THEN 6 ELSE p.pronargs END) AS longest INTO r
        FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = v_name;
        FOREACH v_type IN ARRAY ${list(TYPES)} LOOP
          FOR i IN 1 .. CASE WHEN r.aggregate THEN 1 ELSE greatest(r.longest, 1) END LOOP
            v_list := array_to_string(array_fill(v_type, ARRAY[i]), ', ');
            BEGIN
              IF r.aggregate THEN
                EXECUTE format('CREATE OR REPLACE FUNCTION %s.state(text, %s) RETURNS text', v_schema, v_type) || format(v_body, 'an aggregate');
                EXECUTE format('CREATE AGGREGATE %s.%I(%s) (SFUNC = %1$s.state, STYPE = text)', v_schema, v_name, v_type);
              ELSE
                EXECUTE format('CREATE FUNCTION %s.%I(%s) RETURNS text', v_schema, v_name, v_list) || format(v_body, v_name);
              END IF;
            EXCEPTION WHEN duplicate_function THEN NULL;
            END;
          END LOOP;
        END LOOP;
      END LOOP;
      FOR r IN
        SELECT o.oid, o.oprname, o.oprleft::regtype AS l, o.oprright::regtype AS r, o.oprresult::regtype AS result
        FROM pg_operator o WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprkind = 'b' AND o.oprresult <> 0
        UNION ALL
        -- and those that pg_catalog does not have
        SELECT row_number() OVER (), name, a::regtype, b::regtype, 'bool'
        FROM unnest(ARRAY['=', '<>', '<', '>', '~~', '?', '||', '->>', '@>', '-']) AS name, unnest(${list(TYPES)}) AS a, unnest(ARRAY['text', 'name', 'int4', 'oid', 'regclass', 'regtype', 'name[]', 'text[]']) AS b
      LOOP
        BEGIN
          EXECUTE format('CREATE FUNCTION %s.%I(%s, %s) RETURNS %s', v_schema, 'operator' || r.oid, r.l, r.r, r.result)
            || format(v_body, replace(r.oprname, '%', '%%'));
          EXECUTE format('CREATE OPERATOR %s.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = %1$s.%5$I)', v_schema, r.oprname, r.l, r.r, 'operator' || r.oid);
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
      END LOOP;
    END
    $plant$;
    RESET search_path; RESET check_function_bodies; RESET client_min_messages`)
}

/** Adds overloads of every function in a schema itself: another type for each argument, and fewer arguments. */
export async function plantNamesakes(db: Db, schema: string): Promise<void> {
  await db.exec(`
    SET search_path TO pg_catalog; SET check_function_bodies TO off;
    DO $plant$
    DECLARE
      v_body text := $b$ RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''captured %s''; END'$b$;
      v_types text[]; v_other text; i integer; r record;
    BEGIN
      FOR r IN
        SELECT p.proname, p.pronargs, string_to_array(oidvectortypes(p.proargtypes), ', ') AS types FROM pg_proc p
        WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = $q$${schema}$q$) AND p.proname ~ 'skill'
      LOOP
        FOR i IN 0 .. r.pronargs LOOP
          FOREACH v_other IN ARRAY ${list(TYPES)} LOOP
            v_types := r.types;
            IF i = 0 THEN v_types := array_append(r.types, v_other); ELSE v_types[i] := v_other; END IF;
            BEGIN
              EXECUTE format('CREATE FUNCTION %I.%I(%s)', $q$${schema}$q$, r.proname, array_to_string(v_types, ', ')) || format(v_body, r.proname);
            EXCEPTION WHEN duplicate_function THEN NULL;
            END;
          END LOOP;
          BEGIN
            EXECUTE format('CREATE FUNCTION %I.%I(%s)', $q$${schema}$q$, r.proname, array_to_string(r.types[1:i], ', ')) || format(v_body, r.proname);
          EXCEPTION WHEN duplicate_function THEN NULL;
          END;
        END LOOP;
      END LOOP;
    END
    $plant$;
    RESET search_path; RESET check_function_bodies`)
}

function list(items: readonly string[]): string {
  return `ARRAY[${items.map((item) => `$q$${item}$q$`).join(', ')}]::text[]`
}
