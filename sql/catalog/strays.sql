-- Objects of the schema that use a function or an operator of other schemas ($1, a JSON list) which belongs to no extension.
WITH outside (class, oid) AS (
  SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname::text IN (SELECT pg_catalog.json_array_elements_text($1::json))
  UNION ALL
  SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid
  FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
  WHERE n.nspname::text IN (SELECT pg_catalog.json_array_elements_text($1::json))
)
SELECT DISTINCT user_of.type, user_of.identity, pg_catalog.pg_describe_object(o.class, o.oid, 0) AS uses
FROM outside o
JOIN pg_catalog.pg_depend d ON d.refclassid = o.class AND d.refobjid = o.oid,
  pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) AS user_of
WHERE strpos(user_of.identity, $2::text || '.') > 0
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')
