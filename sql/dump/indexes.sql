-- The indexes of the schema. `of_constraint`: the index of a key. `parent`: the index of the partitioned table that it is attached to.
SELECT i.indexrelid AS oid, i.indrelid AS relation, quote_ident(c.relname) AS name, c.relkind = 'I' AS partitioned, i.indisvalid AS valid,
  i.indisclustered AS clustered, i.indisreplident AS replica_identity,
  EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x')) AS of_constraint,
  h.inhparent AS parent_oid,
  h.inhparent::regclass::text AS parent,
  coalesce((
    SELECT jsonb_agg(a.attnum || ' SET STATISTICS ' || a.attstattarget ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0), '[]') AS statistics
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema')
