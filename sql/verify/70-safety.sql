-- Whether the database is safe. The names of our objects come from the applied migrations:
-- $1: {"tables": ["<name>"], "views": [], "functions": ["<name without arguments>"], "reported": ["<object of a fault of the comparison>"]}

-- group: safety
-- about: These privileges let someone do more than intended: functions that run with the privileges of their owner,
--   tables that everyone may write, an application role with more privileges than it needs.

-- check: safety.foreign-code
-- title: no code of another role runs with the privileges of this connection
-- remedy: run skills verify as the owner of the object, or restore the object to its definition in the migrations
-- about: Functions, views, triggers, defaults and conditions are code of the role that owns them, and run with the privileges of
--   the role that uses the table. Verify compares such code with the migrations, and runs it only when it is equal, or when its owner is
--   a superuser or the role of the connection. Checks that would run other code are skipped.
-- example: function is_skill_unlocked(uuid, text) | code of the migrations, or of a trusted role | code of the role app,
--   which was not run

-- check: safety.superuser-connection
-- title: a superuser does not use the schema of another role
-- severity: warning
-- remedy: connect as the owner of the schema: what the owner adds to it later would run with the privileges of a superuser
-- example: schema public | a connection as app | postgres is a superuser
SELECT
  format('schema %s', n.nspname)                   AS object,
  format('a connection as %s', o.rolname)          AS expected,
  format('%s is a superuser', session_user)        AS actual
FROM pg_namespace n
JOIN pg_database d ON d.datname = current_database()
JOIN pg_roles o ON o.oid = CASE n.nspowner::regrole::text WHEN 'pg_database_owner' THEN d.datdba ELSE n.nspowner END
JOIN pg_roles s ON s.rolname = session_user
WHERE n.nspname = :'schema' AND s.rolsuper AND NOT o.rolsuper AND o.rolname <> s.rolname;

-- check: safety.definer-search-path
-- title: every SECURITY DEFINER function has its own search_path
-- input: objects
-- remedy: run the printed ALTER FUNCTION statement: without a search_path of the function, the caller decides what its names mean
-- example: function unlock_skill(uuid, text, text) | search_path pinned | search_path of the caller, with the
--   privileges of postgres
SELECT
  format('function %s', f.signature)                                        AS object,
  'search_path pinned'                                                      AS expected,
  'search_path of the caller, with the privileges of ' || p.proowner::regrole AS actual,
  CASE WHEN NOT f.is_reported THEN
    format('ALTER FUNCTION %2$I.%1$s SET search_path TO %2$I, pg_temp', format('%I(%s)', p.proname, oidvectortypes(p.proargtypes)), :'schema')
  END AS sql,
  CASE WHEN f.is_reported THEN 'correct its definition first, with the statement above; then run verify again' END AS remedy
FROM pg_proc p
CROSS JOIN LATERAL (
  SELECT format('%s(%s)', p.proname, replace(oidvectortypes(p.proargtypes), format('%I.', :'schema'), '')) AS signature
) AS n
CROSS JOIN LATERAL (
  -- the comparison restores the definition of the migrations, which need not be SECURITY DEFINER
  SELECT n.signature, coalesce($1::jsonb->'reported' ?| ARRAY[format('function %s', p.proname), format('function %s', n.signature)], false) AS is_reported
) AS f
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'functions' ? p.proname
  AND p.prosecdef
  AND NOT EXISTS (SELECT 1 FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%')
ORDER BY 1;

-- check: safety.definer-superuser
-- title: no function runs with the privileges of a superuser
-- severity: warning
-- requires: server
-- input: objects
-- remedy: make a role that is no superuser and cannot log in the owner of the functions and their tables
-- example: functions of postgres | an owner that is not a superuser | postgres is a superuser
SELECT
  format('functions of %s', owner.rolname)                                   AS object,
  'an owner that is not a superuser'                                             AS expected,
  format('%s is a superuser', owner.rolname)                                 AS actual,
  format('make a role that is no superuser and cannot log in the owner of these functions and their tables: %s',
    string_agg(p.proname::text, ', ' ORDER BY p.proname))                    AS remedy
FROM pg_proc p
JOIN pg_roles owner ON owner.oid = p.proowner
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'functions' ? p.proname
  AND p.prosecdef
  AND owner.rolsuper
GROUP BY owner.rolname
ORDER BY owner.rolname;

-- check: safety.definer-public
-- title: PUBLIC cannot call SECURITY DEFINER functions
-- severity: info
-- input: objects
-- remedy: do nothing for a function that only adds an event or returns true or false; otherwise run the printed REVOKE statement, and what
--   `skills grants --app-role NAME` prints for the roles that need the function
-- example: function is_skill_unlocked(uuid, text) | EXECUTE for the roles that need it | EXECUTE for PUBLIC
SELECT
  format('function %s(%s)', p.proname, oidvectortypes(p.proargtypes))   AS object,
  'EXECUTE for the roles that need it'                                  AS expected,
  'EXECUTE for PUBLIC'                                                  AS actual,
  format('REVOKE EXECUTE ON FUNCTION %I.%I(%s) FROM PUBLIC', :'schema', p.proname, oidvectortypes(p.proargtypes)) AS sql,
  true                                                                  AS destructive
FROM pg_proc p
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'functions' ? p.proname
  AND p.prosecdef
  AND EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl WHERE acl.grantee = 0)
