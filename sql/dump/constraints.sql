-- The constraints of the tables and domains of the schema, without NOT NULL and constraint triggers. `kind`: c, f, p, u or x.
SELECT o.oid, o.contype::text AS kind, quote_ident(o.conname) AS name, nullif(o.conrelid, 0) AS relation, nullif(o.contypid, 0) AS domain,
  nullif(o.conindid, 0) AS index, o.convalidated AS validated, o.conislocal AS is_local, o.conparentid <> 0 AS of_parent
FROM pg_constraint o
WHERE o.connamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema') AND o.contype IN ('c', 'f', 'p', 'u', 'x')
