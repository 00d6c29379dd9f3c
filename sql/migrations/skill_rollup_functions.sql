-- skills: repeatable
--
-- The functions of the rollups; the tables are in 20261121_skill_rollups.sql, which also says how the sums stay correct.
-- They run with the privileges of the caller: a role that can write the rollups can update them. row_security is off, so that a role
-- from which row level security hides rows gets an error, and not sums over a part of the rows.
-- Names: every function call is qualified with pg_catalog, and operators have the exact types of an operator of pg_catalog. PostgreSQL
-- prefers a function or operator that fits the arguments better, wherever it is: without this, a role that can create objects in the
-- schema could have its own code called.

-- The smallest latency, in ms, of the buckets 1 to 248: the first integer above 2^((i-1)/8). Bucket 0 is up to 1 ms. A power of two is
-- exact as an integer.
CREATE OR REPLACE FUNCTION skill_latency_bounds() RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT pg_catalog.array_agg(pg_catalog.floor(pg_catalog.power(2::float8, (i % 8)::float8 / 8::float8) * (1::bigint << i / 8)::float8)::integer + 1 ORDER BY i)
  FROM pg_catalog.generate_series(0, 247) AS i
$function$;

-- The buckets of a column latencies as rows: the number of a bucket, and its number of events.
CREATE OR REPLACE FUNCTION skill_latency_buckets(p_latencies bigint[]) RETURNS TABLE (bucket integer, n bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT (element & 255::bigint)::integer, element >> 8 FROM pg_catalog.unnest(p_latencies) AS element
$function$;

-- The sum of two columns latencies.
CREATE OR REPLACE FUNCTION skill_latency_add(p_latencies bigint[], p_others bigint[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT coalesce(pg_catalog.array_agg(element ORDER BY element & 255::bigint), '{}')
  FROM (
    SELECT (pg_catalog.sum(element >> 8)::bigint << 8) | (element & 255::bigint) AS element
    FROM pg_catalog.unnest(pg_catalog.array_cat(p_latencies, p_others)) AS element
    GROUP BY element & 255::bigint HAVING pg_catalog.sum(element >> 8) <> 0::numeric
  ) AS buckets
$function$;

-- Why a row cannot be added up; NULL when it can. A key of the rollups must fit into a page of an index, a time must have a year of
-- four digits, and a state must not take more memory than a step has. These bounds are wider than those of 20261123_skill_bounds.sql:
-- rows that existed before those are counted where that is possible. sql/reports/counted-events.sql and counted-feedback.sql have the same conditions. The
-- functions have no search_path so that they are inlined: they have no name to look up.
CREATE OR REPLACE FUNCTION skill_rollup_event_fault(p_session_id text, p_skill_id text, p_version text, p_created_at timestamptz, p_state jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN pg_catalog.octet_length(p_session_id) > 1024 THEN pg_catalog.format('session_id has %s bytes', pg_catalog.octet_length(p_session_id))
    WHEN pg_catalog.octet_length(p_skill_id) > 1024 THEN pg_catalog.format('skill_id has %s bytes', pg_catalog.octet_length(p_skill_id))
    WHEN pg_catalog.octet_length(p_version) > 1024 THEN pg_catalog.format('version has %s bytes', pg_catalog.octet_length(p_version))
    WHEN p_created_at NOT BETWEEN '1000-01-01 00:00:00+00'::timestamptz AND '9999-12-31 00:00:00+00'::timestamptz
      THEN pg_catalog.format('created_at is %s', p_created_at)
    -- the size as it is stored is known without reading it; `#>` makes a copy that is not compressed
    WHEN pg_catalog.pg_column_size(p_state) > 256 AND pg_catalog.pg_column_size(p_state #> '{}'::text[]) > 65536
      AND (pg_catalog.pg_column_size(p_state #> '{}'::text[]) > 1310720
        OR pg_catalog.jsonb_typeof(p_state->'tier'::text) IN ('object', 'array') OR pg_catalog.jsonb_typeof(p_state->'element'::text) IN ('object', 'array')
        OR pg_catalog.jsonb_typeof(p_state->'realm'::text) IN ('object', 'array'))
      THEN pg_catalog.format('state_snapshot has %s bytes', pg_catalog.pg_column_size(p_state #> '{}'::text[]))
  END
$function$;

CREATE OR REPLACE FUNCTION skill_rollup_feedback_fault(p_skill_id text, p_version text, p_tags text[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
  SELECT CASE
    WHEN pg_catalog.octet_length(p_skill_id) > 1024 THEN pg_catalog.format('skill_id has %s bytes', pg_catalog.octet_length(p_skill_id))
    WHEN pg_catalog.octet_length(p_version) > 1024 THEN pg_catalog.format('version has %s bytes', pg_catalog.octet_length(p_version))
    WHEN pg_catalog.cardinality(p_tags) > 1024 THEN pg_catalog.format('tags has %s elements', pg_catalog.cardinality(p_tags))
    WHEN EXISTS (SELECT FROM pg_catalog.unnest(p_tags) AS tag WHERE pg_catalog.octet_length(tag) > 1024) THEN 'a tag has more than 1024 bytes'
  END
$function$;

-- The snapshot after a step that has taken all new rows before a transaction and none from it on: before the transaction what the
-- current snapshot sees, from it on what the saved one sees.
CREATE OR REPLACE FUNCTION skill_rollup_snapshot_at(p_saved txid_snapshot, p_now txid_snapshot, p_txid bigint) RETURNS txid_snapshot
LANGUAGE sql STABLE
SET search_path FROM CURRENT
AS $function$
  WITH running AS (
    SELECT x FROM pg_catalog.txid_snapshot_xip(p_now) AS x WHERE x < p_txid
    UNION
    SELECT x FROM pg_catalog.txid_snapshot_xip(p_saved) AS x WHERE x >= p_txid
  ), bounds AS (
    SELECT greatest(p_txid, pg_catalog.txid_snapshot_xmax(p_saved)) AS xmax
  )
  SELECT pg_catalog.format('%s:%s:%s', coalesce((SELECT pg_catalog.min(x) FROM running), bounds.xmax), bounds.xmax,
                (SELECT pg_catalog.string_agg(x::text, ',' ORDER BY x) FROM running))::txid_snapshot
  FROM bounds
$function$;

-- The rows of a table that the next step takes, at most p_max_rows: a predicate, and the state to save after the step. Snapshots are
-- literals in the predicate, because otherwise the planner cannot use the index. Sorting and bitmap scans are off, so that rows are
-- counted in the order of an index, and not all of them.
CREATE OR REPLACE FUNCTION skill_rollup_window(
  p_table    regclass,
  p_state    skill_rollup_state,
  p_max_rows integer,
  OUT predicate text,
  OUT snapshot  txid_snapshot,
  OUT part_txid bigint,
  OUT part_id   bigint,
  OUT part_end  bigint,
  OUT more      boolean
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
SET enable_sort = off
SET enable_bitmapscan = off
AS $function$
DECLARE
  v_now   txid_snapshot;
  v_new   text;
  v_first bigint;
  v_end   bigint;
  v_last  bigint;
  v_rows  bigint;
BEGIN
  IF (p_max_rows > 0) IS NOT TRUE THEN
    RAISE EXCEPTION 'p_max_rows is %, and must be 1 or more', coalesce(p_max_rows::text, 'NULL') USING ERRCODE = '22023';
  END IF;
  SELECT pg_catalog.txid_current_snapshot() INTO v_now;
  snapshot := p_state.snapshot;
  part_txid := p_state.part_txid;
  part_id := p_state.part_id;
  part_end := p_state.part_end;
  more := true;
  v_new := pg_catalog.format('txid >= %s AND txid < %s AND NOT pg_catalog.txid_visible_in_snapshot(txid, %L) AND pg_catalog.txid_visible_in_snapshot(txid, %L)',
    pg_catalog.txid_snapshot_xmin(snapshot), coalesce(part_txid, pg_catalog.txid_snapshot_xmax(v_now)), snapshot, v_now);

  EXECUTE pg_catalog.format('SELECT txid FROM %s WHERE %s ORDER BY txid LIMIT 1', p_table, v_new) INTO v_first;
  IF v_first IS NOT NULL THEN
    EXECUTE pg_catalog.format('SELECT txid FROM %s WHERE %s ORDER BY txid OFFSET %s LIMIT 1', p_table, v_new, p_max_rows) INTO v_end;
    IF part_txid IS NOT NULL AND v_first = v_end THEN
      -- while one transaction is taken in parts, another one that commits late is taken whole
      EXECUTE pg_catalog.format('SELECT txid FROM %s WHERE %s AND txid > %s ORDER BY txid LIMIT 1', p_table, v_new, v_first) INTO v_end;
    END IF;
    v_end := coalesce(v_end, part_txid);
    IF v_end IS NULL THEN
      predicate := v_new;
      snapshot := v_now;
      more := false;
      RETURN;
    ELSIF v_first < v_end THEN
      predicate := v_new || pg_catalog.format(' AND txid < %s', v_end);
      snapshot := skill_rollup_snapshot_at(snapshot, v_now, v_end);
      RETURN;
    END IF;
    -- one transaction wrote more than p_max_rows, such as a bulk load, or the ALTER TABLE above for all earlier rows: all its rows
    -- are visible, so within it the ID is a safe mark
    part_txid := v_end;
    part_id := -9223372036854775808;
    EXECUTE pg_catalog.format('SELECT pg_catalog.max(id + 0) FROM %s WHERE txid = %s', p_table, part_txid) INTO part_end;
  ELSIF part_txid IS NULL THEN
    predicate := 'false';
    snapshot := v_now;
    more := false;
    RETURN;
  END IF;

  -- txid + 0 forces the index on id
  predicate := pg_catalog.format('txid + 0 = %s AND id > %s AND id <= %s', part_txid, part_id, part_end);
  EXECUTE pg_catalog.format('SELECT pg_catalog.max(id), pg_catalog.count(*) FROM (SELECT id FROM %s WHERE %s ORDER BY id LIMIT %s) AS next', p_table, predicate, p_max_rows)
    INTO v_last, v_rows;
  IF v_rows < p_max_rows OR v_last = part_end THEN
    snapshot := skill_rollup_snapshot_at(snapshot, v_now, part_txid + 1);
    part_txid := NULL;
    part_id := NULL;
    part_end := NULL;
  ELSE
    predicate := predicate || pg_catalog.format(' AND id <= %s', v_last);
    part_id := v_last;
  END IF;
END;
$function$;

-- The predicate of the rows that are in the rollups, by the marks of a state.
CREATE OR REPLACE FUNCTION skill_rollup_rolled(p_state skill_rollup_state) RETURNS text
LANGUAGE sql STABLE
SET search_path FROM CURRENT
AS $function$
  SELECT pg_catalog.format('(pg_catalog.txid_visible_in_snapshot(txid, %L) OR txid = coalesce(%L::bigint, -1) AND id <= coalesce(%L::bigint, 0))',
    p_state.snapshot, p_state.part_txid, p_state.part_id)
$function$;

-- Whether the marks of a state are valid on this server: they were saved here, and not in its future.
CREATE OR REPLACE FUNCTION skill_rollup_is_here(p_state skill_rollup_state) RETURNS boolean
LANGUAGE sql STABLE
SET search_path FROM CURRENT
AS $function$
  SELECT p_state.system_identifier = c.system_identifier
    AND pg_catalog.txid_snapshot_xmax(p_state.snapshot) <= pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())
  FROM pg_catalog.pg_control_system() AS c
$function$;

-- The transaction that wrote a row here, from its xmin, as an expression: xmin has the lower 32 bits of the transaction ID.
CREATE OR REPLACE FUNCTION skill_rollup_writer(p_now txid_snapshot) RETURNS text
LANGUAGE sql STABLE
SET search_path FROM CURRENT
AS $function$
  SELECT pg_catalog.format('(%s::bigint - ((%1$s::bigint - xmin::text::bigint) & 4294967295))', pg_catalog.txid_snapshot_xmax(p_now) + 2147483648)
$function$;

-- Sets the transaction ID of the rows that a predicate selects; returns their number. An UPDATE checks all constraints: a row that is
-- outside the bounds of 20261123_skill_bounds.sql stays as it is. Without such rows nothing is updated, and no privilege is needed.
CREATE OR REPLACE FUNCTION skill_rollup_stamp(p_table regclass, p_txid text, p_predicate text) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
AS $function$
DECLARE
  v_found boolean;
  v_rows  bigint := 0;
BEGIN
  EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s WHERE %s)', p_table, p_predicate) INTO v_found;
  IF v_found THEN
    EXECUTE pg_catalog.format('UPDATE %s SET txid = %s WHERE (%s) AND %s', p_table, p_txid, p_predicate, (
      SELECT coalesce(pg_catalog.string_agg(pg_catalog.format('(%s) IS NOT FALSE', pg_catalog.pg_get_expr(conbin, conrelid)), ' AND '::text), 'true')
      FROM pg_catalog.pg_constraint WHERE conrelid = p_table::oid AND contype = 'c'::"char" AND NOT convalidated));
    GET DIAGNOSTICS v_rows = ROW_COUNT;
  END IF;
  RETURN v_rows;
END;
$function$;

-- Makes the rollups those of this server, when another one saved their snapshot (a restore, pg_upgrade), or when its transactions are
-- yet to come here. The sums stay. Rows that are in the sums get a transaction that every snapshot sees (1), where the snapshot of now
-- does not see theirs; all others get the current transaction, so that the next step takes them: those that were not in the sums when
-- the database was dumped, and those that applications have written here since.
-- A missing state is created again, and all rows are counted again. When events are pruned their sums stay, and which of the other events
-- are in them is then a matter of their number (skill_rollup_repair).
--
-- Returns {"adopted": whether a state was of another server or missing, "rows": rows that the next steps take}.
CREATE OR REPLACE FUNCTION skill_rollup_adopt() RETURNS jsonb
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
AS $function$
DECLARE
  v_txid    bigint := pg_catalog.txid_current();
  v_now     txid_snapshot;
  v_saved   txid_snapshot;
  v_writer  text;
  v_source  text;
  v_table   regclass;
  v_state   skill_rollup_state;
  v_pruned  timestamptz;
  v_written bigint; -- the transaction that wrote the state
  v_counted text;
  v_future  text; -- rows of a transaction that is yet to come
  v_adopted boolean := false;
  v_rows    bigint := 0;
BEGIN
  PERFORM FROM skill_rollup_state ORDER BY source FOR UPDATE;
  SELECT pg_catalog.txid_current_snapshot() INTO v_now;
  -- a snapshot does not list its own transaction as running
  v_saved := v_now;
  IF v_txid < pg_catalog.txid_snapshot_xmax(v_now) THEN
    v_saved := pg_catalog.format('%s:%s:%s', least(v_txid, pg_catalog.txid_snapshot_xmin(v_now)), pg_catalog.txid_snapshot_xmax(v_now), (
      SELECT pg_catalog.string_agg(x::text, ','::text ORDER BY x)
      FROM (SELECT v_txid AS x UNION SELECT pg_catalog.txid_snapshot_xip(v_now)) AS running))::txid_snapshot;
  END IF;
  v_writer := skill_rollup_writer(v_now);
  v_future := pg_catalog.format('txid >= %s AND txid & 4294967295 <> xmin::text::bigint', pg_catalog.txid_snapshot_xmax(v_now));

  FOREACH v_source IN ARRAY '{events,feedback}'::text[] LOOP
    v_table := CASE v_source WHEN 'events' THEN 'skill_usage_events' ELSE 'skill_feedback' END::regclass;
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = v_source;
    IF NOT FOUND THEN
      v_adopted := true;
      v_pruned := skill_rollup_pruned_before();
      IF v_source = 'events' AND v_pruned IS NULL THEN
        PERFORM skill_rollup_reset();
      ELSE
        -- feedback is never pruned, so it is counted again
        DELETE FROM skill_rollup_feedback WHERE v_source = 'feedback';
        DELETE FROM skill_rollup_tags WHERE v_source = 'feedback';
        DELETE FROM skill_rollup_raters WHERE v_source = 'feedback';
        INSERT INTO skill_rollup_state (source, snapshot, system_identifier, rolled, users, sessions, pruned_before)
        SELECT v_source, CASE v_source WHEN 'events' THEN v_saved ELSE '1:1:' END, c.system_identifier, coalesce(n, 0), coalesce(users, 0), coalesce(sessions, 0), pruned
        FROM pg_catalog.pg_control_system() AS c LEFT JOIN (
          SELECT (SELECT pg_catalog.sum(n)::bigint FROM skill_rollup_days), (SELECT pg_catalog.count(DISTINCT user_id) FROM skill_rollup_users),
            (SELECT pg_catalog.count(*) FROM (SELECT DISTINCT user_id, session_id FROM skill_rollup_sessions) AS s), v_pruned
        ) AS sums (n, users, sessions, pruned) ON v_source = 'events';
      END IF;
      IF v_source = 'events' AND v_pruned IS NOT NULL THEN
        PERFORM skill_rollup_stamp(v_table, '1'::text, v_future);
        v_rows := v_rows + skill_rollup_repair(v_source, true);
      ELSE
        v_rows := v_rows + skill_rollup_stamp(v_table, v_txid::text, v_future);
      END IF;
    ELSIF skill_rollup_is_here(v_state) THEN
      v_rows := v_rows + skill_rollup_stamp(v_table, v_txid::text, v_future);
    ELSE
      v_adopted := true;
      EXECUTE pg_catalog.format('SELECT %s FROM skill_rollup_state WHERE source = %L', v_writer, v_source) INTO v_written;
      v_counted := skill_rollup_rolled(v_state);
      -- a state that a step has written is where it was, as after pg_upgrade, and its snapshot is right for all rows. A restored one was
      -- written with its rows; what is later than it was written by an application
      IF v_state.stepped_txid IS NULL OR v_state.stepped_txid & 4294967295 <> v_written & 4294967295 THEN
        v_counted := pg_catalog.format('(%s AND NOT (txid > %s AND txid <= %s))', v_counted, v_written, v_writer);
      END IF;
      PERFORM skill_rollup_stamp(v_table, '1'::text,
        pg_catalog.format('%s AND NOT pg_catalog.txid_visible_in_snapshot(txid, %L)', v_counted, v_saved));
      v_rows := v_rows + skill_rollup_stamp(v_table, v_txid::text,
        pg_catalog.format('txid <> 1 AND NOT %s AND (pg_catalog.txid_visible_in_snapshot(txid, %L) OR %s)', v_counted, v_saved, v_future));
      UPDATE skill_rollup_state AS s SET
        snapshot = v_saved, part_txid = NULL, part_id = NULL, part_end = NULL, stepped_txid = NULL, system_identifier = c.system_identifier
      FROM pg_catalog.pg_control_system() AS c WHERE s.source = v_source;
    END IF;
  END LOOP;
  RETURN pg_catalog.jsonb_build_object('adopted', v_adopted, 'rows', v_rows);
END;
$function$;

-- The time before which events are pruned, from the sums: days of which fewer events are there than were counted.
CREATE OR REPLACE FUNCTION skill_rollup_pruned_before() RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path FROM CURRENT
SET row_security = off
AS $function$
  SELECT (pg_catalog.max(d.day) + 1)::timestamp AT TIME ZONE 'UTC'
  FROM (SELECT day, pg_catalog.sum(n) AS n FROM skill_rollup_days GROUP BY day) AS d
  WHERE d.n > (
    SELECT pg_catalog.count(*) FROM skill_usage_events e
    WHERE e.created_at >= d.day::timestamp AT TIME ZONE 'UTC' AND e.created_at < (d.day + 1)::timestamp AT TIME ZONE 'UTC')::numeric
$function$;

-- Gives the current transaction to rows that came with the transaction of another server (a load of data only, replication, an archive)
-- when the saved snapshot sees that transaction: no step would take them. Returns their number.
--
-- The transaction that wrote a row (xmin) differs from its txid then, but also after a savepoint and after an UPDATE. So the rows of each
-- day, skill and version are compared with the sum: as many as it lacks are taken, first those that cannot be of a savepoint. p_all true
-- considers every row; events of pruned days are not in the sums then, because those in the sums were deleted.
-- xmin has no index, so the table is read: one of more than 256 MB once a day.
CREATE OR REPLACE FUNCTION skill_rollup_repair(p_source text, p_all boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
SET work_mem = '64MB'
SET jit = off
AS $function$
DECLARE
  v_is_events boolean := p_source = 'events';
  v_table     regclass := CASE WHEN p_source = 'events' THEN 'skill_usage_events' ELSE 'skill_feedback' END::regclass;
  v_state     skill_rollup_state;
  v_rolled    text;
  v_foreign   text := 'txid & 4294967295 <> xmin::text::bigint';
  v_found     boolean;
  v_ids       bigint[];
BEGIN
  IF p_source IS NULL OR p_all IS NULL OR p_source <> ALL ('{events,feedback}'::text[]) THEN
    RAISE EXCEPTION 'p_source is %, and must be events or feedback; p_all is %', coalesce(p_source, 'NULL'), coalesce(p_all::text, 'NULL') USING ERRCODE = '22023';
  END IF;
  SELECT * INTO v_state FROM skill_rollup_state WHERE source = p_source FOR UPDATE;
  IF NOT p_all AND pg_catalog.pg_relation_size(v_table) > 268435456 THEN
    IF v_state.searched_at > pg_catalog.now() - '1 day'::interval THEN
      RETURN 0;
    END IF;
    UPDATE skill_rollup_state SET searched_at = pg_catalog.now() WHERE source = p_source;
  END IF;
  v_rolled := skill_rollup_rolled(v_state);
  EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM %s WHERE %s AND %s)', v_table, v_rolled, CASE WHEN p_all THEN 'true' ELSE v_foreign END) INTO v_found;
  IF NOT v_found THEN
    RETURN 0;
  END IF;
  EXECUTE pg_catalog.format($sql$
    WITH counted AS MATERIALIZED (
      SELECT id, skill_id, version, %1$s AS day, txid, %2$s AS writer, %3$s AS is_foreign FROM %4$s AS e
      WHERE %5$s AND %6$s IS NULL
        AND NOT EXISTS (SELECT FROM skill_rollup_set_aside k WHERE k.source = %7$L AND k.user_id = e.user_id AND k.id = e.id)
    ),
    lacking AS (
      SELECT c.skill_id, c.version, c.day, pg_catalog.count(*) - CASE WHEN c.day < %9$L::date THEN 0 ELSE coalesce(pg_catalog.max(s.n), 0) END AS n
      FROM counted c LEFT JOIN (%8$s) AS s ON s.skill_id = c.skill_id AND s.version = c.version AND s.day = c.day
      GROUP BY c.skill_id, c.version, c.day
      HAVING pg_catalog.bool_or(c.is_foreign)
    )
    SELECT pg_catalog.array_agg(id) FROM (
      SELECT c.id, l.n, pg_catalog.row_number() OVER (
        PARTITION BY c.skill_id, c.version, c.day ORDER BY (c.writer < c.txid) DESC, c.writer - c.txid DESC, c.id DESC) AS number
      FROM counted c JOIN lacking l ON l.skill_id = c.skill_id AND l.version = c.version AND l.day = c.day
      WHERE c.is_foreign
    ) AS ordered WHERE number <= n
  $sql$, CASE WHEN v_is_events THEN '(created_at AT TIME ZONE ''UTC'')::date' ELSE '''2000-01-01''::date' END,
    skill_rollup_writer(pg_catalog.txid_current_snapshot()), CASE WHEN p_all THEN 'true' ELSE v_foreign END, v_table, v_rolled,
    CASE WHEN v_is_events THEN 'skill_rollup_event_fault(session_id, skill_id, version, created_at, state_snapshot)'
      ELSE 'skill_rollup_feedback_fault(skill_id, version, tags)' END,
    p_source,
    CASE WHEN v_is_events THEN 'SELECT skill_id, version, day, n FROM skill_rollup_days'
      ELSE 'SELECT skill_id, version, ''2000-01-01''::date AS day, n FROM skill_rollup_feedback' END,
    CASE WHEN p_all THEN (v_state.pruned_before AT TIME ZONE 'UTC')::date ELSE '-infinity' END)
  INTO v_ids;
  IF v_ids IS NULL THEN
    RETURN 0;
  END IF;
  RETURN skill_rollup_stamp(v_table, pg_catalog.txid_current()::text, pg_catalog.format('id = ANY (%L::bigint[])', v_ids));
END;
$function$;

-- The rows of the events that a predicate selects, as skill_rollup_sums and the steps use them.
CREATE OR REPLACE FUNCTION skill_rollup_rows(p_predicate text) RETURNS text
LANGUAGE sql STABLE
SET search_path FROM CURRENT
AS $function$
  SELECT pg_catalog.format($sql$
    events AS (
      SELECT user_id, session_id, skill_id, version, latency_ms, created_at, input_tokens, output_tokens, cost_usd,
        (created_at AT TIME ZONE 'UTC')::date AS day,
        (((pg_catalog.floor(pg_catalog.date_part('epoch', created_at) / 3600::float8)::bigint + 72) %% 168::bigint + 168) %% 168::bigint)::smallint AS hour,
        outcome = 'success' AS ok, outcome = 'soft_fail' AS soft, outcome = 'hard_refusal' AS hard,
        CASE WHEN outcome <> 'success' THEN nullif(pg_catalog.left(coalesce(error_type, artifacts->>'error_type'::text), 128), ''::text) END AS error_type,
        pg_catalog.width_bucket(latency_ms, skill_latency_bounds()) AS bucket,
        coalesce(state_snapshot->>'tier'::text, tier) AS tier, state_snapshot->>'element'::text AS element, state_snapshot->>'realm'::text AS realm
      FROM skill_usage_events e
      WHERE %s AND skill_rollup_event_fault(session_id, skill_id, version, created_at, state_snapshot) IS NULL
    ),
    rows AS MATERIALIZED (
      SELECT *, pg_catalog.hashtextextended(pg_catalog.jsonb_build_array(tier, element, realm)::text COLLATE "C", 0) AS state_key FROM events
    )$sql$, p_predicate)
$function$;

-- The statements, as CTEs, that add the sums of `rows` to the tables, or with p_sign -1 subtract them: one template for all tables. Of
-- first, last, least and greatest nothing can be subtracted.
--
-- Existing rows are looked up once; as only one step runs at a time, the others are inserted without ON CONFLICT, which would look them
-- up again and lock each row before it changes it. The lookup is a subquery with a limit, which makes the planner use the index whatever
-- its estimates.
CREATE OR REPLACE FUNCTION skill_rollup_sums(p_sign integer) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $function$
DECLARE
  -- column, type, aggregate of the rows; each table of sums has the first six of them
  v_sums   text[] := ARRAY[
    ['n', 'bigint', 'pg_catalog.count(*)'],
    ['ok', 'bigint', 'pg_catalog.count(*) FILTER (WHERE ok)'],
    ['soft', 'bigint', 'pg_catalog.count(*) FILTER (WHERE soft)'],
    ['hard', 'bigint', 'pg_catalog.count(*) FILTER (WHERE hard)'],
    ['latency_n', 'bigint', 'pg_catalog.count(latency_ms)'],
    ['latency_sum', 'bigint', 'coalesce(pg_catalog.sum(latency_ms), 0)'],
    ['tokens_n', 'bigint', 'pg_catalog.count(coalesce(input_tokens, output_tokens))'],
    ['input_tokens', 'numeric', 'coalesce(pg_catalog.sum(input_tokens), 0)'],
    ['output_tokens', 'numeric', 'coalesce(pg_catalog.sum(output_tokens), 0)'],
    ['cost_n', 'bigint', 'pg_catalog.count(cost_usd)'],
    ['cost_usd', 'numeric', 'coalesce(pg_catalog.sum(cost_usd), 0)']
  ];
  -- column, aggregate, column of the rows, how two values become one
  v_bounds text[] := ARRAY[
    ['latency_min', 'min', 'latency_ms', 'least'], ['latency_max', 'max', 'latency_ms', 'greatest'],
    ['first_at', 'min', 'created_at', 'least'], ['last_at', 'max', 'created_at', 'greatest']
  ];
  -- name of a grouping, or of a table without skill_rollup_, its key, what it groups, its number of sums
  v_groups text[] := ARRAY[
    ['day_cells', 'day, skill_id, version, bucket', 'rows', '11'],
    ['version_cells', 'skill_id, version, bucket', 'day_cells', '11'],
    ['state_cells', 'day, skill_id, state_key', 'rows', '6'],
    ['failed', 'day, skill_id, version, error_type', 'rows', '1'],
    ['days', 'day, skill_id, version', 'day_cells', '11'],
    ['versions', 'skill_id, version', 'version_cells', '11'],
    ['state_days', 'day, state_key', 'state_cells', '6'],
    ['skill_states', 'skill_id, state_key', 'state_cells', '6'],
    ['hours', 'skill_id, hour', 'rows', '6'],
    ['errors', 'day, skill_id, version, error_type', 'failed', '1']
  ];
  v_minus   text := CASE WHEN p_sign < 0 THEN '-' ELSE '' END;
  v_group   text[];
  v_names   text; -- the columns of a row
  v_values  text; -- and what they are
  v_changes text;
  v_is_wide boolean;
  v_parts   text[] := '{}';
BEGIN
  FOREACH v_group SLICE 1 IN ARRAY v_groups LOOP
    v_is_wide := v_group[4] = '11';
    SELECT pg_catalog.string_agg(name, ', '::text), pg_catalog.string_agg(pg_catalog.format('%s AS %I', value, name), ', '::text), pg_catalog.string_agg(change, ', '::text)
      INTO v_names, v_values, v_changes
    FROM (
      SELECT v_sums[i][1] AS name, pg_catalog.format('%I = d.%1$I + x.%1$I', v_sums[i][1]) AS change,
        CASE v_group[3] WHEN 'rows' THEN pg_catalog.format('%s(%s)', v_minus, v_sums[i][3]) ELSE pg_catalog.format('pg_catalog.sum(%I)::%s', v_sums[i][1], v_sums[i][2]) END AS value
      FROM pg_catalog.generate_series(1, v_group[4]::integer) AS i
      UNION ALL
      SELECT v_bounds[i][1], CASE WHEN p_sign > 0 THEN pg_catalog.format('%I = %s(d.%1$I, x.%1$I)', v_bounds[i][1], v_bounds[i][4]) END,
        pg_catalog.format('pg_catalog.%s(%I)', v_bounds[i][2], CASE v_group[3] WHEN 'rows' THEN v_bounds[i][3] ELSE v_bounds[i][1] END)
      FROM pg_catalog.generate_series(1, 4) AS i WHERE v_is_wide
      UNION ALL
      SELECT 'latencies', 'latencies = skill_latency_add(d.latencies, x.latencies)',
        'coalesce(pg_catalog.array_agg((n << 8) | bucket::bigint ORDER BY bucket) FILTER (WHERE bucket IS NOT NULL), ''{}'')'
      WHERE v_group[1] IN ('days', 'versions')
    ) AS columns;
    IF v_group[1] IN ('day_cells', 'version_cells', 'state_cells', 'failed') THEN
      v_parts := pg_catalog.array_append(v_parts, pg_catalog.format('%1$s AS MATERIALIZED (SELECT %2$s, %3$s FROM %4$s%5$s GROUP BY %2$s)', v_group[1],
        v_group[2], v_values, v_group[3], CASE v_group[1] WHEN 'failed' THEN ' WHERE error_type IS NOT NULL' END));
    ELSE
      v_parts := pg_catalog.array_append(v_parts, pg_catalog.format($sql$
        %1$s AS MATERIALIZED (
          SELECT g.*, (SELECT d.ctid FROM skill_rollup_%1$s d WHERE %5$s LIMIT 1) AS old_row
          FROM (SELECT %2$s, %4$s FROM %3$s GROUP BY %2$s) AS g
        ),
        insert_%1$s AS (
          INSERT INTO skill_rollup_%1$s (%2$s, %6$s) SELECT %2$s, %6$s FROM %1$s WHERE old_row IS NULL AND n > 0
        ),
        update_%1$s AS (
          UPDATE skill_rollup_%1$s d SET %7$s FROM %1$s x WHERE d.ctid = x.old_row
        )$sql$, v_group[1], v_group[2], v_group[3], v_values,
        (SELECT pg_catalog.string_agg(pg_catalog.format('d.%I = g.%1$I', k), ' AND '::text) FROM pg_catalog.unnest(pg_catalog.string_to_array(v_group[2], ', '::text)) AS k),
        v_names, v_changes));
    END IF;
  END LOOP;
  RETURN pg_catalog.array_to_string(v_parts, ', '::text);
END;
$function$;

-- Adds at most p_max_rows events to the rollups, and closes at most as many sessions. Returns
-- {"rows": number of rows, "more": true or false}, {"state": "busy"} when another step runs and p_wait is false, or
-- {"state": "foreign"} when the marks are missing or not of this server: skill_rollup_adopt() makes them so.
CREATE OR REPLACE FUNCTION skill_rollup_events(p_max_rows integer DEFAULT 100000, p_wait boolean DEFAULT true) RETURNS jsonb
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
SET work_mem = '64MB'
SET jit = off
SET enable_bitmapscan = off -- single rows are looked up, whatever the planner thinks of their number
AS $function$
DECLARE
  v_state    skill_rollup_state;
  v_window   record;
  v_rows     bigint;
  v_users    bigint;
  v_sessions bigint;
  v_quiet    bigint;
  v_dirty    uuid[];
BEGIN
  IF p_wait IS NULL THEN
    RAISE EXCEPTION 'p_wait is NULL' USING ERRCODE = '22023';
  ELSIF p_wait THEN
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'events' FOR UPDATE;
  ELSE
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'events' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      RETURN '{"state": "busy"}';
    END IF;
  END IF;
  IF skill_rollup_is_here(v_state) IS NOT TRUE THEN
    RETURN '{"state": "foreign"}';
  END IF;
  SELECT * INTO v_window FROM skill_rollup_window('skill_usage_events'::regclass, v_state, p_max_rows);

  -- Lookups in the large tables are subqueries with a limit, which makes the planner use the index whatever its estimates.
  EXECUTE pg_catalog.format($sql$
    WITH %2$s,
    put_set_aside AS (
      INSERT INTO skill_rollup_set_aside (source, user_id, id, reason)
      SELECT 'events', user_id, id, fault
      FROM (SELECT user_id, id, skill_rollup_event_fault(session_id, skill_id, version, created_at, state_snapshot) AS fault
            FROM skill_usage_events WHERE %1$s) AS seen
      WHERE fault IS NOT NULL
      ON CONFLICT (source, user_id, id) DO UPDATE SET reason = excluded.reason
    ),
    %3$s,
    new_states AS MATERIALIZED (
      SELECT state_key FROM (SELECT DISTINCT state_key FROM state_cells) AS seen
      WHERE (SELECT 1 FROM skill_rollup_states s WHERE s.state_key = seen.state_key LIMIT 1) IS NULL
    ),
    put_states AS (
      INSERT INTO skill_rollup_states (state_key, tier, element, realm)
      SELECT DISTINCT ON (state_key) state_key, tier, element, realm FROM rows WHERE state_key IN (SELECT state_key FROM new_states)
    ),

    pairs AS MATERIALIZED (
      SELECT p.user_id, p.skill_id, p.succeeded, u.ctid AS old_row, u.succeeded AS had_succeeded
      FROM (SELECT user_id, skill_id, pg_catalog.bool_or(ok) AS succeeded FROM rows GROUP BY user_id, skill_id ORDER BY user_id, skill_id) AS p
      LEFT JOIN LATERAL (
        SELECT s.ctid, s.succeeded FROM skill_rollup_users s WHERE s.user_id = p.user_id AND s.skill_id = p.skill_id LIMIT 1
      ) AS u ON true
    ),
    put_pairs AS (
      INSERT INTO skill_rollup_users (user_id, skill_id, succeeded)
      SELECT user_id, skill_id, succeeded FROM pairs WHERE old_row IS NULL
    ),
    put_successes AS (
      UPDATE skill_rollup_users SET succeeded = true
      WHERE ctid = ANY (ARRAY(SELECT old_row FROM pairs WHERE succeeded AND NOT had_succeeded))
    ),
    put_skills AS (
      INSERT INTO skill_rollup_skills AS d (skill_id, users, succeeded)
      SELECT skill_id, pg_catalog.count(*) FILTER (WHERE old_row IS NULL), pg_catalog.count(*) FILTER (WHERE succeeded AND had_succeeded IS NOT TRUE)
      FROM pairs WHERE old_row IS NULL OR succeeded AND NOT had_succeeded
      GROUP BY skill_id
      ON CONFLICT (skill_id) DO UPDATE SET users = d.users + excluded.users, succeeded = d.succeeded + excluded.succeeded
    ),
    new_users AS (
      SELECT pg_catalog.count(*) AS n FROM (SELECT DISTINCT user_id FROM pairs WHERE old_row IS NULL) AS seen
      WHERE (SELECT 1 FROM skill_rollup_users u WHERE u.user_id = seen.user_id LIMIT 1) IS NULL
    ),

    quiet AS MATERIALIZED (
      SELECT user_id, session_id, state_key FROM skill_rollup_sessions
      WHERE set_key IS NULL AND pg_catalog.cardinality(skills) >= 2 AND last_at < pg_catalog.now() - interval '30 minutes'
      ORDER BY last_at LIMIT %4$s
    ),
    -- sorting bytewise costs more than everything else: it is done once, for closed sessions
    touched AS MATERIALIZED (
      SELECT user_id, session_id, state_key, pg_catalog.array_agg(skill_id) FILTER (WHERE ok) AS skills,
        pg_catalog.count(ok) AS events, pg_catalog.count(*) FILTER (WHERE ok) AS successes, pg_catalog.min(created_at) AS first_at, pg_catalog.max(created_at) AS last_at
      FROM (
        SELECT user_id, session_id, state_key, skill_id, ok, created_at FROM rows WHERE session_id IS NOT NULL
        UNION ALL
        SELECT user_id, session_id, state_key, NULL, NULL, NULL FROM quiet
      ) AS moves
      GROUP BY user_id, session_id, state_key ORDER BY user_id
    ),
    merged AS MATERIALIZED (
      SELECT g.user_id, g.session_id, g.state_key, old.set_key AS old_key, old.user_id IS NULL AS is_new,
        coalesce(old.events, 0) + g.events AS events, coalesce(old.successes, 0) + g.successes AS successes,
        least(old.first_at, g.first_at) AS first_at, greatest(old.last_at, g.last_at) AS last_at,
        CASE
          WHEN old.user_id IS NULL AND g.successes <= 1 THEN coalesce(g.skills, '{}')
          ELSE ARRAY(
            SELECT DISTINCT skill COLLATE "C"
            FROM pg_catalog.unnest(pg_catalog.array_cat(coalesce((SELECT t.skill_set FROM skill_rollup_sets t WHERE t.set_key = old.set_key), old.skills), g.skills)) AS skill
            ORDER BY skill COLLATE "C"
          )
        END AS skills
      FROM touched g
      LEFT JOIN LATERAL (
        SELECT * FROM skill_rollup_sessions s
        WHERE s.user_id = g.user_id AND s.session_id = g.session_id AND s.state_key = g.state_key
        LIMIT 1
      ) AS old ON true
    ),
    sessions AS MATERIALIZED (
      SELECT *,
        CASE WHEN pg_catalog.cardinality(skills) >= 2 AND last_at < pg_catalog.now() - interval '30 minutes'
          THEN pg_catalog.encode(pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to(state_key::text || pg_catalog.array_to_json(skills)::text, 'UTF8')), 1, 16), 'hex')::uuid
        END AS set_key
      FROM merged
    ),
    put_new_sessions AS (
      INSERT INTO skill_rollup_sessions (user_id, session_id, state_key, set_key, events, successes, first_at, last_at, skills)
      SELECT user_id, session_id, state_key, set_key, events, successes, first_at, last_at, CASE WHEN set_key IS NULL THEN skills ELSE '{}' END
      FROM sessions WHERE is_new
    ),
    put_sessions AS (
      INSERT INTO skill_rollup_sessions (user_id, session_id, state_key, set_key, events, successes, first_at, last_at, skills)
      SELECT user_id, session_id, state_key, set_key, events, successes, first_at, last_at, CASE WHEN set_key IS NULL THEN skills ELSE '{}' END
      FROM sessions WHERE NOT is_new
      ON CONFLICT (user_id, session_id, state_key) DO UPDATE SET
        set_key = excluded.set_key, events = excluded.events, successes = excluded.successes, first_at = excluded.first_at,
        last_at = excluded.last_at, skills = excluded.skills
    ),
    set_users AS (
      SELECT set_key, user_id, state_key, pg_catalog.min(skills) AS skill_set, pg_catalog.count(*) AS sessions, pg_catalog.sum(events) AS events, pg_catalog.sum(successes) AS successes,
        pg_catalog.min(first_at) AS first_at, pg_catalog.max(last_at) AS last_at
      FROM sessions WHERE set_key IS NOT NULL GROUP BY set_key, user_id, state_key
    ),
    sets AS MATERIALIZED (
      SELECT c.*, (SELECT 1 FROM skill_rollup_sets s WHERE s.set_key = c.set_key LIMIT 1) IS NULL AS is_new
      FROM (
        SELECT set_key, state_key, pg_catalog.sum(sessions)::bigint AS sessions, pg_catalog.count(*) AS users, pg_catalog.array_agg(user_id) AS user_ids,
          pg_catalog.sum(events)::bigint AS events, pg_catalog.sum(successes)::bigint AS successes, pg_catalog.min(first_at) AS first_at, pg_catalog.max(last_at) AS last_at,
          pg_catalog.min(skill_set) AS skill_set
        FROM set_users GROUP BY set_key, state_key ORDER BY set_key
      ) AS c
    ),
    put_new_sets AS (
      INSERT INTO skill_rollup_sets (set_key, state_key, sessions, users, events, successes, first_at, last_at, skill_set)
      SELECT set_key, state_key, sessions, users, events, successes, first_at, last_at, skill_set FROM sets WHERE is_new
    ),
    put_sets AS (
      INSERT INTO skill_rollup_sets AS d (set_key, state_key, sessions, users, events, successes, first_at, last_at, skill_set)
      SELECT set_key, state_key, sessions,
        (SELECT pg_catalog.count(*) FROM pg_catalog.unnest(c.user_ids) AS u (user_id)
         WHERE (SELECT 1 FROM skill_rollup_sessions s WHERE s.set_key = c.set_key AND s.user_id = u.user_id LIMIT 1) IS NULL),
        events, successes, first_at, last_at, skill_set
      FROM sets c WHERE NOT is_new
      ON CONFLICT (set_key) DO UPDATE SET
        sessions = d.sessions + excluded.sessions, users = d.users + excluded.users, events = d.events + excluded.events,
        successes = d.successes + excluded.successes, first_at = least(d.first_at, excluded.first_at), last_at = greatest(d.last_at, excluded.last_at)
    ),
    new_sessions AS (
      SELECT pg_catalog.count(*) AS n FROM (SELECT DISTINCT user_id, session_id FROM sessions WHERE is_new) AS seen
      WHERE (SELECT 1 FROM skill_rollup_sessions s WHERE s.user_id = seen.user_id AND s.session_id = seen.session_id LIMIT 1) IS NULL
    )
    SELECT (SELECT pg_catalog.count(*) FROM rows), (SELECT n FROM new_users), (SELECT n FROM new_sessions), (SELECT pg_catalog.count(*) FROM quiet),
      ARRAY(SELECT DISTINCT old_key FROM sessions WHERE old_key IS NOT NULL)
  $sql$, v_window.predicate, skill_rollup_rows(v_window.predicate), skill_rollup_sums(1), p_max_rows)
  INTO v_rows, v_users, v_sessions, v_quiet, v_dirty;

  PERFORM skill_rollup_recount_sets(v_dirty);

  UPDATE skill_rollup_state SET
    snapshot = v_window.snapshot, part_txid = v_window.part_txid, part_id = v_window.part_id, part_end = v_window.part_end, stepped_at = pg_catalog.now(), stepped_txid = pg_catalog.txid_current(),
    rolled = rolled + v_rows, users = users + v_users, sessions = sessions + v_sessions
  WHERE source = 'events';
  RETURN pg_catalog.jsonb_build_object('rows', v_rows, 'more', v_window.more OR v_quiet >= p_max_rows);
END;
$function$;

-- Recounts sets from their sessions after a session has moved: first and last times and users cannot be subtracted.
CREATE OR REPLACE FUNCTION skill_rollup_recount_sets(p_sets uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
AS $function$
BEGIN
  IF pg_catalog.cardinality(p_sets) = 0 THEN
    RETURN;
  END IF;
  UPDATE skill_rollup_sets t SET
    sessions = c.sessions, users = c.users, events = c.events, successes = c.successes, first_at = c.first_at, last_at = c.last_at
  FROM (
    SELECT set_key, pg_catalog.count(*) AS sessions, pg_catalog.count(DISTINCT user_id) AS users, pg_catalog.sum(events) AS events, pg_catalog.sum(successes) AS successes,
      pg_catalog.min(first_at) AS first_at, pg_catalog.max(last_at) AS last_at
    FROM skill_rollup_sessions WHERE set_key = ANY (p_sets) GROUP BY set_key
  ) AS c
  WHERE t.set_key = c.set_key;
  DELETE FROM skill_rollup_sets t
  WHERE t.set_key = ANY (p_sets) AND (SELECT 1 FROM skill_rollup_sessions s WHERE s.set_key = t.set_key LIMIT 1) IS NULL;
END;
$function$;

-- Adds at most p_max_rows rows of feedback to the rollups. Returns the same as skill_rollup_events.
CREATE OR REPLACE FUNCTION skill_rollup_feedback(p_max_rows integer DEFAULT 100000, p_wait boolean DEFAULT true) RETURNS jsonb
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
AS $function$
DECLARE
  v_state  skill_rollup_state;
  v_window record;
  v_rows   bigint;
BEGIN
  IF p_wait IS NULL THEN
    RAISE EXCEPTION 'p_wait is NULL' USING ERRCODE = '22023';
  ELSIF p_wait THEN
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'feedback' FOR UPDATE;
  ELSE
    SELECT * INTO v_state FROM skill_rollup_state WHERE source = 'feedback' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      RETURN '{"state": "busy"}';
    END IF;
  END IF;
  IF skill_rollup_is_here(v_state) IS NOT TRUE THEN
    RETURN '{"state": "foreign"}';
  END IF;
  SELECT * INTO v_window FROM skill_rollup_window('skill_feedback'::regclass, v_state, p_max_rows);

  EXECUTE pg_catalog.format($sql$
    WITH rows AS MATERIALIZED (
      SELECT user_id, skill_id, version, rating, tags FROM skill_feedback
      WHERE %1$s AND skill_rollup_feedback_fault(skill_id, version, tags) IS NULL
    ),
    put_set_aside AS (
      INSERT INTO skill_rollup_set_aside (source, user_id, id, reason)
      SELECT 'feedback', user_id, id, fault
      FROM (SELECT user_id, id, skill_rollup_feedback_fault(skill_id, version, tags) AS fault FROM skill_feedback WHERE %1$s) AS seen
      WHERE fault IS NOT NULL
      ON CONFLICT (source, user_id, id) DO UPDATE SET reason = excluded.reason
    ),
    put_feedback AS (
      INSERT INTO skill_rollup_feedback AS d (skill_id, version, n, rated, rating_sum)
      SELECT skill_id, version, pg_catalog.count(*), pg_catalog.count(rating), coalesce(pg_catalog.sum(rating), 0) FROM rows GROUP BY skill_id, version
      ON CONFLICT (skill_id, version) DO UPDATE SET
        n = d.n + excluded.n, rated = d.rated + excluded.rated, rating_sum = d.rating_sum + excluded.rating_sum
    ),
    put_tags AS (
      INSERT INTO skill_rollup_tags AS d (skill_id, tag, n)
      SELECT skill_id, tag, pg_catalog.count(*) FROM rows, pg_catalog.unnest(tags) AS tag WHERE tag IS NOT NULL GROUP BY skill_id, tag
      ON CONFLICT (skill_id, tag) DO UPDATE SET n = d.n + excluded.n
    ),
    put_raters AS (
      INSERT INTO skill_rollup_raters (user_id, skill_id)
      SELECT DISTINCT user_id, skill_id FROM rows WHERE rating IS NOT NULL
      ON CONFLICT (user_id, skill_id) DO NOTHING
    )
    SELECT pg_catalog.count(*) FROM rows
  $sql$, v_window.predicate) INTO v_rows;

  UPDATE skill_rollup_state SET
    snapshot = v_window.snapshot, part_txid = v_window.part_txid, part_id = v_window.part_id, part_end = v_window.part_end, stepped_at = pg_catalog.now(), stepped_txid = pg_catalog.txid_current(), rolled = rolled + v_rows
  WHERE source = 'feedback';
  RETURN pg_catalog.jsonb_build_object('rows', v_rows, 'more', v_window.more);
END;
$function$;

-- Discards all sums.
CREATE OR REPLACE FUNCTION skill_rollup_reset() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
AS $function$
BEGIN
  PERFORM FROM skill_rollup_state FOR UPDATE;
  TRUNCATE skill_rollup_days, skill_rollup_versions, skill_rollup_users, skill_rollup_skills, skill_rollup_states, skill_rollup_state_days,
    skill_rollup_skill_states, skill_rollup_hours, skill_rollup_sessions, skill_rollup_sets, skill_rollup_feedback, skill_rollup_tags,
    skill_rollup_raters, skill_rollup_errors, skill_rollup_set_aside;
  INSERT INTO skill_rollup_state (source, snapshot, system_identifier)
  SELECT source, '1:1:', system_identifier
  FROM pg_catalog.pg_control_system(), (VALUES ('events'), ('feedback')) AS sources (source)
  ON CONFLICT (source) DO UPDATE SET
    snapshot = excluded.snapshot, system_identifier = excluded.system_identifier,
    part_txid = NULL, part_id = NULL, part_end = NULL, rolled = 0, users = 0, sessions = 0, pruned_before = NULL, stepped_at = NULL, stepped_txid = NULL;
END;
$function$;

-- Removes the IDs of users who have no events left: in pairs and sessions a random ID takes their place, the same in all rows of the
-- user, and sessions get numbers, so that all counts stay. Nothing leads back to the user; a user who returns counts again. Looks at the
-- next p_max_users after p_after (NULL: from the first) and returns the last one, NULL at the end, and how many IDs were removed.
-- The random IDs begin with ffffffff, and their version is 8.
CREATE OR REPLACE FUNCTION skill_rollup_unname(p_after uuid, p_max_users integer, OUT last uuid, OUT users bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
AS $function$
DECLARE
  v_next    uuid[];
  v_gone    uuid[];
  v_aliases uuid[];
BEGIN
  PERFORM FROM skill_rollup_state WHERE source = 'events' FOR UPDATE;
  SELECT ARRAY(
    SELECT DISTINCT user_id FROM skill_rollup_users WHERE p_after IS NULL OR user_id > p_after ORDER BY user_id LIMIT p_max_users
  ) INTO v_next;
  last := v_next[p_max_users];
  SELECT pg_catalog.array_agg(u),
    pg_catalog.array_agg(pg_catalog.overlay(pg_catalog.overlay(pg_catalog.gen_random_uuid()::text, 'ffffffff'::text, 1), '8'::text, 15)::uuid)
  INTO v_gone, v_aliases
  FROM pg_catalog.unnest(v_next) AS u
  WHERE NOT (u >= 'ffffffff-0000-8000-0000-000000000000'::uuid AND pg_catalog.substr(u::text, 15, 1) = '8'::text)
    AND NOT EXISTS (SELECT FROM skill_usage_events e WHERE e.user_id = u);
  users := coalesce(pg_catalog.cardinality(v_gone), 0);

  UPDATE skill_rollup_users p SET user_id = g.alias
  FROM ROWS FROM (pg_catalog.unnest(v_gone), pg_catalog.unnest(v_aliases)) AS g (user_id, alias) WHERE p.user_id = g.user_id;
  UPDATE skill_rollup_sessions s SET user_id = g.alias, session_id = g.number::text
  FROM (
    SELECT o.user_id, o.session_id, o.state_key, a.alias,
      pg_catalog.dense_rank() OVER (PARTITION BY o.user_id ORDER BY o.session_id COLLATE "C") AS number
    FROM ROWS FROM (pg_catalog.unnest(v_gone), pg_catalog.unnest(v_aliases)) AS a (user_id, alias) JOIN skill_rollup_sessions o ON o.user_id = a.user_id
  ) AS g
  WHERE s.user_id = g.user_id AND s.session_id = g.session_id AND s.state_key = g.state_key;
END;
$function$;

-- Remembers that a user was forgotten now: earlier events of the user are not stored again.
CREATE OR REPLACE FUNCTION remember_forgotten_skill_user(p_user_id uuid) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $function$
BEGIN
  INSERT INTO skill_forgotten_users (user_digest, forgotten_at)
  VALUES (pg_catalog.sha256(pg_catalog.uuid_send(p_user_id)), pg_catalog.clock_timestamp())
  ON CONFLICT (user_digest) DO UPDATE SET forgotten_at = excluded.forgotten_at;
END;
$function$;

-- Deletes a user: events, feedback, unlocks and pairs, and subtracts them from the sums. Returns the number of rows deleted from each
-- table, or {"state": "foreign"} as skill_rollup_events does. The sums of pruned days, which identify no user, stay. New events of
-- the same user count again, earlier ones are not stored again.
CREATE OR REPLACE FUNCTION forget_skill_user(p_user_id uuid) RETURNS jsonb
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET row_security = off
AS $function$
DECLARE
  v_events    skill_rollup_state;
  v_feedback  skill_rollup_state;
  v_counted   bigint;
  v_sessions  bigint;
  v_dirty     uuid[];
  n_events    bigint;
  n_feedback  bigint;
  n_unlocks   bigint;
  n_pairs     bigint;
  n_sessions  bigint;
  n_raters    bigint;
  n_set_aside bigint;
BEGIN
  IF p_user_id IS NULL THEN
    RAISE EXCEPTION 'p_user_id is NULL' USING ERRCODE = '22023';
  END IF;
  PERFORM remember_forgotten_skill_user(p_user_id);
  PERFORM FROM skill_rollup_state ORDER BY source FOR UPDATE;
  SELECT * INTO v_events FROM skill_rollup_state WHERE source = 'events';
  SELECT * INTO v_feedback FROM skill_rollup_state WHERE source = 'feedback';
  IF (skill_rollup_is_here(v_events) AND skill_rollup_is_here(v_feedback)) IS NOT TRUE THEN
    RETURN '{"state": "foreign"}';
  END IF;
  EXECUTE pg_catalog.format('WITH %s, %s SELECT pg_catalog.count(*) FROM rows', skill_rollup_rows(pg_catalog.format(
      'user_id = $1 AND %s AND NOT EXISTS (SELECT FROM skill_rollup_set_aside k WHERE k.source = ''events'' AND k.user_id = $1 AND k.id = e.id)',
      skill_rollup_rolled(v_events))), skill_rollup_sums(-1))
    INTO v_counted USING p_user_id;
  DELETE FROM skill_rollup_state_days WHERE n = 0;
  DELETE FROM skill_rollup_skill_states WHERE n = 0;
  DELETE FROM skill_rollup_hours WHERE n = 0;
  DELETE FROM skill_rollup_errors WHERE n = 0;
  DELETE FROM skill_rollup_days WHERE n = 0;
  DELETE FROM skill_rollup_versions WHERE n = 0;
  DELETE FROM skill_rollup_states s WHERE NOT EXISTS (SELECT FROM skill_rollup_state_days d WHERE d.state_key = s.state_key);

  -- first, last, minimum and maximum cannot be subtracted: they are read from the remaining events
  EXECUTE pg_catalog.format($sql$
    WITH touched AS MATERIALIZED (
      SELECT DISTINCT (created_at AT TIME ZONE 'UTC')::date AS day, skill_id, version FROM skill_usage_events
      WHERE user_id = $1 AND skill_rollup_event_fault(session_id, skill_id, version, created_at, state_snapshot) IS NULL
    )
    UPDATE skill_rollup_days d SET first_at = x.first_at, last_at = x.last_at, latency_min = x.latency_min, latency_max = x.latency_max
    FROM touched t, LATERAL (
      SELECT pg_catalog.min(created_at) AS first_at, pg_catalog.max(created_at) AS last_at, pg_catalog.min(latency_ms) AS latency_min, pg_catalog.max(latency_ms) AS latency_max
      FROM skill_usage_events e
      WHERE e.skill_id = t.skill_id AND e.version = t.version AND e.user_id <> $1 AND %s
        AND e.created_at >= t.day::timestamp AT TIME ZONE 'UTC' AND e.created_at < (t.day + 1)::timestamp AT TIME ZONE 'UTC'
        AND skill_rollup_event_fault(e.session_id, e.skill_id, e.version, e.created_at, e.state_snapshot) IS NULL
    ) AS x
    WHERE d.day = t.day AND d.skill_id = t.skill_id AND d.version = t.version AND x.first_at IS NOT NULL
      AND d.day >= coalesce($2, '-infinity')
  $sql$, skill_rollup_rolled(v_events))
  USING p_user_id, (v_events.pruned_before AT TIME ZONE 'UTC')::date;
  UPDATE skill_rollup_versions v SET first_at = x.first_at, last_at = x.last_at, latency_min = x.latency_min, latency_max = x.latency_max
  FROM (
    SELECT skill_id, version, pg_catalog.min(first_at) AS first_at, pg_catalog.max(last_at) AS last_at, pg_catalog.min(latency_min) AS latency_min, pg_catalog.max(latency_max) AS latency_max
    FROM skill_rollup_days
    WHERE (skill_id, version) IN (SELECT DISTINCT skill_id, version FROM skill_usage_events WHERE user_id = p_user_id)
    GROUP BY skill_id, version
  ) AS x
  WHERE v.skill_id = x.skill_id AND v.version = x.version;

  UPDATE skill_rollup_skills d SET users = d.users - 1, succeeded = d.succeeded - u.succeeded::integer
  FROM skill_rollup_users u WHERE u.user_id = p_user_id AND u.skill_id = d.skill_id;
  DELETE FROM skill_rollup_skills WHERE users = 0;
  DELETE FROM skill_rollup_users WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_pairs = ROW_COUNT;
  SELECT pg_catalog.array_agg(DISTINCT set_key) FILTER (WHERE set_key IS NOT NULL), pg_catalog.count(DISTINCT session_id) INTO v_dirty, v_sessions
  FROM skill_rollup_sessions WHERE user_id = p_user_id;
  DELETE FROM skill_rollup_sessions WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_sessions = ROW_COUNT;
  PERFORM skill_rollup_recount_sets(coalesce(v_dirty, '{}'::uuid[]));
  UPDATE skill_rollup_state SET rolled = rolled - v_counted, users = users - (n_pairs > 0)::integer, sessions = sessions - v_sessions
  WHERE source = 'events';

  EXECUTE pg_catalog.format($sql$
    WITH mine AS MATERIALIZED (
      SELECT skill_id, version, rating, tags FROM skill_feedback f
      WHERE user_id = $1 AND %s AND skill_rollup_feedback_fault(skill_id, version, tags) IS NULL
        AND NOT EXISTS (SELECT FROM skill_rollup_set_aside k WHERE k.source = 'feedback' AND k.user_id = $1 AND k.id = f.id)
    ),
    put_feedback AS (
      UPDATE skill_rollup_feedback d SET n = d.n - x.n, rated = d.rated - x.rated, rating_sum = d.rating_sum - x.rating_sum
      FROM (SELECT skill_id, version, pg_catalog.count(*) AS n, pg_catalog.count(rating) AS rated, coalesce(pg_catalog.sum(rating), 0) AS rating_sum FROM mine GROUP BY 1, 2) AS x
      WHERE d.skill_id = x.skill_id AND d.version = x.version
    ),
    put_tags AS (
      UPDATE skill_rollup_tags d SET n = d.n - x.n
      FROM (SELECT skill_id, tag, pg_catalog.count(*) AS n FROM mine, pg_catalog.unnest(tags) AS tag GROUP BY 1, 2) AS x
      WHERE d.skill_id = x.skill_id AND d.tag = x.tag
    )
    SELECT pg_catalog.count(*) FROM mine
  $sql$, skill_rollup_rolled(v_feedback)) INTO v_counted USING p_user_id;
  DELETE FROM skill_rollup_feedback WHERE n = 0;
  DELETE FROM skill_rollup_tags WHERE n = 0;
  DELETE FROM skill_rollup_raters WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_raters = ROW_COUNT;
  UPDATE skill_rollup_state SET rolled = rolled - v_counted WHERE source = 'feedback';

  DELETE FROM skill_rollup_set_aside WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_set_aside = ROW_COUNT;
  DELETE FROM skill_usage_events WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_events = ROW_COUNT;
  DELETE FROM skill_feedback WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_feedback = ROW_COUNT;
  DELETE FROM skill_unlocks WHERE user_id = p_user_id;
  GET DIAGNOSTICS n_unlocks = ROW_COUNT;
  RETURN pg_catalog.jsonb_build_object('skill_usage_events', n_events, 'skill_feedback', n_feedback, 'skill_unlocks', n_unlocks,
    'skill_rollup_users', n_pairs, 'skill_rollup_sessions', n_sessions, 'skill_rollup_raters', n_raters,
    'skill_rollup_set_aside', n_set_aside);
END;
$function$;


-- As in skill_functions.sql: the caller must not decide what the names in a function mean, and PUBLIC has no EXECUTE.
DO $pin$
DECLARE
  v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY ARRAY[
    'skill_rollup_snapshot_at(txid_snapshot,txid_snapshot,bigint)',
    'skill_rollup_window(regclass,skill_rollup_state,integer)',
    'skill_rollup_rows(text)',
    'skill_rollup_sums(integer)',
    'skill_rollup_events(integer,boolean)',
    'skill_rollup_feedback(integer,boolean)',
    'skill_rollup_recount_sets(uuid[])',
    'skill_rollup_reset()',
    'skill_rollup_rolled(skill_rollup_state)',
    'skill_rollup_is_here(skill_rollup_state)',
    'skill_rollup_writer(txid_snapshot)',
    'skill_rollup_stamp(regclass,text,text)',
    'skill_rollup_adopt()',
    'skill_rollup_pruned_before()',
    'skill_rollup_repair(text,boolean)',
    'skill_rollup_unname(uuid,integer)',
    'remember_forgotten_skill_user(uuid)',
    'forget_skill_user(uuid)'
  ]::regprocedure[] LOOP
    EXECUTE pg_catalog.format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', v_function, pg_catalog.current_schema());
  END LOOP;
END
$pin$;
REVOKE EXECUTE ON FUNCTION
  skill_latency_bounds(),
  skill_latency_buckets(bigint[]),
  skill_latency_add(bigint[], bigint[]),
  skill_rollup_event_fault(text, text, text, timestamptz, jsonb),
  skill_rollup_feedback_fault(text, text, text[]),
  skill_rollup_snapshot_at(txid_snapshot, txid_snapshot, bigint),
  skill_rollup_window(regclass, skill_rollup_state, integer),
  skill_rollup_rows(text),
  skill_rollup_sums(integer),
  skill_rollup_events(integer, boolean),
  skill_rollup_feedback(integer, boolean),
  skill_rollup_recount_sets(uuid[]),
  skill_rollup_reset(),
  skill_rollup_rolled(skill_rollup_state),
  skill_rollup_is_here(skill_rollup_state),
  skill_rollup_writer(txid_snapshot),
  skill_rollup_stamp(regclass, text, text),
  skill_rollup_adopt(),
  skill_rollup_pruned_before(),
  skill_rollup_repair(text, boolean),
  skill_rollup_unname(uuid, integer),
  remember_forgotten_skill_user(uuid),
  forget_skill_user(uuid)
FROM PUBLIC;