ORDER BY 1;

-- check: safety.owner-rights
-- title: the owner of each object has the privileges that the object needs
-- input: objects
-- remedy: run the printed GRANT statement, or make one role the owner of all objects
-- about: A function with SECURITY DEFINER and a view run with the privileges of their owner, and the commands of this tool run as the owner of the tables:
--   without a privilege they fail, although the definition is right.
-- example: function unlock_skill(uuid, text, text) | deploy has INSERT on skill_unlocks | no privilege: it fails when it is called
WITH RECURSIVE schema AS (
  SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema'
),
tables AS (
  SELECT c.oid, c.relname, c.relowner FROM pg_class c
  WHERE c.relnamespace = (SELECT oid FROM schema) AND c.relkind IN ('r', 'p') AND $1::jsonb->'tables' ? c.relname
),
functions AS MATERIALIZED (
  SELECT p.oid, p.proname, p.proowner, p.prosecdef, p.prosrc, format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) AS signature, p.pronamespace
  FROM pg_proc p
  WHERE (p.pronamespace = (SELECT oid FROM schema) AND $1::jsonb->'functions' ? p.proname)
    OR p.oid IN (SELECT g.tgfoid FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal)
),
calls AS MATERIALIZED (
  SELECT f.oid AS caller, g.oid AS called FROM functions f JOIN functions g ON g.oid <> f.oid AND position(g.proname || '(' IN f.prosrc) > 0
),
-- what runs with the privileges of a role because it owns a function or a table with a trigger
runs (object, role, oid) AS (
  SELECT format('function %s', f.signature), f.proowner, f.oid FROM functions f WHERE f.prosecdef
  UNION
  SELECT format('trigger %s.%s', t.relname, g.tgname), t.relowner, f.oid
  FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D' JOIN functions f ON f.oid = g.tgfoid AND NOT f.prosecdef
  UNION
  SELECT r.object, r.role, g.oid FROM runs r JOIN calls c ON c.caller = r.oid JOIN functions g ON g.oid = c.called AND NOT g.prosecdef
),
mentions AS MATERIALIZED (
  SELECT f.oid, m.words[1] AS verb, m.words[2] AS relname, f.prosrc ~* '\ydo\s+update\y' AS updates, f.prosrc ~* '\y(returning|on\s+conflict)\y' AS looks_up
  FROM functions f
  CROSS JOIN regexp_matches(f.prosrc, '\y(insert|update|delete|from|join)\s+(?:into\s+|from\s+)?(?:only\s+)?(?:"?[[:alnum:]_]+"?\.)?"?([[:alnum:]_]+)', 'gi') AS m (words)
  WHERE f.oid IN (SELECT r.oid FROM runs r)
),
statements AS MATERIALIZED (
  SELECT DISTINCT r.object, r.role, t.oid, found.privilege
  FROM runs r
  JOIN mentions m ON m.oid = r.oid
  JOIN tables t ON t.relname = m.relname
  JOIN (VALUES ('insert', 'INSERT'), ('update', 'UPDATE'), ('delete', 'DELETE'), ('from', 'SELECT'), ('join', 'SELECT'), ('insert', 'on conflict'), ('insert', 'returning'))
    AS verb (word, wanted) ON verb.word = lower(m.verb)
  CROSS JOIN LATERAL (SELECT CASE verb.wanted
    WHEN 'on conflict' THEN CASE WHEN m.updates THEN 'UPDATE' END
    WHEN 'returning' THEN CASE WHEN m.looks_up THEN 'SELECT' END
    ELSE verb.wanted END) AS found (privilege)
  WHERE found.privilege IS NOT NULL
),
views AS (
  SELECT c.oid, c.relname, c.relkind, c.relowner, c.relnamespace, coalesce(
    (SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker'), false) AS is_invoker
  FROM pg_class c WHERE c.relkind IN ('v', 'm')
),
reads AS MATERIALIZED (
  SELECT w.ev_class AS view, d.refclassid, d.refobjid, d.refobjsubid
  FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
  WHERE w.ev_type = '1' AND d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass) AND d.refobjid <> w.ev_class
),
reaching (oid) AS (
  SELECT v.oid FROM views v WHERE v.relnamespace = (SELECT oid FROM schema) AND $1::jsonb->'views' ? v.relname
  UNION
  SELECT r.view FROM reads r JOIN tables t ON r.refclassid = 'pg_class'::regclass AND r.refobjid = t.oid
  UNION
  SELECT r.view FROM reaching v JOIN reads r ON r.refclassid = 'pg_class'::regclass AND r.refobjid = v.oid
),
-- a view with security_invoker inside another view reads as the owner of that one
read_as (view, owner, refclassid, refobjid, refobjsubid) AS (
  SELECT v.oid, v.relowner, r.refclassid, r.refobjid, r.refobjsubid FROM reaching JOIN views v ON v.oid = reaching.oid AND NOT v.is_invoker JOIN reads r ON r.view = v.oid
  UNION
  SELECT a.view, a.owner, r.refclassid, r.refobjid, r.refobjsubid
  FROM read_as a JOIN views v ON a.refclassid = 'pg_class'::regclass AND v.oid = a.refobjid AND v.is_invoker JOIN reads r ON r.view = v.oid
),
needs (object, role, class, oid, privilege, reason) AS (
  SELECT s.object, s.role, 'table', s.oid, s.privilege, 'it fails when it is called' FROM statements s
  UNION
  SELECT s.object, s.role, 'sequence', q.oid, 'USAGE', 'it fails when it is called'
  FROM statements s
  JOIN pg_attrdef a ON a.adrelid = s.oid
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class q ON q.oid = d.refobjid AND q.relkind = 'S'
  WHERE s.privilege = 'INSERT'
  UNION
  SELECT r.object, r.role, 'function', c.called, 'EXECUTE', 'it fails when it is called' FROM runs r JOIN calls c ON c.caller = r.oid
  UNION
  SELECT r.object, r.role, 'schema', n.oid, 'USAGE', 'it fails when it is called' FROM runs r CROSS JOIN schema n
  UNION
  SELECT format('%s %s', CASE v.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, v.relname), a.owner, 'table', a.refobjid, 'SELECT', 'a query of the view fails'
  FROM read_as a JOIN views v ON v.oid = a.view JOIN pg_class c ON c.oid = a.refobjid AND c.relkind <> 'S'
  WHERE a.refclassid = 'pg_class'::regclass
  -- a column is enough for a view that reads no other
  GROUP BY v.relkind, v.relname, a.owner, a.refobjid
  HAVING count(*) FILTER (WHERE a.refobjsubid > 0) = 0
    OR NOT bool_and(a.refobjsubid <= 0 OR has_column_privilege(a.owner, a.refobjid, a.refobjsubid::int2, 'SELECT'))
  UNION
  SELECT format('%s %s', CASE v.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, v.relname), a.owner, 'function', a.refobjid, 'EXECUTE', 'a query of the view fails'
  FROM read_as a JOIN views v ON v.oid = a.view WHERE a.refclassid = 'pg_proc'::regclass
  UNION
  -- what an owner has taken from itself
  SELECT format('table %s', t.relname), t.relowner, 'table', t.oid, p.privilege, 'the commands of this tool fail'
  FROM tables t CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) AS p (privilege)
  UNION
  SELECT format('view %s', v.relname), v.relowner, 'table', v.oid, 'SELECT', 'the commands of this tool fail' FROM views v JOIN reaching ON reaching.oid = v.oid
  WHERE v.relnamespace = (SELECT oid FROM schema) AND $1::jsonb->'views' ? v.relname
  UNION
  SELECT format('function %s', f.signature), f.proowner, 'function', f.oid, 'EXECUTE', 'the commands of this tool fail' FROM functions f
  UNION
  SELECT format('table %s', t.relname), t.relowner, 'schema', n.oid, 'USAGE', 'the commands of this tool fail' FROM tables t CROSS JOIN schema n
),
lacking AS (
  SELECT n.*, CASE n.class
    WHEN 'function' THEN (SELECT format('FUNCTION %I.%I(%s)', s.nspname, p.proname, oidvectortypes(p.proargtypes)) FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace WHERE p.oid = n.oid)
    WHEN 'schema' THEN format('SCHEMA %s', n.oid::regnamespace)
    ELSE (SELECT format('%s %I.%I', upper(n.class), s.nspname, c.relname) FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = n.oid)
    END AS target
  FROM needs n
  WHERE NOT CASE n.class
    WHEN 'table' THEN has_table_privilege(n.role, n.oid, n.privilege)
    WHEN 'sequence' THEN has_sequence_privilege(n.role, n.oid, n.privilege)
    WHEN 'function' THEN has_function_privilege(n.role, n.oid, n.privilege)
    ELSE has_schema_privilege(n.role, n.oid, n.privilege) END
)
SELECT l.object, format('%s has %s on %s', l.role::regrole, l.privilege, replace(replace(replace(l.target, 'TABLE ' || quote_ident(:'schema') || '.', ''),
    'SEQUENCE ' || quote_ident(:'schema') || '.', 'the sequence '), 'SCHEMA ', 'the schema ')) AS expected,
  'no privilege: ' || l.reason AS actual,
  format('GRANT %s ON %s TO %s', l.privilege, l.target, l.role::regrole) AS sql
