-- The objects of the package: what must exist, and with which definition. These checks have no query. `skills verify` compares
-- the schema with what the applied migrations create, and each difference belongs to one check, here or in 15-drift.sql. The
-- expected objects come from a scratch schema, or, where the role cannot create one, from the manifest of the package.
-- Equivalent definitions are equal (docs/verify.md). The comparison reads the catalogs alone and needs no privilege on a table.

-- group: tables
-- about: The tables of the package must have the shape that the migrations give them. Functions, views and applications rely on
--   it. A difference often shows late, in production, for one kind of row.

-- check: tables.exist
-- title: every table of the package exists
-- input: schema
-- gate: yes
-- remedy: run `skills migrate`; if it has nothing to do, run `skills migrate repair 20251220_create_skill_system --forget --yes` first
-- example: table skill_feedback | a table | missing

-- check: tables.columns
-- title: every column has the expected type, nullability and default
-- input: schema
-- remedy: change the column with ALTER TABLE; `skills migrate` does not change an existing table
-- example: column skill_usage_events.latency_ms | integer | text

-- check: tables.primary-keys
-- title: every table has the expected primary key
-- input: schema
-- remedy: remove duplicate rows, then run the printed ALTER TABLE statement
-- example: primary key skills_registry | (skill_id) | missing

-- check: tables.rows
-- title: every row satisfies the constraints of its table
-- severity: warning
-- input: schema
-- remedy: correct the rows, then run the printed statement, which validates the constraint
-- about: The rows are older than the constraint, which is NOT VALID: it checks new rows and changed rows. `skills migrate` never changes
--   rows. The constraint on `trust_level` is missing while a row violates it, because it would stop every change of that row.
-- example: constraint skill_usage_events.skill_usage_events_outcome_known | every row has outcome = ANY (ARRAY['success'::text,
--   'soft_fail'::text, 'hard_refusal'::text]) | NOT VALID; 2 rows violate it

-- group: indexes
-- about: Agents and `skills stats` need these indexes. A missing or invalid index makes queries slow; it causes no error. An
--   interrupted CREATE INDEX CONCURRENTLY leaves an invalid index.

-- check: indexes.definitions
-- title: every index exists, is valid and has the expected definition
-- input: schema
-- remedy: drop the index and create it as expected
-- example: index idx_skill_usage_user_time | on skill_usage_events using btree (user_id, created_at DESC) | missing

-- group: functions
-- about: Agents call `log_skill_usage`, `is_skill_unlocked` and `unlock_skill` in their own SQL, and the library also calls
--   `log_skill_usage_batch`.

-- check: functions.signatures
-- title: every function has the expected arguments and result
-- input: schema
-- remedy: run `skills migrate`; if it has nothing to do, run `skills migrate repair skill_functions --forget --yes` first
-- example: function unlock_skill |
--   (p_user_id uuid, p_skill_id text, p_unlock_reason text DEFAULT 'manual'::text) returns boolean | missing

-- check: functions.security
-- title: every function has the expected language, volatility, security and search_path
-- input: schema
-- remedy: run `skills migrate`; if it has nothing to do, run `skills migrate repair skill_functions --forget --yes` first
-- example: function unlock_skill | security definer | security invoker

-- check: functions.temp-schema
-- title: the search_path of adopted functions ends in pg_temp
-- severity: warning
-- input: schema
-- remedy: run the printed ALTER FUNCTION statement
-- about: Without pg_temp at the end of the search_path, a temporary table of the caller can replace a table of the schema inside
--   the function. Functions that an older tool created lack it. In a function that this tool created it is a fault of
--   `functions.security`. The functions are `log_skill_usage`, `is_skill_unlocked` and `unlock_skill`; `log_skill_usage_batch`
--   is always ours.
-- example: function log_skill_usage | a search_path that ends in pg_temp | search_path public

