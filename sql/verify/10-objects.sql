-- What applications rely on: what must exist, and in which shape. All of these read the catalogs alone and need no
-- right on any table.

-- group: tables
-- about: The five tables must have the shape that the migrations give them. Functions, views and applications rely on
--   it. A difference often shows late, in production, for one kind of row.

-- check: tables.exist
-- title: the five tables are there
-- severity: error
-- gate: yes
-- remedy: run `skills migrate`; if its ledger already holds 20251220_create_skill_system, run that file by hand, it can be run again
-- example: table skill_feedback | a table | missing
SELECT
  format('table %s', want.name) AS object,
  'a table'                     AS expected,
  CASE
    WHEN c.oid IS NULL           THEN 'missing'
    WHEN c.relkind = 'v'         THEN 'a view'
    WHEN c.relkind = 'm'         THEN 'a materialized view'
    WHEN c.relkind = 'f'         THEN 'a foreign table'
    WHEN c.relpersistence = 'u'  THEN 'an unlogged table, emptied by a crash'
    ELSE format('something else (relkind %s)', c.relkind)
  END                           AS actual
FROM (VALUES
  (1, 'skills_registry'),
  (2, 'skill_unlocks'),
  (3, 'skill_usage_events'),
  (4, 'skill_feedback'),
  (5, 'agent_emergence_candidates')
) AS want (ord, name)
LEFT JOIN pg_class c
  ON c.relname = want.name
  AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
WHERE c.oid IS NULL OR c.relkind NOT IN ('r', 'p') OR c.relpersistence <> 'p'
ORDER BY want.ord;

