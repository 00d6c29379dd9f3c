-- The privileges on objects of the schema that differ from those of a new object, without those of the owner. `command` is GRANT, or REVOKE for
-- what PUBLIC has on a new object and not on this one. A `class` of NULL is for default privileges, with their `role` and kind of object.
WITH schema AS (
  SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema'
), objects (class, oid, part, kind, acl, owner, type) AS (
  SELECT 'pg_class', c.oid, 0, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relacl, c.relowner,
    CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END
  FROM pg_class c WHERE c.relnamespace = (SELECT s.oid FROM schema s) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  UNION ALL
  SELECT 'pg_class', c.oid, a.attnum, 'TABLE', a.attacl, c.relowner, 'c'::"char"
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = (SELECT s.oid FROM schema s)
  UNION ALL
  SELECT 'pg_proc', p.oid, 0, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.proacl, p.proowner, 'f'::"char"
  FROM pg_proc p WHERE p.pronamespace = (SELECT s.oid FROM schema s)
  UNION ALL
  SELECT 'pg_type', t.oid, 0, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.typacl, t.typowner, 'T'::"char"
  FROM pg_type t WHERE t.typnamespace = (SELECT s.oid FROM schema s)
  UNION ALL
  SELECT 'pg_namespace', n.oid, 0, 'SCHEMA', n.nspacl, n.nspowner, 'n'::"char" FROM pg_namespace n WHERE n.oid = (SELECT s.oid FROM schema s)
), granted AS (
  SELECT o.class, o.oid, o.part, o.kind, o.owner, o.type, a.grantee, a.is_grantable, a.privilege_type
  FROM objects o, aclexplode(o.acl) AS a
  WHERE a.grantee <> o.owner
), usual AS (
  SELECT o.class, o.oid, o.kind, a.privilege_type FROM objects o, aclexplode(acldefault(o.type, o.owner)) AS a
  WHERE o.type <> 'c' AND o.acl IS NOT NULL AND a.grantee = 0
  UNION ALL
  -- what initdb gives on public
  SELECT o.class, o.oid, o.kind, p.privilege
  FROM objects o, (VALUES ('USAGE'), ('CREATE')) AS p (privilege)
  WHERE o.kind = 'SCHEMA' AND :'schema' = 'public' AND (p.privilege = 'USAGE' OR current_setting('server_version_num')::integer < 150000)
)
SELECT g.class, g.oid, g.part, g.kind, 'GRANT' AS command, NULL::text AS role, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END AS grantee,
  g.is_grantable AS grantable,
  CASE WHEN (SELECT count(DISTINCT a.privilege_type) FROM aclexplode(acldefault(g.type, g.owner)) AS a WHERE a.grantee = g.owner) = count(*)
    THEN 'ALL' ELSE string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) END AS privileges
FROM granted g
WHERE NOT EXISTS (SELECT FROM usual u WHERE u.class = g.class AND u.oid = g.oid AND g.part = 0 AND g.grantee = 0 AND u.privilege_type = g.privilege_type)
GROUP BY g.class, g.oid, g.part, g.kind, g.type, g.owner, g.grantee, g.is_grantable
UNION ALL
SELECT u.class, u.oid, 0, u.kind, 'REVOKE', NULL, 'PUBLIC', false, CASE u.kind WHEN 'SCHEMA' THEN string_agg(u.privilege_type, ', ' ORDER BY u.privilege_type) ELSE 'ALL' END
FROM usual u
WHERE NOT EXISTS (
  SELECT FROM granted g WHERE g.class = u.class AND g.oid = u.oid AND g.part = 0 AND g.grantee = 0 AND g.privilege_type = u.privilege_type)
GROUP BY u.class, u.oid, u.kind
UNION ALL
SELECT NULL, NULL, 0, CASE d.defaclobjtype WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'TABLES' END, 'GRANT',
  CASE WHEN d.defaclrole <> (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user) THEN d.defaclrole::regrole::text END,
  CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.is_grantable,
  string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)
FROM pg_default_acl d, aclexplode(d.defaclacl) AS a
WHERE d.defaclnamespace = (SELECT s.oid FROM schema s)
GROUP BY d.defaclobjtype, d.defaclrole, a.grantee, a.is_grantable