-- check: functions.overloads
-- title: no call of a function of the package reaches another function
-- input: objects
-- remedy: drop the other function, with the types of its arguments: DROP FUNCTION name(types)
-- about: PostgreSQL chooses a function by the types of the arguments, among all schemas of the search_path. A second `log_skill_usage`,
--   `log_skill_usage_batch`, `is_skill_unlocked`, `unlock_skill` or function of the rollups makes calls ambiguous, or receives them:
--   `is_skill_unlocked(text, text)` gets every call with untyped values. A function that
--   your own migrations create, and that is called with another number of arguments, is a warning of `functions.other-arguments`.
-- example: function unlock_skill(uuid, text) | only unlock_skill(uuid, text, text) | a second function, which receives calls with 2 arguments
WITH ours AS (
  SELECT p.oid, p.proname, p.proargtypes, p.pronargs, p.pronargs - p.pronargdefaults AS fewest, p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS signature
  FROM pg_proc p
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'own'->'functions' ? (p.proname || '(' || oidvectortypes(p.proargtypes) || ')')
),
paths AS (
  -- of this connection, and those that roles and the database have
  SELECT session_user::text AS role, reset_val AS path FROM pg_settings WHERE name = 'search_path'
  UNION
  SELECT coalesce(r.rolname::text, ''), substr(setting, length('search_path=') + 1)
  FROM pg_db_role_setting s
  LEFT JOIN pg_roles r ON r.oid = s.setrole
  CROSS JOIN unnest(s.setconfig) AS setting
  WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())) AND starts_with(setting, 'search_path=')
),
entries AS (
  SELECT p.path, p.role, e.ord, CASE btrim(e.name, ' "') WHEN '$user' THEN p.role ELSE btrim(e.name, ' "') END AS schema
  FROM paths p CROSS JOIN unnest(string_to_array(p.path, ',')) WITH ORDINALITY AS e (name, ord)
),
places AS (
  -- pg_catalog comes first unless the path names it
  SELECT 'pg_catalog' AS schema, true AS is_before
  UNION
  SELECT e.schema, e.ord < o.ord FROM entries e JOIN entries o ON o.path = e.path AND o.role = e.role AND o.schema = :'schema' WHERE e.schema <> :'schema'
),
others AS (
  SELECT p.oid, n.nspname, p.proname, o.signature,
    p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS found,
    p.proargtypes = o.proargtypes AS is_same,
    -- a call with a number of arguments that both accept
    (p.pronargs - p.pronargdefaults <= o.pronargs AND (p.provariadic <> 0 OR p.pronargs >= o.fewest)) AS meets,
    n.nspname = :'schema' AS is_here,
    n.nspname = :'schema' AND $1::jsonb->'otherFunctions' ? (p.proname || '(' || oidvectortypes(p.proargtypes) || ')') AS is_of_migrations,
    coalesce((SELECT bool_or(l.is_before) FROM places l WHERE l.schema = n.nspname), false) AS is_before,
    EXISTS (SELECT FROM places l WHERE l.schema = n.nspname) AS is_in_path,
    EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS is_of_extension
  FROM ours o
  JOIN pg_proc p ON p.proname = o.proname AND p.oid NOT IN (SELECT oid FROM ours)
  JOIN pg_namespace n ON n.oid = p.pronamespace
)
SELECT
  format('function %s', CASE WHEN is_here THEN found ELSE format('%I.%s', nspname, found) END)  AS object,
  format('only %s', signature)                                                                AS expected,
  CASE WHEN is_here THEN 'a second function of the name'
    WHEN is_before THEN 'a second function of the name, in a schema before ' || :'schema' || ' in a search_path'
    ELSE 'a second function of the name, in a schema of a search_path' END
    || CASE WHEN meets THEN ', which can receive the same calls' ELSE '' END               AS actual,
  CASE WHEN is_of_extension THEN 'move the extension to a schema that is in no search_path with ' || :'schema'
    WHEN nspname = 'pg_catalog' THEN 'find out who created it: functions of pg_catalog come before all others, and only a superuser can add one' END AS remedy,
  CASE WHEN NOT is_of_extension AND nspname <> 'pg_catalog' THEN
    format('DROP ROUTINE %I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(oid)) END AS sql,
  true                                                                                          AS destructive
FROM others
WHERE (is_here AND (meets OR NOT is_of_migrations))
  OR (NOT is_here AND is_in_path AND CASE WHEN is_same THEN is_before ELSE is_before OR meets END)
ORDER BY 1;

-- check: functions.other-arguments
-- title: no function of the migrations has the name of a function of the package
-- severity: warning
-- input: objects
-- remedy: give the function another name in a migration: a default value or a later version of the package can make calls ambiguous
-- example: function unlock_skill(uuid) | a name of its own | the name of unlock_skill(uuid, text, text), with another number of arguments
WITH ours AS (
  SELECT p.oid, p.proname, p.pronargs, p.pronargs - p.pronargdefaults AS fewest, p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS signature
  FROM pg_proc p
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'own'->'functions' ? (p.proname || '(' || oidvectortypes(p.proargtypes) || ')')
)
SELECT
  format('function %s(%s)', p.proname, oidvectortypes(p.proargtypes))                      AS object,
  'a name of its own'                                                                      AS expected,
  format('the name of %s, with another number of arguments', o.signature)                  AS actual
FROM ours o
JOIN pg_proc p ON p.proname = o.proname AND p.oid NOT IN (SELECT oid FROM ours)
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'otherFunctions' ? (p.proname || '(' || oidvectortypes(p.proargtypes) || ')')
  AND NOT (p.pronargs - p.pronargdefaults <= o.pronargs AND (p.provariadic <> 0 OR p.pronargs >= o.fewest))
ORDER BY 1;

-- check: functions.execute-rights
-- title: PUBLIC has no EXECUTE on the functions of the package
-- input: schema
-- remedy: run the printed REVOKE statement; for the role of an application, run what `skills grants` prints
-- about: With EXECUTE on `log_skill_usage` or `log_skill_usage_batch` a role can log events for every user, with `unlock_skill`
--   it can unlock every skill, and with `is_skill_unlocked` read every unlock. PostgreSQL gives it to PUBLIC, that is to every
--   role that can connect, when a function is created. The migrations revoke it.
-- example: privileges of PUBLIC on function unlock_skill(uuid, text, text) | none | EXECUTE

-- group: views
-- about: People and reports read the two views.

-- check: views.columns
-- title: every view exists and has the expected columns in order
-- input: schema
-- remedy: run `skills migrate`; if it has nothing to do, run `skills migrate repair skill_views --forget --yes` first
-- example: view v_skill_cooccurrence | a view | missing

-- group: comments
-- about: People who look at the tables with psql or another client, without these files, read the comments in the database.

-- check: comments.present
-- title: every table, column, function and view of the package has a comment
-- severity: warning
-- input: schema
-- remedy: run the printed COMMENT statement
-- example: table skill_unlocks | a comment | missing
