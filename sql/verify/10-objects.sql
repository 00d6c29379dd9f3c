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
-- remedy: remove duplicate rows, then run ALTER TABLE ... ADD PRIMARY KEY
-- example: primary key skills_registry | (skill_id) | missing

-- check: tables.rows
-- title: every row satisfies the constraints of its table
-- severity: warning
-- input: schema
-- remedy: correct the rows, then run ALTER TABLE ... VALIDATE CONSTRAINT ...
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
-- remedy: run ALTER FUNCTION ... SET search_path TO <schema>, pg_temp
-- about: Without pg_temp at the end of the search_path, a temporary table of the caller can replace a table of the schema inside
--   the function. Functions that an older tool created lack it. In a function that this tool created it is a fault of
--   `functions.security`. The functions are `log_skill_usage`, `is_skill_unlocked` and `unlock_skill`; `log_skill_usage_batch`
--   is always ours.
-- example: function log_skill_usage | a search_path that ends in pg_temp | search_path public

-- check: functions.overloads
-- title: no other function has the name of a function of the package
-- severity: warning
-- input: schema
-- remedy: drop the older function with its argument types: DROP FUNCTION name(types)
-- example: function unlock_skill | only unlock_skill(uuid, text, text) | also unlock_skill(uuid, text)

-- check: functions.execute-rights
-- title: PUBLIC has no EXECUTE on the functions of the package
-- input: schema
-- remedy: REVOKE EXECUTE ON FUNCTION ... FROM PUBLIC; for the role of an application, run what `skills grants` prints
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
-- remedy: run the COMMENT statement
-- example: table skill_unlocks | a comment | missing