-- check: tables.columns
-- title: every column has its type, nullability and default
-- severity: error
-- remedy: bring the column to the expected definition with ALTER TABLE; `skills migrate` leaves a table that exists as it is
-- example: column skill_usage_events.latency_ms | integer | text
WITH want (ord, tbl, col, definition) AS (VALUES
  (101, 'skills_registry', 'skill_id',    'text not null'),
  (102, 'skills_registry', 'version',     'text not null'),
  (103, 'skills_registry', 'sha256',      'text'),
  (104, 'skills_registry', 'enabled',     'boolean not null default true'),
  (105, 'skills_registry', 'trust_level', 'integer not null default 1'),
  (106, 'skills_registry', 'meta',        'jsonb not null default ''{}''::jsonb'),
  (107, 'skills_registry', 'updated_at',  'timestamp with time zone not null default now()'),
  (201, 'skill_unlocks', 'user_id',       'uuid not null'),
  (202, 'skill_unlocks', 'skill_id',      'text not null'),
  (203, 'skill_unlocks', 'unlocked',      'boolean not null default false'),
  (204, 'skill_unlocks', 'unlocked_at',   'timestamp with time zone'),
  (205, 'skill_unlocks', 'unlock_reason', 'text'),
  (301, 'skill_usage_events', 'id',             'bigint not null default next value of its sequence'),
  (302, 'skill_usage_events', 'user_id',        'uuid not null'),
  (303, 'skill_usage_events', 'session_id',     'text'),
  (304, 'skill_usage_events', 'skill_id',       'text not null'),
  (305, 'skill_usage_events', 'version',        'text not null'),
  (306, 'skill_usage_events', 'tier',           'text'),
  (307, 'skill_usage_events', 'outcome',        'text not null'),
  (308, 'skill_usage_events', 'latency_ms',     'integer'),
  (309, 'skill_usage_events', 'input_hash',     'text'),
  (310, 'skill_usage_events', 'state_snapshot', 'jsonb not null default ''{}''::jsonb'),
  (311, 'skill_usage_events', 'artifacts',      'jsonb not null default ''{}''::jsonb'),
  (312, 'skill_usage_events', 'created_at',     'timestamp with time zone not null default now()'),
  (401, 'skill_feedback', 'id',         'bigint not null default next value of its sequence'),
  (402, 'skill_feedback', 'user_id',    'uuid not null'),
  (403, 'skill_feedback', 'skill_id',   'text not null'),
  (404, 'skill_feedback', 'version',    'text not null'),
  (405, 'skill_feedback', 'rating',     'integer'),
  (406, 'skill_feedback', 'tags',       'text[] default ''{}''::text[]'),
  (407, 'skill_feedback', 'notes',      'text'),
  (408, 'skill_feedback', 'created_at', 'timestamp with time zone not null default now()'),
  (501, 'agent_emergence_candidates', 'id',               'bigint not null default next value of its sequence'),
  (502, 'agent_emergence_candidates', 'signature_hash',   'text not null'),
  (503, 'agent_emergence_candidates', 'tier',             'text'),
  (504, 'agent_emergence_candidates', 'element',          'text'),
  (505, 'agent_emergence_candidates', 'realm',            'text'),
  (506, 'agent_emergence_candidates', 'cooccur_skills',   'jsonb not null default ''[]''::jsonb'),
  (507, 'agent_emergence_candidates', 'support_count',    'integer not null default 0'),
  (508, 'agent_emergence_candidates', 'avg_success_rate', 'numeric'),
  (509, 'agent_emergence_candidates', 'field_coherence',  'numeric'),
  (510, 'agent_emergence_candidates', 'archetypal_name',  'text'),
  (511, 'agent_emergence_candidates', 'status',           'text not null default ''monitoring''::text'),
  (512, 'agent_emergence_candidates', 'notes',            'text'),
  (513, 'agent_emergence_candidates', 'created_at',       'timestamp with time zone not null default now()')
),
-- The name of the sequence is printed with or without its schema, depending on the search_path; an identity column
-- that yields to a given value serves as well; now() has a second spelling, and so has the empty array.
have AS (
  SELECT
    c.relname::text AS tbl,
    a.attname::text AS col,
    format_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
      || CASE
           WHEN a.attidentity = 'd'  THEN ' default next value of its sequence'
           WHEN a.attidentity = 'a'  THEN ' generated always as identity'
           WHEN a.attgenerated <> '' THEN ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ')'
           WHEN d.oid IS NULL        THEN ''
           WHEN pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%::regclass)' THEN ' default next value of its sequence'
           WHEN pg_get_expr(d.adbin, d.adrelid) = 'CURRENT_TIMESTAMP'       THEN ' default now()'
           WHEN pg_get_expr(d.adbin, d.adrelid) = 'ARRAY[]::text[]'         THEN ' default ''{}''::text[]'
           ELSE ' default ' || pg_get_expr(d.adbin, d.adrelid)
         END AS definition
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p')
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
)
SELECT
  format('column %s.%s', want.tbl, want.col) AS object,
  want.definition                            AS expected,
  coalesce(have.definition, 'missing')       AS actual
FROM want
LEFT JOIN have ON have.tbl = want.tbl AND have.col = want.col
WHERE have.definition IS DISTINCT FROM want.definition
  AND EXISTS (SELECT 1 FROM have AS present WHERE present.tbl = want.tbl)
ORDER BY want.ord;

-- check: tables.primary-keys
-- title: every table has its primary key
-- severity: error
-- remedy: remove duplicate rows, then give the table the expected key with ALTER TABLE ... ADD PRIMARY KEY
-- example: primary key skills_registry | (skill_id) | missing
WITH want (ord, tbl, key) AS (VALUES
  (1, 'skills_registry',            '(skill_id)'),
  (2, 'skill_unlocks',              '(user_id, skill_id)'),
  (3, 'skill_usage_events',         '(id)'),
  (4, 'skill_feedback',             '(id)'),
  (5, 'agent_emergence_candidates', '(id)')
),
have AS (
  SELECT
    c.relname::text AS tbl,
    c.relkind,
    (
      SELECT '(' || string_agg(a.attname, ', ' ORDER BY part.ord) || ')'
      FROM unnest(k.conkey) WITH ORDINALITY AS part (attnum, ord)
      JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = part.attnum
    ) || CASE WHEN k.condeferrable THEN ' deferrable' ELSE '' END AS key
  FROM pg_class c
  LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
  WHERE c.relkind IN ('r', 'p')
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
)
SELECT
  format('primary key %s', want.tbl)  AS object,
  want.key                            AS expected,
  coalesce(have.key, 'missing')       AS actual
