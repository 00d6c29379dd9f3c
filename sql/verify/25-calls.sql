-- The functions, views and tables of the database itself, used once. The checks of 20-functions.sql and 30-views.sql run in a copy that has
-- neither the triggers nor the privileges of the real tables. Everything is rolled back, and no number is taken from a sequence (ADR 0039):
-- `log_skill_usage` is called in a read-only transaction, which ends it at its INSERT, and one row is inserted into each table with an ID of its own.
-- $1: {"views": [], "own": {"functions": ["<signature>"], ...}}, also in skills_verify.input. skills_verify.path is the search_path of an
-- application, without the schemas in which other roles can create objects. A row with `skipped` is no fault: it could not be tried.

-- check: functions.calls
-- title: the functions and tables of the package work when they are used
-- writes: real
-- input: objects
-- remedy: correct what the server reports: it refuses the same statement of an application
-- about: The check calls `is_skill_unlocked`, `unlock_skill`, `log_skill_usage`, `log_skill_usage_batch` and the steps of the
--   rollups once, and inserts a row into each table, in the real schema. It is rolled back, and takes no
--   number from a sequence. What the server refuses here, it refuses to applications too: a trigger that raises, a privilege that the owner of
--   a function lacks, a table or column that a body uses and that is gone, a policy, a partition that is missing. A role that may not call the
--   functions or insert rows skips the check.
-- example: function unlock_skill(uuid, text, text) | a call that succeeds | permission denied for table skill_unlocks (SQLSTATE 42501)
SELECT set_config('skills_verify.schema', :'schema', true);
-- code of the schema that looks up a name in a schema in which other roles can create objects would run theirs
SELECT set_config('skills_verify.path', coalesce(string_agg(quote_ident(p.name), ', ' ORDER BY p.ord), 'pg_catalog') || ', pg_temp', true)
FROM jsonb_array_elements_text(current_setting('skills_verify.input')::jsonb->'path') WITH ORDINALITY AS p (name, ord)
JOIN pg_namespace n ON n.nspname = p.name
WHERE NOT EXISTS (
  SELECT FROM pg_roles r
  WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND r.rolname <> session_user
    AND (r.rolname <> current_user OR EXISTS (SELECT FROM pg_roles s WHERE s.rolname = session_user AND s.rolsuper))
    AND has_schema_privilege(r.oid, n.oid, 'CREATE')
);
DO $check$
DECLARE
  v_schema    text := current_setting('skills_verify.schema');
  v_path      text := current_setting('skills_verify.path');
  v_input     jsonb := current_setting('skills_verify.input')::jsonb;
  v_read_only boolean := current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery();
  v_user      text := gen_random_uuid()::text;
  v_skill     text := 'skills-verify';
  v_large     bigint := 9007199254740991 - floor(random() * 1000000)::bigint;
  v_event     text;
  v_text      text;
  v_first     jsonb;
  v_state     text;
  v_message   text;
  v_constraint text;
  v_has_row   boolean;
  v_is_of_values boolean; -- what the server refuses depends on the values
  v_rows      bigint;
  v_found     jsonb := '[]';
  v_probe     record;