FROM lacking l
ORDER BY 1, 2;

-- check: safety.public-writes
-- title: PUBLIC cannot write to the tables, the sequences and the ledger, and cannot read a partition
-- input: privileges
-- remedy: REVOKE the privilege FROM PUBLIC, and grant it to the roles that need it
-- example: table skills_registry | no privilege of PUBLIC | PUBLIC has INSERT
SELECT p.object, p.expected, p.actual, p.sql, true AS destructive
FROM jsonb_to_recordset($1::jsonb->'faults') AS p (kind text, object text, expected text, actual text, sql text)
WHERE p.kind = 'public';

-- check: safety.api-roles
-- title: the roles of an open API cannot use the skill system
-- input: privileges
-- remedy: REVOKE what the role has, or give it to a role that does not serve anonymous requests
-- about: anon, authenticated and web_anon serve requests from the internet (Supabase, PostgREST). They can have no privilege on the
--   tables, views, sequences, functions and the ledger, directly, through PUBLIC, or through a role. Row level security is enough for
--   SELECT, INSERT, UPDATE and DELETE on a table, unless a policy lets the role write every row. It does not limit functions with
--   SECURITY DEFINER, views without security_invoker, materialized views, TRUNCATE, TRIGGER and REFERENCES.
-- example: function unlock_skill(uuid, text, text) | no privilege of a role of an open API | anon has EXECUTE
SELECT p.object, p.expected, p.actual, p.sql, true AS destructive
FROM jsonb_to_recordset($1::jsonb->'faults') AS p (kind text, object text, expected text, actual text, sql text)
WHERE p.kind = 'api';