FROM want
JOIN have ON have.tbl = want.tbl
WHERE have.key IS DISTINCT FROM want.key
  -- The key of a partitioned table has to contain what it is partitioned by.
  AND NOT (have.relkind = 'p' AND have.key = replace(want.key, ')', ', created_at)'))
ORDER BY want.ord;

-- check: tables.trust-level-check
-- title: the database itself keeps trust_level between 1 and 5
-- severity: warning
-- remedy: ALTER TABLE skills_registry ADD CONSTRAINT skills_registry_trust_level_check CHECK (trust_level BETWEEN 1 AND 5), once no row breaks it
-- example: check on column skills_registry.trust_level | CHECK (((trust_level >= 1) AND (trust_level <= 5))) |
--   missing
WITH registry AS (
  SELECT c.oid, a.attnum
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'trust_level' AND NOT a.attisdropped
  WHERE c.relname = 'skills_registry' AND c.relkind IN ('r', 'p')
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
),
checks AS (
  SELECT pg_get_constraintdef(k.oid) AS definition
  FROM registry r
  JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype = 'c' AND k.conkey = ARRAY[r.attnum]
)
SELECT
  'check on column skills_registry.trust_level'                                          AS object,
  'CHECK (((trust_level >= 1) AND (trust_level <= 5)))'                                  AS expected,
  coalesce((SELECT string_agg(definition, '; ' ORDER BY definition) FROM checks), 'missing') AS actual
FROM registry
WHERE NOT EXISTS (
  SELECT 1 FROM checks
  WHERE translate(definition, '() ', '') IN (
    'CHECKtrust_level>=1ANDtrust_level<=5',
    'CHECKtrust_level<=5ANDtrust_level>=1',
    'CHECKtrust_level=ANYARRAY[1,2,3,4,5]'
  )
);

-- group: indexes
-- about: Agents and `skills stats` need these indexes. A missing or invalid index makes queries slow; it causes no
--   error. An interrupted CREATE INDEX CONCURRENTLY leaves an invalid index.

