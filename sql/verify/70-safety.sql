-- Whether the database is safe. The names of our objects come from the applied migrations:
-- $1: {"tables": ["<name>"], "views": [], "functions": ["<name without arguments>"]}

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
-- remedy: run ALTER FUNCTION ... SET search_path TO <schema>, pg_temp: otherwise the caller decides what its names mean
-- example: function unlock_skill(uuid, text, text) | search_path pinned | search_path of the caller, with the
--   privileges of postgres
SELECT
  format('function %s(%s)', p.proname, oidvectortypes(p.proargtypes))       AS object,
  'search_path pinned'                                                      AS expected,
  'search_path of the caller, with the privileges of ' || p.proowner::regrole AS actual,
  format('ALTER FUNCTION %I(%s) SET search_path TO %I, pg_temp', p.proname, oidvectortypes(p.proargtypes), :'schema') AS remedy
FROM pg_proc p
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
-- remedy: give functions and tables to a role that cannot log in: ALTER FUNCTION ... OWNER TO ..., ALTER TABLE ... OWNER TO ...
-- example: functions of postgres | an owner that is not a superuser | postgres owns is_skill_unlocked, log_skill_usage,
--   unlock_skill
SELECT
  format('functions of %s', owner.rolname)                                   AS object,
  'an owner that is not a superuser'                                             AS expected,
  format('%s owns %s', owner.rolname, string_agg(p.proname::text, ', ' ORDER BY p.proname)) AS actual
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
-- remedy: do nothing for a function that only adds an event or returns true or false; otherwise REVOKE EXECUTE ... FROM PUBLIC and grant it to the roles that need it (`skills grants --app-role NAME`)
-- example: function is_skill_unlocked(uuid, text) | EXECUTE for the roles that need it | EXECUTE for PUBLIC
SELECT
  format('function %s(%s)', p.proname, oidvectortypes(p.proargtypes))   AS object,
  'EXECUTE for the roles that need it'                                  AS expected,
  'EXECUTE for PUBLIC'                                                  AS actual
FROM pg_proc p
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'functions' ? p.proname
  AND p.prosecdef
  AND EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl WHERE acl.grantee = 0)
ORDER BY 1;

-- check: safety.owner-rights
-- title: the owner of each function has the privileges that the function needs
-- input: objects
-- remedy: give function and tables to the same role (ALTER FUNCTION ... OWNER TO ...), or grant the owner what is missing
-- example: function unlock_skill(uuid, text, text) | deploy has INSERT on skill_unlocks | no privilege: the
--   function fails when it is called
WITH ours AS (
  SELECT p.oid, p.proname, p.proowner, p.prosrc, oidvectortypes(p.proargtypes) AS types
  FROM pg_proc p
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'functions' ? p.proname
    AND p.prosecdef
),
needs AS (
  SELECT o.proname, o.types, o.proowner, t.oid AS table_oid, t.relname, verb.privilege
  FROM ours o
  JOIN pg_class t
    ON t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND t.relkind IN ('r', 'p')
    AND $1::jsonb->'tables' ? t.relname
  CROSS JOIN (VALUES
    ('INSERT', 'insert\s+into'), ('UPDATE', 'update'), ('DELETE', 'delete\s+from'), ('SELECT', '(from|join)')
  ) AS verb (privilege, words)
  WHERE o.prosrc ~* format('\y%s\s+(only\s+)?("?[[:alnum:]_]+"?\.)?"?%s"?\y', verb.words, t.relname)
)
SELECT
  format('function %s(%s)', proname, types)                             AS object,
  format('%s has %s on %s', proowner::regrole, privilege, relname)      AS expected,
  'no privilege: the function fails when it is called'                    AS actual,
  format('GRANT %s ON %I TO %s', privilege, relname, proowner::regrole) AS remedy
FROM needs
WHERE NOT has_table_privilege(proowner, table_oid, privilege)
  -- without USAGE on the schema or the sequence the function fails too
UNION ALL
SELECT format('function %s(%s)', proname, types), format('%s has USAGE on the schema %s', proowner::regrole, :'schema'),
  'no privilege: the function fails when it is called', format('GRANT USAGE ON SCHEMA %I TO %s', :'schema', proowner::regrole)