BEGIN
  -- A policy is code of the owner of its table. Where all of it is of roles that can do everything anyway, policies apply as to an application.
  IF NOT EXISTS (
    SELECT FROM pg_policy p
    JOIN pg_class c ON c.oid = p.polrelid
    LEFT JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass
    LEFT JOIN pg_proc f ON f.oid = d.refobjid
    CROSS JOIN LATERAL (VALUES (c.relowner), (f.proowner)) AS writer (role)
    JOIN pg_roles r ON r.oid = writer.role
    WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = v_schema)
      AND NOT r.rolsuper AND r.rolname NOT IN (session_user, current_user)
  ) THEN
    PERFORM set_config('row_security', 'on', true);
  END IF;

  BEGIN
    EXECUTE format('SELECT skill_id FROM %I.skills_registry LIMIT 1', v_schema) INTO v_text;
    v_skill := coalesce(v_text, v_skill);
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  v_event := format('[[%s, %s, "1.0.0", "CORE", "success", 1, null, {}, {}, null, %s]]', to_json('skills-verify'::text), to_json(v_skill), to_json(gen_random_uuid()));

  FOR v_probe IN
    -- `again`: the same with the values of a row that is there, where a constraint of the user refuses those of this check
    WITH calls (ord, signature, kind, call, again) AS (
      VALUES
        (1, 'is_skill_unlocked(uuid, text)', 'read', '%1$I.is_skill_unlocked(%2$L::pg_catalog.uuid, %3$L::pg_catalog.text)', NULL),
        (2, 'unlock_skill(uuid, text, text)', 'write', '%1$I.unlock_skill(%2$L::pg_catalog.uuid, %3$L::pg_catalog.text, ''verification''::pg_catalog.text)',
          '%1$I.unlock_skill(t.user_id, t.skill_id, t.unlock_reason) FROM %1$I.skill_unlocks t LIMIT 1'),
        (3, 'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric)', 'to its INSERT',
          '%1$I.log_skill_usage(%2$L::pg_catalog.uuid, ''skills-verify''::pg_catalog.text, %3$L::pg_catalog.text, ''1.0.0''::pg_catalog.text, ''CORE''::pg_catalog.text, '
          || '''success''::pg_catalog.text, 1, NULL::pg_catalog.text, ''{}''::pg_catalog.jsonb, ''{}''::pg_catalog.jsonb, '
          || 'NULL::pg_catalog.text, NULL::pg_catalog.int8, NULL::pg_catalog.int8, NULL::pg_catalog.numeric)', NULL),
        (4, 'log_skill_usage_batch(uuid, jsonb, uuid, boolean)', 'write',
          '%1$I.log_skill_usage_batch(%2$L::pg_catalog.uuid, ''[]''::pg_catalog.jsonb, NULL::pg_catalog.uuid, true)', NULL),
        (5, 'log_skill_usage_batch(uuid, jsonb, uuid, boolean)', 'to its INSERT',
          '%1$I.log_skill_usage_batch(%2$L::pg_catalog.uuid, %4$L::pg_catalog.jsonb, NULL::pg_catalog.uuid, true)', NULL),
        (6, 'skill_rollup_events(integer, boolean)', 'write', '%1$I.skill_rollup_events(1, false)', NULL),
        (7, 'skill_rollup_feedback(integer, boolean)', 'write', '%1$I.skill_rollup_feedback(1, false)', NULL)
    ), rows (ord, relation, columns, row) AS (
      VALUES
        (11, 'skills_registry', 'skill_id, version, sha256, enabled, trust_level, meta', 'pg_catalog.concat(''skills-verify.'', %2$L), ''1.0.0'', NULL, true, 1, ''{}'''),
        (12, 'skill_usage_events', 'id, user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, artifacts',
          '%5$s, %2$L, ''skills-verify'', %3$L, ''1.0.0'', ''CORE'', ''success'', 1, NULL, ''{}'', ''{}'''),
        (13, 'skill_feedback', 'id, user_id, skill_id, version, rating, tags, notes', '%5$s, %2$L, %3$L, ''1.0.0'', 5, ''{}'', NULL'),
        (14, 'agent_emergence_candidates', 'id, signature_hash, tier, element, realm, cooccur_skills, support_count, status',
          '%5$s, %2$L, ''CORE'', NULL, NULL, ''[]'', 0, ''monitoring''')
    )
    SELECT c.ord, 'function ' || c.signature AS object, c.kind, 'SELECT ' || c.call AS call, 'SELECT ' || c.again AS again,
      CASE WHEN NOT has_function_privilege(p.oid, 'EXECUTE') THEN format('EXECUTE on the function %s', c.signature) END AS lacks, p.prosecdef AS as_owner,
      NULL::text AS role, NULL::text AS takes
    FROM calls c
    JOIN pg_proc p ON p.proname || '(' || oidvectortypes(p.proargtypes) || ')' = c.signature AND p.prokind = 'f'
    WHERE p.pronamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = v_schema)
    UNION ALL
    SELECT r.ord, 'table ' || r.relation, 'row', format('INSERT INTO %%1$I.%s (%s) OVERRIDING SYSTEM VALUE SELECT %s', r.relation, r.columns, r.row),
      CASE WHEN r.columns LIKE 'id,%' THEN
        format('INSERT INTO %%1$I.%1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %%5$s%3$s FROM %%1$I.%1$s t ORDER BY t.id DESC LIMIT 1', r.relation, r.columns, substr(r.columns, 3)) END,
      CASE WHEN w.role IS NULL AND NOT has_table_privilege(t.oid, 'INSERT') THEN format('INSERT on the table %s', r.relation) END, w.role IS NOT NULL, w.role,
      (
        SELECT string_agg(a.attname, ', ')
        FROM pg_attribute a
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL (string_to_array(r.columns, ', '))
          AND (a.attidentity <> '' OR EXISTS (
            SELECT FROM pg_depend u JOIN pg_sequence q ON q.seqrelid = u.refobjid
            WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid AND u.refclassid = 'pg_class'::regclass))
      )
    FROM rows r
    JOIN pg_class t ON t.relname = r.relation AND t.relkind IN ('r', 'p')
    -- the events are those that log_skill_usage inserts, with the privileges of its owner
    LEFT JOIN (
      SELECT o.rolname::text AS role FROM pg_proc f JOIN pg_roles o ON o.oid = f.proowner
      WHERE f.proname || '(' || oidvectortypes(f.proargtypes) || ')' = (SELECT c.signature FROM calls c WHERE c.ord = 3)
        AND f.pronamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = v_schema) AND f.prosecdef AND pg_has_role(f.proowner, 'MEMBER')
    ) AS w ON r.relation = 'skill_usage_events'
    WHERE t.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = v_schema) AND v_input->'own'->'tables' ? r.relation
    ORDER BY 1
  LOOP
    IF v_probe.lacks IS NOT NULL THEN
      v_found := v_found || jsonb_build_object('skipped', format('the role lacks %s', v_probe.lacks), 'gap', true);
      CONTINUE;
    ELSIF v_read_only AND v_probe.kind IN ('write', 'row') THEN
      v_found := v_found || jsonb_build_object('skipped', 'the database is read-only', 'gap', true);
      CONTINUE;
    ELSIF v_probe.takes IS NOT NULL THEN
      v_found := v_found || jsonb_build_object('skipped', format('no row was inserted into %s: a row takes a number of a sequence for %s', v_probe.object, v_probe.takes), 'gap', false);
      CONTINUE;
    END IF;

    v_first := NULL;
    FOR v_try IN 1 .. 2 LOOP
      v_text := format(CASE v_try WHEN 1 THEN v_probe.call ELSE v_probe.again END, v_schema, v_user, v_skill, v_event, v_large);
      BEGIN
        IF v_probe.kind = 'to its INSERT' THEN
          PERFORM set_config('transaction_read_only', 'on', true);
        END IF;
        IF v_probe.role IS NOT NULL THEN
          PERFORM set_config('role', v_probe.role, true);
        END IF;
        -- as an application: code that its triggers call can depend on the search_path. What follows until the rollback has no names.
        PERFORM set_config('search_path', v_path, true);
        EXECUTE v_text;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        SET CONSTRAINTS ALL IMMEDIATE;
        RAISE EXCEPTION USING ERRCODE = 'SVOK0';
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_constraint = CONSTRAINT_NAME;
      END;
      v_has_row := v_try = 2 AND v_state <> '42501' AND NOT (v_state = 'SVOK0' AND v_rows = 0);
      IF v_try = 2 AND NOT v_has_row THEN
        v_state := v_first->>'state';
        v_message := v_first->>'message';
        v_constraint := v_first->>'constraint';
      END IF;
      v_is_of_values := v_state IN ('23503', '23505', '23P01', 'P0001') OR (v_state = '23514' AND v_constraint <> '');
      EXIT WHEN NOT v_is_of_values OR v_probe.again IS NULL;
      v_first := jsonb_build_object('state', v_state, 'message', v_message, 'constraint', v_constraint);
    END LOOP;
    IF v_is_of_values AND (v_state IN ('23505', '23P01') OR (v_state <> 'P0001' AND NOT v_has_row)) THEN
      v_found := v_found || jsonb_build_object('gap', false,
        'skipped', format('%s was not tried: there is no row with values that its constraints accept (%s)', v_probe.object, v_message));
      CONTINUE;
    END IF;
    IF v_state IN ('40P01', '40001') THEN
      RAISE EXCEPTION '%', v_message USING ERRCODE = v_state;
    ELSIF v_state = '55P03' OR (v_state = '42501' AND NOT v_probe.as_owner)
      OR (v_state IN ('42P01', '42883', '42704') AND v_path NOT LIKE '%' || quote_ident(v_schema) || '%')
      OR (v_state = '42501' AND current_setting('row_security') = 'off' AND v_message LIKE '%row-level security%') THEN
      v_found := v_found || jsonb_build_object('skipped', format('%s: %s', v_probe.object, v_message), 'gap', true);
    ELSIF v_state = 'SVOK0' AND v_probe.kind = 'to its INSERT' THEN
      v_found := v_found || jsonb_build_object('object', v_probe.object, 'expected', 'a call that inserts an event', 'actual', 'it returned without an INSERT');
    ELSIF v_state = 'SVOK0' AND v_probe.kind = 'row' AND v_rows = 0 THEN
      v_found := v_found || jsonb_build_object('object', v_probe.object, 'expected', 'a table that stores a row', 'actual', 'an INSERT stored no row: a trigger or rule discards it');
    ELSIF v_state <> 'SVOK0' AND NOT (v_state = '25006' AND v_probe.kind = 'to its INSERT') THEN
      v_found := v_found || jsonb_build_object('object', v_probe.object, 'actual', format('%s (SQLSTATE %s)', v_message, v_state),
        'expected', CASE v_probe.kind WHEN 'row' THEN 'a table that stores a row' ELSE 'a call that succeeds' END);
    END IF;
  END LOOP;
  PERFORM set_config('skills_verify.found', v_found::text, true);