-- check: indexes.definitions
-- title: every index is there, valid, and indexes what it should
-- severity: error
-- input: objects
-- remedy: drop the index and create it as expected
-- example: index idx_skill_usage_user_time | on skill_usage_events using btree (user_id, created_at DESC) | missing
WITH want (ord, name, tbl, keys, predicate) AS (VALUES
  (101, 'idx_skills_registry_enabled',   'skills_registry', 'enabled', 'enabled = true'),
  (102, 'idx_skills_registry_tier',      'skills_registry', '(meta ->> ''tier'')', NULL),
  (103, 'idx_skills_registry_category',  'skills_registry', '(meta ->> ''category'')', NULL),
  (201, 'idx_skill_unlocks_user',        'skill_unlocks', 'user_id', NULL),
  (202, 'idx_skill_unlocks_unlocked',    'skill_unlocks', 'unlocked', 'unlocked = true'),
  (203, 'idx_skill_unlocks_user_skill',  'skill_unlocks', 'user_id, skill_id', NULL),
  (301, 'idx_skill_usage_user',          'skill_usage_events', 'user_id', NULL),
  (302, 'idx_skill_usage_skill',         'skill_usage_events', 'skill_id', NULL),
  (303, 'idx_skill_usage_outcome',       'skill_usage_events', 'outcome', NULL),
  (304, 'idx_skill_usage_created',       'skill_usage_events', 'created_at DESC', NULL),
  (305, 'idx_skill_usage_user_time',     'skill_usage_events', 'user_id, created_at DESC', NULL),
  (306, 'idx_skill_usage_skill_time',    'skill_usage_events', 'skill_id, created_at DESC', NULL),
  (401, 'idx_skill_feedback_skill',      'skill_feedback', 'skill_id', NULL),
  (402, 'idx_skill_feedback_rating',     'skill_feedback', 'rating', NULL),
  (403, 'idx_skill_feedback_created',    'skill_feedback', 'created_at DESC', NULL),
  (404, 'idx_skill_feedback_user_time',  'skill_feedback', 'user_id, created_at DESC', NULL),
  (405, 'idx_skill_feedback_skill_time', 'skill_feedback', 'skill_id, created_at DESC', NULL),
  (501, 'idx_agent_emergence_signature', 'agent_emergence_candidates', 'signature_hash', NULL),
  (502, 'idx_agent_emergence_status',    'agent_emergence_candidates', 'status', NULL),
  (503, 'idx_agent_emergence_support',   'agent_emergence_candidates', 'support_count DESC', NULL)
),
here AS (
  SELECT c.oid, c.relname::text AS name, c.relkind, c.relam
  FROM pg_class c
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
),
-- Put together from its parts: what PostgreSQL prints for a whole index differs with version and search_path.
have AS (
  SELECT
    c.name,
    c.relkind,
    i.indisvalid AND i.indisready AND i.indislive AS usable,
    format(
      '%s%s using %s (%s)%s%s',
      CASE WHEN i.indisunique THEN 'unique on ' ELSE 'on ' END,
      (SELECT t.relname FROM pg_class t WHERE t.oid = i.indrelid),
      (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam),
      (
        SELECT string_agg(
          CASE
            WHEN i.indkey[n - 1] <> 0 OR key.text LIKE '(%)' THEN replace(key.text, '::text', '')
            ELSE '(' || replace(key.text, '::text', '') || ')'
          END
          || CASE WHEN co.oid IS NOT NULL AND a.attcollation IS DISTINCT FROM co.oid AND i.indkey[n - 1] <> 0
               THEN ' COLLATE ' || quote_ident(co.collname) ELSE '' END
          || CASE WHEN op.opcdefault THEN '' ELSE ' ' || op.opcname END
          || CASE i.indoption[n - 1] & 3
               WHEN 0 THEN '' WHEN 1 THEN ' DESC NULLS LAST' WHEN 2 THEN ' NULLS FIRST' ELSE ' DESC' END,
          ', ' ORDER BY n)
        FROM generate_series(1, i.indnkeyatts::integer) AS n
        CROSS JOIN LATERAL (SELECT pg_get_indexdef(i.indexrelid, n, true)) AS key (text)
        JOIN pg_opclass op ON op.oid = i.indclass[n - 1]
        LEFT JOIN pg_collation co ON co.oid = i.indcollation[n - 1]
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n - 1]
      ),
      (
        SELECT ' include (' || string_agg(pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n) || ')'
        FROM generate_series(i.indnkeyatts + 1, i.indnatts::integer) AS n
      ),
      -- "where enabled" and "where enabled = true" are one to the planner.
      ' where ' || regexp_replace(btrim(pg_get_expr(i.indpred, i.indrelid, true), '()'), '^(\w+)$', '\1 = true')
    ) AS definition
  FROM here c
  JOIN pg_index i ON i.indexrelid = c.oid
),
compared AS (
  SELECT
    want.ord,
    want.name,
    format('on %s using btree (%s)%s', want.tbl, want.keys, ' where ' || want.predicate) AS expected,
    CASE
      WHEN c.oid IS NULL          THEN 'missing'
      WHEN have.name IS NULL      THEN format('not an index (relkind %s)', c.relkind)
      WHEN have.usable            THEN have.definition
      ELSE have.definition || ', invalid'
    END AS actual,
    have.relkind = 'i' AND NOT have.usable AS broken,
    CASE WHEN t.relkind = 'r' THEN ' CONCURRENTLY' ELSE '' END AS online,
    format(' %I ON %I (%s)%s', want.name, want.tbl, want.keys, ' WHERE ' || want.predicate) AS rest
  FROM want
  JOIN here t ON t.name = want.tbl AND t.relkind IN ('r', 'p')
  LEFT JOIN here c ON c.name = want.name
  LEFT JOIN have ON have.name = want.name
)
SELECT
  format('index %s', name) AS object,
  expected,
  actual,
  CASE
    WHEN actual = 'missing'             THEN format('CREATE INDEX%s%s', online, rest)
    WHEN actual LIKE 'not an index%'    THEN format('rename what bears the name %s, then CREATE INDEX%s%s', name, online, rest)
    WHEN broken AND actual = expected || ', invalid' THEN format('REINDEX INDEX CONCURRENTLY %I', name)
    ELSE format('DROP INDEX%s %I; CREATE INDEX%s%s', online, name, online, rest)
  END AS remedy
