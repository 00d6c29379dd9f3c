-- Settings of the server, the database and the roles that stop or change the work of this tool or of an application. One row for each setting
-- with another value than usual, and each place that sets it:
-- object: the place, in words; good: the value that it should have, NULL for one that does no harm; effect: what the value does then;
-- stops: nothing works; concerns_schema: the place counts for a role that uses the schema; sql: sets the usual value, NULL where no statement can.
WITH rules (name, usual, stops, effect) AS (
  VALUES ('default_transaction_read_only', ARRAY['off'], true, 'nothing can be written'),
    ('session_replication_role', ARRAY['origin'], true, 'triggers and foreign keys do not work'),
    ('restrict_nonsystem_relation_kind', ARRAY[''], true, 'views cannot be read'),
    ('default_transaction_isolation', ARRAY['read committed', 'read uncommitted'], false,
      'transactions can fail with serialization errors, and a repeated batch can be stored twice'),
    ('row_security', ARRAY['on'], false, 'a statement on a table with row level security fails'),
    ('datestyle', ARRAY['iso, mdy'], false, 'many clients read times in another form than ISO wrongly'),
    ('search_path', ARRAY['"$user", public', 'public'], false, 'names without a schema are not found'),
    ('statement_timeout', ARRAY['0'], false, 'long statements of skills migrate, rollup and stats are ended'),
    ('transaction_timeout', ARRAY['0'], false, 'long transactions of skills migrate, rollup and stats are ended'),
    ('lock_timeout', ARRAY['0'], false, 'a statement that waits for a lock fails at once'),
    ('idle_in_transaction_session_timeout', ARRAY['0'], false, 'transactions of an application are ended between two statements'),
    ('idle_session_timeout', ARRAY['0'], false, 'connections are ended between two statements'),
    ('standard_conforming_strings', ARRAY['on'], false, 'a backslash in a string has another meaning'),
    ('transform_null_equals', ARRAY['off'], false, 'a comparison with NULL has another result'),
    ('array_nulls', ARRAY['on'], false, 'NULL in a list is read as text'),
    ('role', ARRAY['none'], false, 'statements run with the privileges of another role')
),
stored AS (
  SELECT s.setrole, d.datname, lower(split_part(entry, '=', 1)) AS name, substr(entry, strpos(entry, '=') + 1) AS value
  FROM pg_db_role_setting s
  CROSS JOIN unnest(s.setconfig) AS entry
  LEFT JOIN pg_database d ON d.oid = s.setdatabase
  WHERE s.setdatabase = 0 OR d.datname = current_database()
),
ours AS (
  SELECT n.oid AS schema, c.oid AS registry, e.relowner AS owner
  FROM pg_namespace n
  LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'skills_registry'
  LEFT JOIN pg_class e ON e.relnamespace = n.oid AND e.relname = 'skill_usage_events'
  WHERE n.nspname = :'schema'
),
roles AS (
  SELECT r.oid, r.rolname,
    NOT r.rolsuper AND has_schema_privilege(r.oid, ours.schema, 'USAGE') AND has_table_privilege(r.oid, ours.registry, 'SELECT') AS reads,
    NOT r.rolsuper AND (r.oid = ours.owner OR EXISTS (
      SELECT FROM pg_proc p
      WHERE p.pronamespace = ours.schema AND p.proname IN ('log_skill_usage', 'log_skill_usage_batch') AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
    )) AS writes
  FROM pg_roles r LEFT JOIN ours ON true
  WHERE r.oid IN (SELECT setrole FROM stored)
),
places AS (
  SELECT s.name, s.value, r.rolname, s.setrole = 0 OR r.reads AS concerns_readers, s.setrole = 0 OR r.writes AS concerns_writers,
    CASE WHEN s.setrole = 0 AND datname IS NULL THEN 'all roles'
      WHEN s.setrole = 0 THEN format('database %s', datname)
      WHEN datname IS NULL THEN format('role %s', rolname)
      ELSE format('role %s in database %s', rolname, datname) END AS object,
    CASE WHEN s.setrole = 0 AND datname IS NULL THEN 'ALTER ROLE ALL'
      WHEN s.setrole = 0 THEN format('ALTER DATABASE %I', datname)
      WHEN datname IS NULL THEN format('ALTER ROLE %I', rolname)
      ELSE format('ALTER ROLE %I IN DATABASE %I', rolname, datname) END || format(' RESET %s', s.name) AS sql
  FROM stored s LEFT JOIN roles r ON r.oid = s.setrole
  UNION ALL
  -- the source of a setting that this session has changed is not known
  SELECT lower(p.name), p.reset_val || CASE WHEN p.reset_val = '0' THEN '' ELSE coalesce(p.unit, '') END, NULL, p.source <> 'client', p.source <> 'client',
    CASE p.source WHEN 'client' THEN 'this connection' ELSE 'the server' END,
    CASE WHEN p.source IN ('configuration file', 'environment variable')
      THEN format('ALTER SYSTEM SET %s = %L; SELECT pg_reload_conf()', p.name, p.boot_val) END
  FROM pg_settings p
  WHERE p.source IN ('configuration file', 'command line', 'environment variable', 'client', 'session')
    -- one of the database or the role counts more
    AND NOT EXISTS (SELECT FROM stored WHERE stored.name = lower(p.name) AND stored.setrole IN (0, (SELECT r.oid FROM pg_roles r WHERE r.rolname = session_user)))
),
measured AS (
  SELECT places.*, rules.stops, rules.effect, rules.usual[1] AS usual,
    CASE WHEN lower(value) IN ('on', 'true', 't', 'yes', 'y', '1') THEN 'on'
      WHEN lower(value) IN ('off', 'false', 'f', 'no', 'n') OR (value = '0' AND rules.usual[1] IN ('on', 'off')) THEN 'off' END AS switch,
    parts[1]::numeric * CASE coalesce(parts[2], 'ms') WHEN 'us' THEN 0.001 WHEN 'ms' THEN 1 WHEN 's' THEN 1000 WHEN 'min' THEN 60000
      WHEN 'h' THEN 3600000 ELSE 86400000 END AS ms
  FROM places JOIN rules ON rules.name = places.name
  LEFT JOIN LATERAL (SELECT regexp_match(value, '^\s*(\d{1,18})\s*(us|ms|s|min|h|d)?\s*$') AS parts) AS m ON true
  WHERE NOT (lower(value) = ANY (rules.usual) OR (rules.usual[1] = '0' AND value ~ '^0[a-z]*$'))
),
judged AS (
  SELECT measured.*,
    CASE
      WHEN usual IN ('on', 'off') THEN CASE WHEN switch <> usual THEN usual END
      WHEN name = 'restrict_nonsystem_relation_kind' THEN CASE WHEN value ~* '\yview\y' THEN 'without view' END
      WHEN name = 'datestyle' THEN CASE WHEN value !~* '^\s*"?\s*iso' THEN 'ISO' END
      WHEN name = 'search_path' THEN CASE WHEN NOT EXISTS (
          SELECT FROM regexp_split_to_table(value, ',') AS part
          WHERE btrim(part) IN (:'schema', quote_ident(:'schema'), format('"%s"', :'schema'), format('''%s''', :'schema'))
            OR btrim(part) IN ('"$user"', '$user', '''$user''') AND rolname = :'schema')
        THEN format('with %s', quote_ident(:'schema')) END
      WHEN name IN ('statement_timeout', 'transaction_timeout') THEN CASE WHEN ms <= 5000 THEN 'more than 5 s, or none' END
      WHEN name IN ('idle_in_transaction_session_timeout', 'idle_session_timeout') THEN CASE WHEN ms < 1000 THEN '1 s or more, or none' END
      WHEN name = 'lock_timeout' THEN CASE WHEN ms < 10 THEN '10 ms or more, or none' END
      ELSE usual
    END AS good
  FROM measured
  WHERE switch IS NULL OR switch <> usual
)
SELECT name, value, object, good, CASE WHEN good IS NOT NULL THEN effect END AS effect, stops,
  coalesce(CASE WHEN name IN ('default_transaction_read_only', 'session_replication_role') THEN concerns_writers ELSE concerns_readers END, false) AS concerns_schema, sql
FROM judged
ORDER BY name, object
