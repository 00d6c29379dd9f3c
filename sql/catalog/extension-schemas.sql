-- The schemas of extensions. `hidden`: names of relations and types of the schema that belong to no extension. `members`: names of
-- the functions, operators, types, ... that do, where there are others too. `has_foreign`: a function or operator of the schema could be
-- code of a role that is not trusted; trusted are superusers and the role of the connection.
WITH homes AS (
  SELECT DISTINCT n.oid, n.nspname
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
  WHERE n.nspname <> 'pg_catalog' AND has_schema_privilege(n.oid, 'USAGE')
), members AS (
  SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::regclass
), named (class, oid, schema, name, owner) AS (
  SELECT 'pg_catalog.pg_class'::regclass, c.oid, c.relnamespace, c.relname::text, NULL::oid FROM pg_catalog.pg_class c WHERE c.relkind <> 'i'
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid, t.typnamespace, t.typname::text, NULL FROM pg_catalog.pg_type t WHERE t.typrelid = 0 AND t.typcategory <> 'A'
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, p.oid, p.pronamespace, p.proname::text, p.proowner FROM pg_catalog.pg_proc p
  UNION ALL
  SELECT 'pg_catalog.pg_operator'::regclass, o.oid, o.oprnamespace, o.oprname::text, o.oprowner FROM pg_catalog.pg_operator o
  UNION ALL
  SELECT 'pg_catalog.pg_opclass'::regclass, o.oid, o.opcnamespace, o.opcname::text, NULL FROM pg_catalog.pg_opclass o
  UNION ALL
  SELECT 'pg_catalog.pg_collation'::regclass, c.oid, c.collnamespace, c.collname::text, NULL FROM pg_catalog.pg_collation c
  UNION ALL
  SELECT 'pg_catalog.pg_ts_dict'::regclass, d.oid, d.dictnamespace, d.dictname::text, NULL FROM pg_catalog.pg_ts_dict d
  UNION ALL
  SELECT 'pg_catalog.pg_ts_config'::regclass, c.oid, c.cfgnamespace, c.cfgname::text, NULL FROM pg_catalog.pg_ts_config c
), marked AS (
  SELECT n.*, EXISTS (SELECT FROM members m WHERE m.classid = n.class AND m.objid = n.oid) AS is_member
  FROM named n WHERE n.schema IN (SELECT h.oid FROM homes h)
)
SELECT h.nspname::text AS schema,
  coalesce(json_agg(DISTINCT m.name) FILTER (WHERE NOT m.is_member AND m.class IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_type'::regclass)), '[]') AS hidden,
  coalesce(json_agg(DISTINCT m.name) FILTER (WHERE m.is_member), '[]') AS members,
  coalesce(bool_and(m.is_member), true) AS is_dedicated,
  coalesce(bool_or(NOT m.is_member AND m.owner IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_roles r
    WHERE r.oid = m.owner AND (r.rolsuper OR r.rolname = session_user
      OR (r.rolname = current_user AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles s WHERE s.rolname = session_user AND s.rolsuper))))), false) AS has_foreign
FROM homes h LEFT JOIN marked m ON m.schema = h.oid
GROUP BY h.nspname
ORDER BY h.nspname