FROM compared
WHERE actual <> expected
  -- a migration may take one away that costs more than it brings
  AND NOT (actual = 'missing' AND $1::jsonb->'droppedIndexes' ? name)
ORDER BY ord;

-- group: functions
-- about: Agents call `log_skill_usage`, `is_skill_unlocked` and `unlock_skill` in their own SQL, and the library also
--   calls `log_skill_usage_batch`.

-- check: functions.signatures
-- title: every function takes and returns what callers rely on
-- severity: error
-- remedy: run `skills migrate`; if its ledger already holds 20251220_create_skill_system, run that file by hand (DROP FUNCTION first if it returns another type)
-- example: function unlock_skill | (p_user_id uuid, p_skill_id text, p_unlock_reason text DEFAULT 'manual'::text)
--   returns boolean | missing
WITH want (ord, name, types, arguments, result) AS (VALUES
  (
    1, 'log_skill_usage', 'uuid, text, text, text, text, text, integer, text, jsonb, jsonb',
    'p_user_id uuid, p_session_id text, p_skill_id text, p_version text, p_tier text, p_outcome text, '
      || 'p_latency_ms integer DEFAULT NULL::integer, p_input_hash text DEFAULT NULL::text, '
      || 'p_state_snapshot jsonb DEFAULT ''{}''::jsonb, p_artifacts jsonb DEFAULT ''{}''::jsonb',
    'bigint'
  ),
  (2, 'is_skill_unlocked', 'uuid, text', 'p_user_id uuid, p_skill_id text', 'boolean'),
  (
    3, 'unlock_skill', 'uuid, text, text',
    'p_user_id uuid, p_skill_id text, p_unlock_reason text DEFAULT ''manual''::text', 'boolean'
  )
),
have AS (
  SELECT
    p.proname::text                        AS name,
    oidvectortypes(p.proargtypes)          AS types,
    CASE p.prokind WHEN 'f' THEN '' WHEN 'p' THEN 'procedure ' ELSE 'aggregate or window function ' END
      || format('(%s) returns %s', pg_get_function_arguments(p.oid), coalesce(pg_get_function_result(p.oid), 'nothing')) AS signature
  FROM pg_proc p
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
),
compared AS (
  SELECT
    want.ord,
    want.name,
    format('(%s) returns %s', want.arguments, want.result) AS expected,
    coalesce(
      have.signature,
      (SELECT string_agg(other.signature, '; ' ORDER BY other.signature) FROM have other WHERE other.name = want.name),
      'missing'
    ) AS actual
  FROM want
  LEFT JOIN have ON have.name = want.name AND have.types = want.types
)
SELECT format('function %s', name) AS object, expected, actual
FROM compared
WHERE actual <> expected
ORDER BY ord;

