-- The enums, domains, ranges and composite types of the schema, and base types, which need code in C. Without those of extensions.
SELECT t.oid, t.typtype::text AS kind, quote_ident(t.typname) AS name, nullif(t.typarray, 0) AS array_type, nullif(t.typrelid, 0) AS relation, t.typowner::regrole::text AS owner,
  coalesce((SELECT jsonb_agg(quote_literal(v.enumlabel) ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid), '[]') AS labels,
  t.typnotnull AS not_null, t.typdefaultbin IS NOT NULL AS has_default,
  CASE WHEN t.typtype = 'd' AND t.typcollation <> 0 AND t.typcollation <> b.typcollation
    THEN t.typcollation::regcollation::text END AS collation,
  -- from PostgreSQL 17 on NOT NULL has a name
  (SELECT CASE WHEN o.conname <> t.typname || '_not_null' THEN quote_ident(o.conname) END
   FROM pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'n') AS not_null_name,
  r.rngcanonical::oid <> 0 AS has_canonical,
  nullif(r.rngsubdiff::oid, 0)::regproc::text AS difference,
  (SELECT CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(p.opcname)
   FROM pg_opclass p JOIN pg_namespace n ON n.oid = p.opcnamespace WHERE p.oid = r.rngsubopc AND NOT p.opcdefault) AS operator_class,
  (SELECT r.rngcollation::regcollation::text FROM pg_type s WHERE s.oid = r.rngsubtype AND r.rngcollation NOT IN (0, s.typcollation)) AS range_collation,
  (SELECT m.oid FROM pg_type m WHERE m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid) AS multirange_oid,
  (SELECT nullif(m.typarray, 0) FROM pg_type m WHERE m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid) AS multirange_array,
  (SELECT quote_ident(m.typname) FROM pg_type m WHERE m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid) AS multirange
FROM pg_type t
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE t.typnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema')
  AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
    OR (t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
