-- Who could have written code that a statement of ours would run with the privileges of this connection. $1: names of relations of the
-- schema, as a JSON list. Rows of the kind `role` are the owners of objects in the schema that are not trusted. The other rows are
-- parts of the relations that use an object of such a role, the event triggers of such roles, and the relations that the connection can
-- only read (`read only`). `on_writes`: it runs when a row of such a relation is written.
-- Trusted are superusers, who can do everything anyway, and the role of the connection itself. A role that a superuser has only
-- switched to (SET ROLE) is not trusted: its code can switch back.
WITH RECURSIVE trusted AS (
  SELECT r.oid
  FROM pg_catalog.pg_roles r
  WHERE r.rolsuper
    OR r.rolname = session_user
    OR (r.rolname = current_user AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles s WHERE s.rolname = session_user AND s.rolsuper))
), schema AS (
  SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = :'schema'
), relations AS (
  SELECT c.oid, c.relname, c.relowner, false AS is_child, EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
        AND (pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
          OR pg_catalog.has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE'))
    ) AS is_written
  FROM pg_catalog.pg_class c
  WHERE c.relnamespace = (SELECT s.oid FROM schema s)
    AND c.relname::text IN (SELECT pg_catalog.json_array_elements_text($1::json))
  UNION
  -- rows that go to a table go to its partitions, and a query of a table reads its children
  SELECT c.oid, c.relname, c.relowner, true, p.is_written
  FROM relations p
  JOIN pg_catalog.pg_inherits i ON i.inhparent = p.oid
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
), parts (class, oid, kind, name, on_writes) AS (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, r.oid, 'table', r.relname::text, false FROM relations r
  UNION ALL
  SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid, 'column', r.relname::text || '.' || a.attname::text,
    NOT r.is_written AND a.attgenerated::text <> 'v'
  FROM relations r
  JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, o.oid, 'constraint', r.relname::text || '.' || o.conname::text, NOT r.is_written
  FROM relations r JOIN pg_catalog.pg_constraint o ON o.conrelid = r.oid
  UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid, 'index', x.relname::text, false
  FROM relations r
  JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  UNION ALL
  SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid, CASE w.rulename::text WHEN '_RETURN' THEN 'view' ELSE 'rule' END,
    r.relname::text || CASE w.rulename::text WHEN '_RETURN' THEN '' ELSE '.' || w.rulename::text END,
    NOT r.is_written AND w.ev_type::text <> '1'
  FROM relations r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid
  UNION ALL
  SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid, 'trigger', r.relname::text || '.' || t.tgname::text, NOT r.is_written
  FROM relations r JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid
  WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, 'statistics', s.stxname::text, false
  FROM relations r JOIN pg_catalog.pg_statistic_ext s ON s.stxrelid = r.oid
), usable (class, oid, name, owner) AS (
  SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 'function ' || CASE WHEN p.pronamespace = (SELECT s.oid FROM schema s) THEN '' ELSE n.nspname::text || '.' END
    || p.proname::text || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')', p.proowner
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  UNION ALL
  SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, 'operator ' || o.oprname::text, o.oprowner FROM pg_catalog.pg_operator o
  UNION ALL
  -- the type of a table's rows runs nothing
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 'type ' || t.typname::text, t.typowner FROM pg_catalog.pg_type t WHERE t.typrelid = 0
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typrelid <> 0)
), found (kind, name, uses, owner, on_writes) AS (
  SELECT 'role', o.owner::pg_catalog.regrole::text, NULL::text, o.owner, false
  FROM (
    SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.relnamespace = (SELECT s.oid FROM schema s) AND c.relkind::text IN ('r', 'p', 'v', 'm', 'f')
    UNION
    SELECT p.proowner FROM pg_catalog.pg_proc p WHERE p.pronamespace = (SELECT s.oid FROM schema s)
    UNION
    -- it can drop any object of the schema, and create another one; that of `public` is the owner of the database
    SELECT CASE n.nspowner::pg_catalog.regrole::text WHEN 'pg_database_owner' THEN d.datdba ELSE n.nspowner END
    FROM pg_catalog.pg_namespace n, pg_catalog.pg_database d
    WHERE n.nspname = :'schema' AND d.datname = current_database()
  ) AS o (owner)
  UNION ALL
  SELECT p.kind, p.name, u.name, u.owner, p.on_writes
  FROM parts p
  JOIN pg_catalog.pg_depend d ON d.classid = p.class AND d.objid = p.oid
  JOIN usable u ON u.class = d.refclassid AND u.oid = d.refobjid
  UNION ALL
  -- what a child has beyond its parent
  SELECT 'constraint', r.relname::text || '.' || o.conname::text, 'a condition of its own', r.relowner, NOT r.is_written
  FROM relations r JOIN pg_catalog.pg_constraint o ON o.conrelid = r.oid
  WHERE r.is_child AND o.contype::text IN ('c', 'x') AND o.coninhcount = 0
  UNION ALL
  -- the triggers of the other table run when a row of ours is deleted or gets another key
  SELECT 'constraint', c.relname::text || '.' || o.conname::text, 'a foreign key with an action', c.relowner, NOT r.is_written
  FROM relations r
  JOIN pg_catalog.pg_constraint o ON o.confrelid = r.oid AND (o.confdeltype::text NOT IN ('a', 'r') OR o.confupdtype::text NOT IN ('a', 'r'))
  JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
  WHERE o.conrelid NOT IN (SELECT r2.oid FROM relations r2)
  UNION ALL
  SELECT 'read only', r.relname::text, NULL, r.relowner, false FROM relations r WHERE NOT r.is_written
  UNION ALL
  SELECT 'event trigger', e.evtname::text, 'function ' || p.proname::text || '()', p.proowner, false
  FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
  WHERE e.evtenabled::text <> 'D'
)
SELECT DISTINCT f.kind, f.name, f.uses, o.oid::pg_catalog.regrole::text AS owner, f.on_writes
FROM found f JOIN pg_catalog.pg_roles o ON o.oid = f.owner
WHERE f.owner NOT IN (SELECT t.oid FROM trusted t)
ORDER BY 1, 2, 3