-- check: safety.api-views
-- title: no view of yours shows the tables to a role of an open API
-- severity: warning
-- input: privileges
-- remedy: REVOKE SELECT on the view, or create it with security_invoker = true (PostgreSQL 15) and use row level security
-- about: A view reads with the privileges of its owner, and a materialized view has a copy of the rows: row level security does not limit them.
-- example: view recent_feedback | no privilege of a role of an open API | anon has SELECT
SELECT p.object, p.expected, p.actual, p.sql, true AS destructive
FROM jsonb_to_recordset($1::jsonb->'faults') AS p (kind text, object text, expected text, actual text, sql text)
WHERE p.kind = 'api view';

-- check: safety.login-roles
-- title: no other role that can log in writes to the tables and the ledger
-- severity: warning
-- input: privileges
-- remedy: REVOKE what the role does not need; name the role of your application with --app-role
-- about: These roles can log in, and are not the owner, a superuser or the role of --app-role. SELECT and the privileges of an application
--   are in order. More lets a role write telemetry for others, open gates, change the registry, or edit the ledger.
-- example: role reporting | no privilege to write beyond those of an application | DELETE on table skill_feedback
SELECT p.object, p.expected, p.actual, p.sql, true AS destructive
FROM jsonb_to_recordset($1::jsonb->'faults') AS p (kind text, object text, expected text, actual text, sql text)
WHERE p.kind = 'login';