-- check: functions.security
-- title: every function runs with its owner's rights, in plpgsql, under a search_path of its own
-- severity: error
-- remedy: run `skills migrate`; if its ledger already holds 20251220_create_skill_system, run that file by hand, it can be run again
-- example: function unlock_skill | security definer | security invoker
WITH want (ord, name, types, volatility) AS (VALUES
  (1, 'log_skill_usage', 'uuid, text, text, text, text, text, integer, text, jsonb, jsonb', 'volatile'),
  (2, 'is_skill_unlocked', 'uuid, text', 'stable or volatile'),
  (3, 'unlock_skill', 'uuid, text, text', 'volatile')
),
have AS (
  SELECT
    p.proname::text               AS name,
    oidvectortypes(p.proargtypes) AS types,
    l.lanname                     AS language,
    p.prosecdef,
    p.provolatile,
    pg_get_userbyid(p.proowner)::text AS owner,
    (SELECT substr(setting, 13) FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%') AS path
  FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
)
SELECT
  format('function %s', want.name) AS object,
  fact.expected,
  fact.actual
FROM want
JOIN have ON have.name = want.name AND have.types = want.types
CROSS JOIN LATERAL (VALUES
  (1, have.prosecdef, 'security definer', 'security invoker'),
  (2, have.language = 'plpgsql', 'language plpgsql', format('language %s', have.language)),
  (
    3,
    have.provolatile = 'v' OR (have.provolatile = 's' AND want.name = 'is_skill_unlocked'),
    want.volatility,
    CASE have.provolatile WHEN 'i' THEN 'immutable' ELSE 'stable' END
  ),
  (
    4,
    have.path IS NOT NULL AND EXISTS (
      SELECT 1
      FROM unnest(string_to_array(have.path, ',')) AS entry
      WHERE current_schema() = replace(regexp_replace(btrim(entry), '^"(.*)"$', '\1'), '""', '"')
        OR (btrim(entry) = '"$user"' AND current_schema() = have.owner)
    ),
    format('search_path pinned to %s', current_schema()),
    coalesce('search_path pinned to ' || have.path, 'search_path of whoever calls')
  )
) AS fact (ord, holds, expected, actual)
WHERE NOT fact.holds
ORDER BY want.ord, fact.ord;

-- check: functions.temp-schema
-- title: a caller's temporary tables cannot stand in for the real ones inside the functions
-- severity: warning
-- remedy: ALTER FUNCTION ... SET search_path TO <schema>, pg_temp (with pg_temp last), or run 20251220_create_skill_system.sql again
-- example: function log_skill_usage | search_path ending in pg_temp | search_path public
WITH have AS (
  SELECT
    p.proname::text AS name,
    (SELECT substr(setting, 13) FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%') AS path
  FROM pg_proc p
  WHERE p.proname IN ('log_skill_usage', 'is_skill_unlocked', 'unlock_skill')
    AND p.prosecdef
    AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
)
SELECT
  format('function %s', name)      AS object,
  'search_path ending in pg_temp'  AS expected,
  'search_path ' || path           AS actual
FROM have
WHERE path IS NOT NULL AND path !~ '(^|,)\s*"?pg_temp"?\s*$'
ORDER BY name;

-- check: functions.overloads
-- title: no second function of the same name takes calls meant for ours
-- severity: warning
-- remedy: drop the older function, naming its argument types: DROP FUNCTION name(types)
-- example: function unlock_skill | only unlock_skill(uuid, text, text) | also unlock_skill(uuid, text)
SELECT
  format('function %s', p.proname)                                    AS object,
  format('only %s(%s)', p.proname, want.types)                        AS expected,
  format('also %s(%s)', p.proname, oidvectortypes(p.proargtypes))     AS actual
FROM (VALUES
  ('log_skill_usage', 'uuid, text, text, text, text, text, integer, text, jsonb, jsonb'),
  ('is_skill_unlocked', 'uuid, text'),
  ('unlock_skill', 'uuid, text, text')
) AS want (name, types)
JOIN pg_proc p ON p.proname = want.name AND oidvectortypes(p.proargtypes) <> want.types
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  AND EXISTS (
    SELECT 1 FROM pg_proc ours
    WHERE ours.proname = want.name AND ours.pronamespace = p.pronamespace AND oidvectortypes(ours.proargtypes) = want.types
  )
ORDER BY p.proname, oidvectortypes(p.proargtypes);

-- check: functions.execute-rights
-- title: not everybody may open gates
-- severity: warning
-- remedy: REVOKE EXECUTE ON FUNCTION unlock_skill(uuid, text, text) FROM PUBLIC, then grant it to the role that decides about unlocks
-- example: function unlock_skill | no EXECUTE for PUBLIC | EXECUTE is granted to PUBLIC
SELECT
  'function unlock_skill'            AS object,
  'no EXECUTE for PUBLIC'            AS expected,
  'EXECUTE is granted to PUBLIC'     AS actual
FROM pg_proc p
WHERE p.proname = 'unlock_skill'
  AND p.prokind = 'f'
  AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  AND oidvectortypes(p.proargtypes) = 'uuid, text, text'
  AND EXISTS (
    SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
    WHERE acl.grantee = 0 AND acl.privilege_type = 'EXECUTE'
  );

-- group: views
-- about: People and reports read the two views.

-- check: views.columns
-- title: both views have their columns, in order, with their types
-- severity: error
-- remedy: run `skills migrate`; if its ledger already holds 20251220_create_skill_system, run that file by hand (DROP VIEW first if a column has another name or type)
-- example: view v_skill_cooccurrence | a view | missing
WITH want (ord, name) AS (VALUES (1, 'v_skill_effectiveness'), (2, 'v_skill_cooccurrence')),
want_columns (name, position, col, type) AS (VALUES
  ('v_skill_effectiveness', 1, 'skill_id',          'text'),
  ('v_skill_effectiveness', 2, 'total_uses',        'bigint'),
  ('v_skill_effectiveness', 3, 'success_count',     'bigint'),
  ('v_skill_effectiveness', 4, 'success_rate_pct',  'numeric'),
  ('v_skill_effectiveness', 5, 'avg_latency_ms',    'integer'),
  ('v_skill_effectiveness', 6, 'avg_rating',        'numeric'),
  ('v_skill_effectiveness', 7, 'unique_users',      'bigint'),
  ('v_skill_effectiveness', 8, 'first_use',         'timestamp with time zone'),
  ('v_skill_effectiveness', 9, 'last_use',          'timestamp with time zone'),
  ('v_skill_cooccurrence',  1, 'skill_set',          'text[]'),
  ('v_skill_cooccurrence',  2, 'tier',               'text'),
  ('v_skill_cooccurrence',  3, 'element',            'text'),
  ('v_skill_cooccurrence',  4, 'realm',              'text'),
  ('v_skill_cooccurrence',  5, 'cooccurrence_count', 'bigint'),
  ('v_skill_cooccurrence',  6, 'distinct_users',     'bigint'),
  ('v_skill_cooccurrence',  7, 'avg_success_rate',   'numeric(4,3)'),
  ('v_skill_cooccurrence',  8, 'first_observed',     'timestamp with time zone'),
  ('v_skill_cooccurrence',  9, 'last_observed',      'timestamp with time zone')
),
here AS (
  SELECT c.oid, c.relname::text AS name, c.relkind
  FROM pg_class c
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
),
have_columns AS (
  SELECT
    here.name,
    row_number() OVER (PARTITION BY here.oid ORDER BY a.attnum) AS position,
    a.attname::text                                             AS col,
    format_type(a.atttypid, a.atttypmod)                        AS type
  FROM here
  JOIN pg_attribute a ON a.attrelid = here.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE here.relkind = 'v'
),
faults AS (
  SELECT
    want.ord,
    0                            AS position,
    format('view %s', want.name) AS object,
    'a view'                     AS expected,
    CASE
      WHEN here.oid IS NULL   THEN 'missing'
      WHEN here.relkind = 'm' THEN 'a materialized view'
      ELSE 'a table'
    END                          AS actual
  FROM want
  LEFT JOIN here ON here.name = want.name
  WHERE here.relkind IS DISTINCT FROM 'v'
  UNION ALL
  SELECT
    want.ord,
    w.position,
    format('column %s.%s', w.name, w.col),
    format('%s, as column %s', w.type, w.position),
    CASE WHEN h.col IS NULL THEN 'missing' ELSE format('%s, as column %s', h.type, h.position) END
  FROM want
  JOIN want_columns w ON w.name = want.name
  JOIN here ON here.name = w.name AND here.relkind = 'v'
  LEFT JOIN have_columns h ON h.name = w.name AND h.col = w.col
  WHERE (h.type, h.position) IS DISTINCT FROM (w.type, w.position)
  UNION ALL
  SELECT
    want.ord,
    100 + h.position,
    format('column %s.%s', h.name, h.col),
    'no such column',
    format('%s, as column %s', h.type, h.position)
  FROM want
  JOIN have_columns h ON h.name = want.name
  WHERE NOT EXISTS (SELECT 1 FROM want_columns w WHERE w.name = h.name AND w.col = h.col)
)
SELECT object, expected, actual
FROM faults
ORDER BY ord, position;

-- group: comments
-- about: People who look at the tables with psql or another client, without these files, read the comments in the
--   database.

-- check: comments.present
-- title: tables, columns, functions and views say what they are for
-- severity: warning
-- remedy: run the COMMENT statements of 20251220_create_skill_system.sql again
-- example: table skill_unlocks | a comment | missing
WITH relations (ord, kind, name, columns) AS (VALUES
  (1, 'table', 'skills_registry', 'skill_id version sha256 enabled trust_level meta updated_at'),
  (2, 'table', 'skill_unlocks', 'user_id skill_id unlocked unlocked_at unlock_reason'),
  (
    3, 'table', 'skill_usage_events',
    'id user_id session_id skill_id version tier outcome latency_ms input_hash state_snapshot artifacts created_at'
  ),
  (4, 'table', 'skill_feedback', 'id user_id skill_id version rating tags notes created_at'),
  (
    5, 'table', 'agent_emergence_candidates',
    'id signature_hash tier element realm cooccur_skills support_count avg_success_rate field_coherence '
      || 'archetypal_name status notes created_at'
  ),
  (7, 'view', 'v_skill_effectiveness', ''),
  (8, 'view', 'v_skill_cooccurrence', '')
),
found AS (
  SELECT r.ord, 0 AS position, format('%s %s', r.kind, r.name) AS object, obj_description(c.oid, 'pg_class') AS comment
  FROM relations r
  JOIN pg_class c
    ON c.relname = r.name
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  UNION ALL
  SELECT r.ord, a.attnum, format('column %s.%s', r.name, a.attname), col_description(c.oid, a.attnum)
  FROM relations r
  JOIN pg_class c
    ON c.relname = r.name
    AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY (string_to_array(r.columns, ' ')) AND NOT a.attisdropped
  UNION ALL
  SELECT 6, 0, format('function %s', p.proname), obj_description(p.oid, 'pg_proc')
  FROM pg_proc p
  JOIN (VALUES
    ('log_skill_usage', 'uuid, text, text, text, text, text, integer, text, jsonb, jsonb'),
    ('is_skill_unlocked', 'uuid, text'),
    ('unlock_skill', 'uuid, text, text')
  ) AS ours (name, types) ON ours.name = p.proname AND ours.types = oidvectortypes(p.proargtypes)
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
)
SELECT object, 'a comment' AS expected, 'missing' AS actual
FROM found
WHERE coalesce(btrim(comment), '') = ''
ORDER BY ord, position, object;