END
$check$;
SELECT DISTINCT f.object, f.expected, f.actual, f.skipped, f.gap
FROM jsonb_to_recordset(current_setting('skills_verify.found')::jsonb) AS f (object text, expected text, actual text, skipped text, gap boolean)
-- the input of the check is in skills_verify.input too
WHERE $1::jsonb IS NOT NULL
ORDER BY 1, 3;

-- check: views.reads
-- title: every view can be read
-- writes: real
-- input: objects
-- remedy: correct what the server reports: grant the owner of the view what it lacks, or REFRESH MATERIALIZED VIEW
-- about: The check reads no row of the view, so it costs nothing, but the server checks the privileges that the owner of the view needs.
-- example: view v_skill_effectiveness | a view that can be read | permission denied for table skill_feedback (SQLSTATE 42501)
SELECT set_config('skills_verify.schema', :'schema', true);
DO $check$
DECLARE
  v_schema  text := current_setting('skills_verify.schema');
  v_found   jsonb := '[]';
  v_view    record;
BEGIN
  FOR v_view IN
    SELECT c.relname, CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END || ' ' || c.relname AS object,
      has_table_privilege(c.oid, 'SELECT') AS can_read, c.relispopulated,
      NOT coalesce(lower(array_to_string(c.reloptions, ',')) ~ 'security_invoker=(on|true|yes|1)', false) AS as_owner
    FROM pg_class c
    WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = v_schema)
      AND c.relkind IN ('v', 'm') AND current_setting('skills_verify.input')::jsonb->'views' ? c.relname
    ORDER BY 1
  LOOP
    IF NOT v_view.can_read THEN
      v_found := v_found || jsonb_build_object('skipped', format('the role lacks SELECT on the %s', v_view.object), 'gap', true);
      CONTINUE;
    ELSIF NOT v_view.relispopulated THEN
      -- the statement below reads nothing, so it would succeed
      v_found := v_found || jsonb_build_object('object', v_view.object, 'actual', 'it has not been populated (SQLSTATE 55000)');
      CONTINUE;
    END IF;
    BEGIN
      EXECUTE format('SELECT FROM %I.%I WHERE false', v_schema, v_view.relname);
    EXCEPTION WHEN OTHERS THEN
      IF SQLSTATE IN ('40P01', '40001') THEN
        RAISE;
      ELSIF SQLSTATE = '55P03' OR (SQLSTATE = '42501' AND NOT v_view.as_owner) OR SQLERRM LIKE '%row-level security%' THEN
        v_found := v_found || jsonb_build_object('skipped', format('%s: %s', v_view.object, SQLERRM), 'gap', true);
      ELSE
        v_found := v_found || jsonb_build_object('object', v_view.object, 'actual', format('%s (SQLSTATE %s)', SQLERRM, SQLSTATE));
      END IF;
    END;
  END LOOP;
  PERFORM set_config('skills_verify.found', v_found::text, true);
END
$check$;
SELECT f.object, 'a view that can be read' AS expected, f.actual, f.skipped, f.gap
FROM jsonb_to_recordset(current_setting('skills_verify.found')::jsonb) AS f (object text, actual text, skipped text, gap boolean)
WHERE $1::jsonb IS NOT NULL
ORDER BY 1;