-- check: safety.schema-writable
-- title: only its owner and the owner of the ledger can create objects in the schema, and in that of the ledger
-- input: ledger
-- remedy: run the printed REVOKE statement; for PUBLIC, `skills migrate --revoke-public-create` does the same (PostgreSQL 14 and older grant
--   it on public)
-- about: A role that can create objects in the schema can add a function that fits a call better than the one of pg_catalog. Your own
--   migrations and functions look up names there, so they would run its code with their privileges.
-- example: schema public | CREATE only for postgres | CREATE is granted to PUBLIC
SELECT
  format('schema %s', n.nspname)                                                              AS object,
  format('CREATE only for %s', n.nspowner::regrole)                                           AS expected,
  format('CREATE is granted to %s', coalesce(r.rolname, 'PUBLIC'))                            AS actual,
  format('REVOKE CREATE ON SCHEMA %I FROM %s', n.nspname, coalesce(quote_ident(r.rolname), 'PUBLIC')) AS sql,
  true AS destructive
FROM pg_namespace n
CROSS JOIN aclexplode(n.nspacl) AS acl
LEFT JOIN pg_roles r ON r.oid = acl.grantee
WHERE n.nspname IN (:'schema', $1::jsonb->>'ledgerSchema')
  AND acl.privilege_type = 'CREATE'
  AND acl.grantee <> n.nspowner
  AND (acl.grantee = 0 OR NOT r.rolsuper)
  AND NOT EXISTS (
    SELECT FROM pg_class c
    WHERE c.relowner = acl.grantee
      AND ((c.relnamespace = n.oid AND c.relname = 'skills_registry')
        OR (c.relname = $1::jsonb->>'ledgerTable' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1::jsonb->>'ledgerSchema'))))
ORDER BY 1, 3;

