-- The tables, partitioned and foreign tables, views, materialized views, sequences and composite types of the schema, without those of
-- extensions. $1: names to leave out, as a JSON list. Names are quoted
-- where SQL needs it; those of other objects have their schema, unless it is pg_catalog.
SELECT c.oid, c.relkind::text AS kind, quote_ident(c.relname) AS name, c.relpersistence = 'u' AS unlogged, c.relispartition AS is_partition,
  to_jsonb(coalesce(c.reloptions, '{}') || coalesce((SELECT array_agg('toast.' || o.option) FROM unnest(t.reloptions) AS o (option)), '{}')) AS options,
  c.relrowsecurity AS row_security, c.relforcerowsecurity AS forced, c.relreplident::text AS replica_identity, c.relispopulated AS populated,
  CASE WHEN a.amname <> 'heap' AND c.relkind IN ('r', 'p', 'm') THEN quote_ident(a.amname) END AS access_method,
  coalesce((SELECT jsonb_agg(i.inhparent::regclass::text ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid), '[]') AS parents,
  -- whether CREATE TABLE ... INHERITS, which puts the columns of the parents first, would give the columns another order
  coalesce((
    SELECT array_agg(own.attname ORDER BY own.attnum) <> array_agg(own.attname ORDER BY of_parent.inhseqno, of_parent.attnum, own.attnum)
    FROM pg_attribute own
    LEFT JOIN LATERAL (
      SELECT i.inhseqno, p.attnum
      FROM pg_inherits i
      JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = own.attname AND p.attnum > 0 AND NOT p.attisdropped
      WHERE i.inhrelid = c.oid
      ORDER BY i.inhseqno LIMIT 1) of_parent ON true
    WHERE own.attrelid = c.oid AND own.attnum > 0 AND NOT own.attisdropped), false) AS own_order,
  y.oid AS row_type, nullif(y.typarray, 0) AS array_type,
  nullif(c.reloftype, 0)::regtype::text AS of_type, c.relowner::regrole::text AS owner,
  (SELECT quote_ident(s.srvname) FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid) AS server,
  coalesce((SELECT to_jsonb(f.ftoptions) FROM pg_foreign_table f WHERE f.ftrelid = c.oid), '[]') AS server_options
FROM pg_class c
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_am a ON a.oid = c.relam
LEFT JOIN pg_type y ON y.oid = c.reltype
WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema')
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
  AND c.relname::text NOT IN (SELECT json_array_elements_text($1::text::json))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
