-- Who has privileges on the objects of the package besides their owners: PUBLIC, the roles of an open API, and other roles that can log in.
-- $1: {"tables": [], "functions": [], "others": [], "ledger": {"schema", "tables": []}, "appRole": text or null,
--      "grants": [{"on", "name", "privileges": [], "columns": []?}]}: tables and views of the package, its functions without arguments, tables of
--   other migrations, and the privileges of an application, which any role can have.
-- One row for each fault; `kind`: public, api, api view, login. A role has what it inherits, and an API role also what it can switch to (SET ROLE).
--   Superusers, the owner of the objects and the application role are not judged.
WITH RECURSIVE own_relations (oid, part) AS (
  SELECT c.oid, CASE
    WHEN n.nspname = $1::jsonb#>>'{ledger,schema}' AND $1::jsonb#>'{ledger,tables}' ? c.relname THEN 'ledger'
    WHEN $1::jsonb->'tables' ? c.relname THEN 'own'
    ELSE 'table' END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND ((n.nspname = :'schema' AND ($1::jsonb->'tables' ? c.relname OR $1::jsonb->'others' ? c.relname))
      OR (n.nspname = $1::jsonb#>>'{ledger,schema}' AND $1::jsonb#>'{ledger,tables}' ? c.relname))
  UNION
  SELECT more.oid, more.part
  FROM own_relations r
  CROSS JOIN LATERAL (
    -- partitions and children have privileges of their own
    SELECT i.inhrelid, r.part FROM pg_inherits i WHERE i.inhparent = r.oid
    UNION ALL
    -- a view or materialized view of somebody else reads with the privileges of its owner
    SELECT w.ev_class, 'view'
    FROM pg_depend d JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    WHERE r.part <> 'table' AND d.refclassid = 'pg_class'::regclass AND d.refobjid = r.oid AND w.ev_class <> r.oid AND w.ev_type = '1'
  ) AS more (oid, part)
),
relations AS (
  -- a view of ours reads our tables too: the first part in the alphabet counts
  SELECT r.oid, min(r.part) AS part, EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = r.oid) AS is_child FROM own_relations r GROUP BY r.oid
),
objects AS (
  SELECT c.oid, 'pg_class'::regclass AS class, r.part, r.is_child,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END AS kind, c.relname::text AS name, n.nspname, c.relname::text AS label,
    format('TABLE %I.%I', n.nspname, c.relname) AS target, c.relowner AS owner, coalesce(c.relacl, acldefault('r', c.relowner)) AS acl,
    c.relrowsecurity AS secured,
    c.relkind = 'v' AND coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker'), false) AS is_invoker
  FROM relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION ALL
  SELECT s.oid, 'pg_class'::regclass, 'own', false, 'sequence', s.relname::text, n.nspname, s.relname::text, format('SEQUENCE %I.%I', n.nspname, s.relname), s.relowner,
    coalesce(s.relacl, acldefault('s', s.relowner)), bool_or(t.relrowsecurity), false
  FROM relations r
  JOIN pg_class t ON t.oid = r.oid AND r.part = 'own'
  JOIN pg_depend d ON (d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid)
    -- a sequence that a default uses
    OR (d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT a.oid FROM pg_attrdef a WHERE a.adrelid = t.oid))
  JOIN pg_class s ON s.relkind = 'S' AND s.oid = CASE d.classid WHEN 'pg_class'::regclass THEN d.objid ELSE d.refobjid END
  JOIN pg_namespace n ON n.oid = s.relnamespace
  GROUP BY s.oid, s.relname, n.nspname, s.relowner, s.relacl
  UNION ALL
  SELECT p.oid, 'pg_proc'::regclass, 'own', false, 'function', format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)), n.nspname,
    format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)),
    format('%s %I.%I(%s)', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, n.nspname, p.proname, oidvectortypes(p.proargtypes)),
    p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)), false, NOT p.prosecdef
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = :'schema' AND $1::jsonb->'functions' ? p.proname
),
main AS (
  SELECT coalesce(
    (SELECT o.owner FROM objects o WHERE o.kind = 'table' AND o.name = 'skills_registry' AND o.part = 'own'),
    (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = :'schema')) AS owner
),
actors AS (
  SELECT r.oid, r.rolname, CASE WHEN r.rolname IN ('anon', 'authenticated', 'web_anon') THEN 'api' ELSE 'login' END AS kind
  FROM pg_roles r CROSS JOIN main
  WHERE r.rolname IS DISTINCT FROM $1::jsonb->>'appRole' AND r.oid <> main.owner
    AND (r.rolname IN ('anon', 'authenticated', 'web_anon') OR (r.rolcanlogin AND NOT r.rolsuper))
),
held AS (
  SELECT o.oid, o.class, a.grantee, a.grantor, a.privilege_type AS privilege, NULL::text AS attname
  FROM objects o CROSS JOIN aclexplode(o.acl) AS a
  WHERE a.grantee <> o.owner
  UNION ALL
  SELECT o.oid, o.class, a.grantee, a.grantor, a.privilege_type, t.attname::text
  FROM objects o
  JOIN pg_attribute t ON o.class = 'pg_class'::regclass AND t.attrelid = o.oid AND NOT t.attisdropped AND t.attacl IS NOT NULL
  CROSS JOIN aclexplode(t.attacl) AS a
  WHERE a.grantee <> o.owner
),
switching AS (
  SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END AS mode
),
grantees AS (
  SELECT g.grantee, r.rolcanlogin OR r.rolname IS NOT DISTINCT FROM $1::jsonb->>'appRole' AS is_user
  FROM (SELECT DISTINCT held.grantee FROM held) AS g JOIN pg_roles r ON r.oid = g.grantee
),
-- which grants count for whom; a role that can log in itself is judged itself, and an API role must not be a member of it
reached AS (
  SELECT a.oid AS actor, a.rolname, a.kind, g.grantee
  FROM actors a CROSS JOIN switching JOIN grantees g ON g.grantee = a.oid
    OR (NOT g.is_user AND (pg_has_role(a.oid, g.grantee, 'USAGE') OR (a.kind = 'api' AND pg_has_role(a.oid, g.grantee, switching.mode))))
  UNION ALL
  SELECT a.oid, a.rolname, a.kind, 0 FROM actors a WHERE a.kind = 'api'
  UNION ALL
  SELECT 0, 'PUBLIC', 'public', 0
),
application AS (
  SELECT g."on" AS kind, g.name, privilege, c.name AS attname
  FROM jsonb_to_recordset($1::jsonb->'grants') AS g ("on" text, name text, privileges jsonb, columns jsonb)
  CROSS JOIN jsonb_array_elements_text(g.privileges) AS privilege
  LEFT JOIN jsonb_array_elements_text(g.columns) AS c (name) ON true
),
counted AS (
  SELECT r.actor, r.rolname, o.oid, o.class, o.part, o.kind, o.nspname, o.label, o.target, o.owner, h.grantee, h.grantor, h.privilege, h.attname,
    CASE WHEN r.kind = 'api' AND o.part = 'view' AND NOT w.writes THEN 'api view' ELSE r.kind END AS fault
  FROM held h
  JOIN reached r ON r.grantee = h.grantee
  JOIN objects o ON o.oid = h.oid AND o.class = h.class
  CROSS JOIN LATERAL (
    SELECT CASE o.kind
      WHEN 'function' THEN NOT o.is_invoker
      WHEN 'sequence' THEN h.privilege IN ('USAGE', 'UPDATE')
      ELSE h.privilege IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER')
        -- a view of somebody else that PostgreSQL cannot write through
        AND NOT (o.part = 'view' AND pg_relation_is_updatable(o.oid, true) = 0)
      END AS writes
  ) AS w
  CROSS JOIN LATERAL (
    SELECT o.secured AND CASE o.kind WHEN 'sequence' THEN h.privilege <> 'UPDATE' ELSE h.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') END
      -- a policy that lets the role write any row is none
      AND NOT (h.privilege <> 'SELECT' AND EXISTS (
        SELECT FROM pg_policy p
        WHERE p.polrelid = o.oid AND p.polpermissive AND p.polcmd IN ('*', CASE h.privilege WHEN 'INSERT' THEN 'a' WHEN 'UPDATE' THEN 'w' ELSE 'd' END)
          AND EXISTS (SELECT FROM unnest(p.polroles) AS u (role) WHERE u.role = 0 OR pg_has_role(r.actor, u.role, 'MEMBER'))
          AND coalesce(pg_get_expr(CASE h.privilege WHEN 'INSERT' THEN coalesce(p.polwithcheck, p.polqual) ELSE p.polqual END, p.polrelid), 'true') = 'true'
          AND NOT EXISTS (SELECT FROM pg_policy q WHERE q.polrelid = p.polrelid AND NOT q.polpermissive AND q.polcmd IN ('*', p.polcmd))
      )) AS by_policy
  ) AS row_security
  WHERE CASE r.kind
    WHEN 'api' THEN CASE
      WHEN o.part = 'table' THEN o.kind = 'table' AND NOT o.secured
      WHEN o.kind = 'view' THEN NOT o.is_invoker
      ELSE NOT row_security.by_policy END
    WHEN 'public' THEN o.kind <> 'function' AND (w.writes OR (o.is_child AND o.part = 'own' AND h.privilege = 'SELECT'))
    ELSE o.part <> 'table' AND w.writes AND NOT EXISTS (
      SELECT FROM application a
      WHERE a.kind = o.kind AND a.name = o.name AND o.part = 'own' AND a.privilege = h.privilege AND (a.attname IS NULL OR a.attname = h.attname)
    )
  END
),
worded AS (
  SELECT c.fault, c.actor, c.rolname, c.oid, c.class, c.part, c.kind, c.nspname, c.label, c.target, c.owner, c.grantee, c.grantor, c.privilege,
    c.privilege || coalesce(' (' || string_agg(quote_ident(c.attname), ', ' ORDER BY c.attname) || ')', '') AS words
  FROM counted c
  GROUP BY c.fault, c.actor, c.rolname, c.oid, c.class, c.part, c.kind, c.nspname, c.label, c.target, c.owner, c.grantee, c.grantor, c.privilege, c.attname IS NULL
),
-- the owner cannot revoke what another role has granted: the grant option of that role goes, and with it what it granted
statements AS (
  SELECT w.fault, w.actor, w.rolname, w.oid, w.class, w.kind, w.nspname, w.label, string_agg(DISTINCT w.words, ', ') AS words,
    format('%s%s FROM %s%s', CASE WHEN w.grantor = w.owner THEN 'REVOKE ' ELSE 'REVOKE GRANT OPTION FOR ' END,
      format('%s ON %s', string_agg(DISTINCT w.words, ', '), w.target),
      CASE WHEN w.grantor = w.owner THEN CASE w.grantee WHEN 0 THEN 'PUBLIC' ELSE w.grantee::regrole::text END ELSE coalesce(holder.names, w.grantor::regrole::text) END,
      CASE WHEN w.grantor = w.owner THEN '' ELSE ' CASCADE' END) AS revoke,
    CASE WHEN w.grantee = w.actor THEN '' ELSE format(' (granted to %s)', CASE w.grantee WHEN 0 THEN 'PUBLIC' ELSE w.grantee::regrole::text END) END AS through
  FROM worded w
  CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT a.grantee::regrole::text, ', ') AS names
    FROM objects o CROSS JOIN aclexplode(o.acl) AS a
    WHERE o.oid = w.oid AND o.class = w.class AND a.grantor = w.owner AND a.grantee <> w.owner AND a.is_grantable AND a.privilege_type = w.privilege
  ) AS holder
  GROUP BY w.fault, w.actor, w.rolname, w.oid, w.class, w.kind, w.nspname, w.label, w.target, w.owner, w.grantee, w.grantor, holder.names
),
named AS (
  SELECT s.*, format('%s %s%s', s.kind, CASE s.nspname WHEN :'schema' THEN '' ELSE s.nspname || '.' END, s.label) AS object FROM statements s
),
owners AS (
  SELECT o.owner, CASE WHEN count(*) > 3 THEN count(*) || ' objects' ELSE string_agg(format('%s %s', o.kind, o.label), ', ' ORDER BY o.label) END AS owned
  FROM objects o WHERE o.part IN ('own', 'ledger') GROUP BY o.owner
),
-- a member of these roles has more than any grant shows
givers AS (
  SELECT r.oid, r.rolname, o.owner IS NOT NULL AND NOT r.rolcanlogin AS is_silent_owner,
    CASE WHEN o.owner IS NOT NULL THEN 'which owns ' || o.owned WHEN r.rolsuper THEN 'a superuser' ELSE 'which has more privileges' END AS reason,
    r.rolsuper OR o.owner IS NOT NULL OR r.rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program') AS for_login
  FROM pg_roles r LEFT JOIN owners o ON o.owner = r.oid
  WHERE r.rolsuper OR o.owner IS NOT NULL OR r.oid IN (SELECT g.grantee FROM grantees g WHERE g.is_user)
    OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
),
memberships AS (
  SELECT a.kind, a.rolname, g.rolname AS giver, g.reason, g.is_silent_owner AND count(*) OVER (PARTITION BY a.kind, g.oid) = 1 AS is_needed,
    (SELECT string_agg(format('REVOKE %s FROM %I%s', m.roleid::regrole, a.rolname,
        CASE WHEN switching.mode = 'SET' AND m.grantor <> 10 THEN format(' GRANTED BY %s', m.grantor::regrole) END), '; ' ORDER BY m.roleid)
      FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = a.oid AND (m.roleid = g.oid OR (NOT r.rolsuper AND pg_has_role(m.roleid, g.oid, 'MEMBER')))) AS revoke
  FROM actors a
  CROSS JOIN switching
  JOIN givers g ON g.oid <> a.oid AND pg_has_role(a.oid, g.oid, switching.mode)
  WHERE (a.kind = 'api' OR g.for_login) AND NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.oid = a.oid)
)
SELECT n.fault AS kind, n.object, 'no privilege of ' || CASE n.fault WHEN 'public' THEN 'PUBLIC' ELSE 'a role of an open API' END AS expected,
  string_agg(format('%s has %s%s', n.rolname, n.words, n.through), '; ' ORDER BY n.rolname, n.words) AS actual,
  string_agg(DISTINCT n.revoke, '; ') AS sql