-- check: safety.app-role
-- title: the application role has exactly the privileges that it needs
-- input: app-role
-- remedy: run `skills grants --app-role NAME`, which prints what to grant and what to revoke
-- example: role app | no DELETE on table skills_registry | granted
-- $1: {"name", "tables": [], "ledger": {"schema", "tables": []}, "functions": [], "grants": [{"on": "table" | "sequence" | "function", "name", "privileges": [], "columns": []?}]}
-- `skills grants` reads the column "revoke": the statement that revokes a privilege that was granted to the role itself.
WITH role AS (
  SELECT r.* FROM pg_roles r WHERE r.rolname = $1::jsonb->>'name'
),
schema AS (
  SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname = :'schema'
),
objects AS (
  SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS class, c.oid, c.relname::text AS name, c.relowner AS owner,
    format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname) AS target,
    coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner)) AS acl
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE (c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND ((n.nspname = :'schema' AND $1::jsonb->'tables' ? c.relname)
        OR (n.nspname = $1::jsonb#>>'{ledger,schema}' AND $1::jsonb#>'{ledger,tables}' ? c.relname)))
    OR (n.nspname = :'schema' AND c.relkind = 'S' AND EXISTS (
      SELECT 1 FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
      WHERE d.objid = c.oid AND d.deptype = 'a' AND $1::jsonb->'tables' ? t.relname))
  UNION ALL
  SELECT 'function', p.oid, format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)), p.proowner,
    format('FUNCTION %I.%I(%s)', schema.nspname, p.proname, oidvectortypes(p.proargtypes)), coalesce(p.proacl, acldefault('f', p.proowner))
  FROM pg_proc p JOIN schema ON p.pronamespace = schema.oid
  WHERE $1::jsonb->'functions' ? p.proname AND p.prosecdef
),
possible AS (
  SELECT o.*, v.privilege
  FROM objects o
  JOIN (VALUES
    ('table', 'SELECT'), ('table', 'INSERT'), ('table', 'UPDATE'), ('table', 'DELETE'), ('table', 'TRUNCATE'), ('table', 'REFERENCES'),
    ('table', 'TRIGGER'), ('sequence', 'USAGE'), ('sequence', 'SELECT'), ('sequence', 'UPDATE'), ('function', 'EXECUTE')
  ) AS v (class, privilege) ON v.class = o.class
),
needs AS (
  SELECT g."on" AS class, g.name, privilege, g.columns
  FROM jsonb_to_recordset($1::jsonb->'grants') AS g ("on" text, name text, privileges jsonb, columns jsonb),
    jsonb_array_elements_text(g.privileges) AS privilege
),
judged AS (
  SELECT
    p.*,
    EXISTS (SELECT 1 FROM needs g WHERE g.class = p.class AND g.name = p.name AND g.privilege = p.privilege AND g.columns IS NULL) AS needed,
    CASE p.class
      WHEN 'table' THEN has_table_privilege(role.oid, p.oid, p.privilege)
      WHEN 'sequence' THEN has_sequence_privilege(role.oid, p.oid, p.privilege)
      ELSE has_function_privilege(role.oid, p.oid, p.privilege)
    END AS granted
  FROM possible p CROSS JOIN role
),
-- a privilege on a whole table is judged above
columns_judged AS (
  SELECT
    j.oid, j.class, j.name, j.target, j.privilege, a.attname, a.attacl::text AS acl,
    EXISTS (
      SELECT 1 FROM needs g
      WHERE g.class = 'table' AND g.name = j.name AND g.privilege = j.privilege AND g.columns ? a.attname::text
    ) AS needed,
    has_column_privilege(role.oid, j.oid, a.attnum, j.privilege) AS granted
  FROM judged j
  CROSS JOIN role
  JOIN pg_attribute a ON a.attrelid = j.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE j.class = 'table' AND j.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND NOT j.granted AND NOT j.needed
),
all_judged AS (
  SELECT oid, class, format('%s %s', class, name) AS object_text, privilege AS words, target, needed, granted, acl, privilege,
    -- to revoke a privilege on a table revokes it on its columns too
    (
      SELECT format('GRANT %s (%s) ON %s TO ', judged.privilege, string_agg(quote_ident(c.name), ', '), judged.target)
      FROM needs g, jsonb_array_elements_text(g.columns) AS c (name)
      WHERE g.class = judged.class AND g.name = judged.name AND g.privilege = judged.privilege
      HAVING count(*) > 0
    ) AS again
  FROM judged
  UNION ALL
  SELECT oid, class, format('%s %s', class, name), format('%s (%s)', privilege, string_agg(quote_ident(attname), ', ' ORDER BY attname)),
    target, needed, granted, acl::aclitem[], privilege, NULL
  FROM columns_judged
  GROUP BY oid, class, name, target, privilege, needed, granted, acl
),
wrong AS (
  SELECT judged.*, role.rolname, through.grantees, through.only_itself, through.also_itself
  FROM all_judged AS judged
  CROSS JOIN role
  -- the grantee of the privilege: the role itself, PUBLIC, or a role that it is a member of
  CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END, ', ') AS grantees,
      bool_and(acl.grantee = role.oid) AS only_itself, bool_or(acl.grantee = role.oid) AS also_itself
    FROM aclexplode(judged.acl) AS acl
    WHERE acl.privilege_type = judged.privilege
      AND CASE WHEN acl.grantee = 0 THEN true ELSE pg_has_role(role.oid, acl.grantee, 'USAGE') END
  ) AS through
  WHERE NOT role.rolsuper AND judged.needed <> judged.granted
    AND NOT EXISTS (SELECT 1 FROM objects o WHERE o.oid = judged.oid AND o.class = judged.class AND pg_has_role(role.oid, o.owner, 'MEMBER'))
),
-- pg_read_all_data and similar roles (PostgreSQL 14 and later) give a privilege on every object, which no object lists
by_membership AS (
  SELECT w.privilege, r.oid AS giver, r.rolname AS giver_name
  FROM wrong w
  CROSS JOIN role
  JOIN pg_roles r ON r.oid < 16384 AND NOT r.rolsuper AND r.oid <> role.oid AND pg_has_role(role.oid, r.oid, 'USAGE')
  WHERE NOT w.needed AND w.grantees IS NULL
    AND CASE w.class
      WHEN 'table' THEN has_table_privilege(r.oid, w.oid, w.privilege)
      WHEN 'sequence' THEN has_sequence_privilege(r.oid, w.oid, w.privilege)
      ELSE has_function_privilege(r.oid, w.oid, w.privilege)
    END
)
SELECT format('role %s', $1::jsonb->>'name') AS object, 'a role' AS expected, 'no such role' AS actual,
  format('CREATE ROLE %I LOGIN', $1::jsonb->>'name') AS remedy, NULL AS revoke