FROM ours
WHERE NOT has_schema_privilege(proowner, :'schema'::text, 'USAGE')
UNION ALL
SELECT format('function %s(%s)', n.proname, n.types), format('%s has USAGE on the sequence %s', n.proowner::regrole, s.relname),
  'no privilege: the function fails when it is called', format('GRANT USAGE ON SEQUENCE %I TO %s', s.relname, n.proowner::regrole)
FROM needs n
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = n.table_oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
WHERE n.privilege = 'INSERT' AND NOT has_sequence_privilege(n.proowner, s.oid, 'USAGE')
ORDER BY 1, 2;

-- check: safety.public-writes
-- title: PUBLIC cannot write to the tables
-- input: objects
-- remedy: REVOKE the privilege FROM PUBLIC, and grant it to the roles that need it
-- example: table skills_registry | no write privilege for PUBLIC | INSERT
SELECT
  format('table %s', c.relname)                                               AS object,
  'no write privilege for PUBLIC'                                              AS expected,
  string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type)            AS actual,
  format('REVOKE %s ON %I FROM PUBLIC', string_agg(acl.privilege_type, ', ' ORDER BY acl.privilege_type), c.relname) AS remedy
FROM pg_class c, aclexplode(c.relacl) AS acl
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND ($1::jsonb->'tables' ? c.relname OR $1::jsonb->'views' ? c.relname)
  AND acl.grantee = 0
  AND acl.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES')
GROUP BY c.relname
ORDER BY c.relname;

-- check: safety.schema-writable
-- title: only its owner and the owner of the ledger can create objects in the schema
-- input: ledger
-- remedy: run REVOKE CREATE ON SCHEMA ... FROM the role; for PUBLIC, skills migrate --revoke-public-create (PostgreSQL 14 and older
--   grant it on public)
-- about: A role that can create objects in the schema can add a function that fits a call better than the one of pg_catalog. Your own
--   migrations and functions look up names there, so they would run its code with their privileges.
-- example: schema public | CREATE only for postgres | CREATE is granted to PUBLIC
SELECT
  format('schema %s', n.nspname)                                                              AS object,
  format('CREATE only for %s', n.nspowner::regrole)                                           AS expected,
  format('CREATE is granted to %s', coalesce(r.rolname, 'PUBLIC'))                            AS actual,
  format('REVOKE CREATE ON SCHEMA %I FROM %s', n.nspname, coalesce(quote_ident(r.rolname), 'PUBLIC')) AS remedy
FROM pg_namespace n
CROSS JOIN aclexplode(n.nspacl) AS acl
LEFT JOIN pg_roles r ON r.oid = acl.grantee
WHERE n.nspname = :'schema'
  AND acl.privilege_type = 'CREATE'
  AND acl.grantee <> n.nspowner
  AND (acl.grantee = 0 OR NOT r.rolsuper)
  AND NOT EXISTS (
    SELECT FROM pg_class c
    WHERE c.relowner = acl.grantee
      AND ((c.relnamespace = n.oid AND c.relname = 'skills_registry')
        OR (c.relname = $1::jsonb->>'ledgerTable' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1::jsonb->>'ledgerSchema'))))
ORDER BY 3;

-- check: safety.supabase
-- title: no role of an open API has access to a table without row level security
-- input: objects
-- remedy: run ALTER TABLE ... ENABLE ROW LEVEL SECURITY and write policies, or run REVOKE ALL ON ... FROM anon, authenticated
-- example: table skill_unlocks | row level security, or no privileges for anon and authenticated | no row level security;
--   anon has SELECT
SELECT
  format('table %s', c.relname)                                                        AS object,
  'row level security, or no privileges for anon and authenticated'                        AS expected,
  format('no row level security; %s', string_agg(DISTINCT format('%s has %s', acl.grantee::regrole, acl.privilege_type), ', ')) AS actual,
  format('REVOKE ALL ON %I FROM %s, or enable row level security and write policies', c.relname, string_agg(DISTINCT acl.grantee::regrole::text, ', ')) AS remedy
FROM pg_class c, aclexplode(c.relacl) AS acl
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND c.relkind IN ('r', 'p')
  AND NOT c.relrowsecurity
  AND $1::jsonb->'tables' ? c.relname
  AND acl.grantee IN (SELECT oid FROM pg_roles WHERE rolname IN ('anon', 'authenticated'))
GROUP BY c.relname
ORDER BY c.relname;

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
