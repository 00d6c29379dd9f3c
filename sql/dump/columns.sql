-- The columns of tables, views and composite types of the schema. Facts that only newer servers have are read from the row as JSON.
SELECT a.attrelid AS relation, a.attnum AS number, quote_ident(a.attname) AS name, a.attnotnull AS not_null, a.attidentity::text AS identity,
  a.attgenerated::text AS generated, a.attislocal AS is_local,
  CASE WHEN a.attstorage <> t.typstorage
    THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'x' THEN 'EXTENDED' ELSE 'EXTERNAL' END END AS storage,
  CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
  CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::integer END AS statistics,
  to_jsonb(coalesce(a.attoptions, '{}')) AS options, to_jsonb(coalesce(a.attfdwoptions, '{}')) AS server_options,
  d.oid AS default_oid,
  CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
    THEN a.attcollation::regcollation::text END AS collation,
  -- from PostgreSQL 18 on NOT NULL has a name
  CASE WHEN o.conname IS NOT NULL AND o.conname <> c.relname || '_' || a.attname || '_not_null' THEN quote_ident(o.conname) END AS not_null_name,
  o.oid AS not_null_oid, quote_ident(o.conname) AS not_null_constraint,
  coalesce(o.connoinherit, false) AS not_null_no_inherit, coalesce(NOT o.convalidated, false) AS not_null_not_valid,
  EXISTS (
    SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND p.attnotnull
    WHERE i.inhrelid = a.attrelid) AS parent_not_null
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_constraint o ON o.conrelid = c.oid AND o.contype = 'n' AND o.conkey = ARRAY[a.attnum]
WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema') AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
ORDER BY a.attrelid, a.attnum