FROM named n WHERE n.fault <> 'login'
GROUP BY n.fault, n.object
UNION ALL
SELECT n.fault, format('role %s', n.rolname), 'no privilege to write beyond those of an application',
  string_agg(format('%s on %s%s', n.words, n.object, n.through), '; ' ORDER BY n.object, n.words), string_agg(DISTINCT n.revoke, '; ')
FROM named n WHERE n.fault = 'login'
GROUP BY n.fault, n.rolname
UNION ALL
SELECT m.kind, format('role %s', m.rolname), format('no membership in %s, %s', m.giver, m.reason), 'a member', m.revoke
FROM memberships m
-- an owner that cannot log in needs one member that can
WHERE m.kind = 'api' OR NOT (m.is_needed OR m.rolname IN (session_user, current_user))
UNION ALL
SELECT a.kind, format('role %s', a.rolname), 'owns none of the objects of the package', format('owns %s %s', o.kind, o.label),
  format('ALTER %s OWNER TO %s', CASE o.kind WHEN 'view' THEN replace(o.target, 'TABLE ', 'VIEW ') ELSE o.target END, main.owner::regrole)
FROM actors a JOIN objects o ON o.owner = a.oid CROSS JOIN main
WHERE o.part IN ('own', 'ledger') AND (a.kind = 'api' OR a.rolname NOT IN (session_user, current_user))
UNION ALL
SELECT a.kind, format('role %s', a.rolname), 'no ' || attribute.name, attribute.name, format('ALTER ROLE %I NO%s', a.rolname, attribute.name)
FROM actors a JOIN pg_roles r ON r.oid = a.oid
CROSS JOIN LATERAL (VALUES (r.rolsuper, 'SUPERUSER'), (r.rolbypassrls, 'BYPASSRLS'), (r.rolcreaterole, 'CREATEROLE'), (r.rolreplication, 'REPLICATION'))
  AS attribute (is_set, name)
WHERE a.kind = 'api' AND attribute.is_set
ORDER BY 1, 2, 3