WHERE NOT EXISTS (SELECT 1 FROM role)
UNION ALL
SELECT format('role %s', rolname), 'no ' || attribute.name, attribute.name, format('ALTER ROLE %I NO%s', rolname, attribute.name), NULL
FROM role
CROSS JOIN LATERAL (VALUES (rolsuper, 'SUPERUSER'), (rolbypassrls, 'BYPASSRLS'), (rolcreaterole, 'CREATEROLE'), (rolcreatedb, 'CREATEDB'), (rolreplication, 'REPLICATION'))
  AS attribute (is_set, name)
WHERE attribute.is_set
UNION ALL
SELECT format('role %s', role.rolname), format('no membership in %s, which owns %s', owner.rolname, string_agg(o.name, ', ' ORDER BY o.name)),
  CASE WHEN owner.oid = role.oid THEN 'the owner itself' ELSE 'a member' END,
  'connect the application as a role that owns nothing', NULL
FROM role
JOIN objects o ON pg_has_role(role.oid, o.owner, 'MEMBER')
JOIN pg_roles owner ON owner.oid = o.owner
WHERE NOT role.rolsuper
GROUP BY role.rolname, role.oid, owner.rolname, owner.oid
UNION ALL
SELECT format('role %s', role.rolname), format('USAGE and no CREATE on schema %s', nspname),
  CASE WHEN has_schema_privilege(role.oid, schema.oid, 'CREATE') THEN 'CREATE' ELSE 'no USAGE' END,
  CASE WHEN has_schema_privilege(role.oid, schema.oid, 'CREATE') THEN format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I', nspname, role.rolname)
    ELSE format('GRANT USAGE ON SCHEMA %I TO %I', nspname, role.rolname) END, NULL
FROM role CROSS JOIN schema
WHERE NOT role.rolsuper
  AND (has_schema_privilege(role.oid, schema.oid, 'CREATE') OR NOT has_schema_privilege(role.oid, schema.oid, 'USAGE'))
UNION ALL
-- once, and not for each object
SELECT format('role %s', role.rolname),
  format('no membership in %s, which gives %s on everything', given.giver_name, given.privileges),
  CASE WHEN through.only_itself THEN 'a member' ELSE format('a member through %s', through.members) END,
  format('REVOKE %I FROM %s', given.giver_name, through.members), NULL
FROM role
CROSS JOIN (SELECT giver, giver_name, string_agg(DISTINCT privilege, ', ') AS privileges FROM by_membership GROUP BY giver, giver_name) AS given
CROSS JOIN LATERAL (
  SELECT string_agg(DISTINCT m.member::regrole::text, ', ') AS members, bool_and(m.member = role.oid) AS only_itself
  FROM pg_auth_members m
  WHERE m.roleid = given.giver AND pg_has_role(role.oid, m.member, 'USAGE') AND pg_has_role(m.member, given.giver, 'USAGE')
) AS through
UNION ALL
SELECT
  format('role %s', rolname),
  CASE WHEN needed THEN format('%s on %s', words, object_text) ELSE format('no %s on %s', words, object_text) END,
  CASE WHEN needed THEN 'not granted' WHEN only_itself THEN 'granted' ELSE format('granted to %s', grantees) END,
  CASE WHEN needed THEN format('GRANT %s ON %s TO %I', words, target, rolname)
    ELSE format('REVOKE %s ON %s FROM %s', words, target, grantees)
      || CASE WHEN again IS NOT NULL AND also_itself THEN format('; %s%I', again, rolname) ELSE '' END END,
  CASE WHEN NOT needed AND only_itself THEN format('REVOKE %s ON %s FROM %I', words, target, rolname) END
FROM wrong
WHERE needed OR grantees IS NOT NULL
ORDER BY 1, 2;
