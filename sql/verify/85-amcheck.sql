-- Whether the files of our tables and indexes are intact, with the extension amcheck. These checks run with `skills verify --amcheck`: they
-- read whole tables. The extension can be in any schema; its functions are called with the exact types of their arguments.
-- $1: {"tables": ["<name>"], "views": [], "functions": [], "comparedIndexes": []}

-- group: amcheck
-- about: A disk, a file system or a wrong collation can damage a table or an index, and PostgreSQL notices it only when it reads the damaged
--   page. The checks of the extension amcheck read every page. Only a superuser may call them, and roles with EXECUTE on them.

-- check: amcheck.indexes
-- title: every B-tree index is intact
-- input: amcheck
-- requires: extension amcheck, server
-- remedy: run REINDEX INDEX CONCURRENTLY on the index; find the cause before you trust the machine again
-- example: check amcheck.indexes | no error | sql/verify/85-amcheck.sql:27:1: item order invariant violated for index "idx_skill_usage_user" (SQLSTATE XX002)
SELECT set_config('search_path', format('pg_catalog, %I, pg_temp', n.nspname), true)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck';
-- the function raises an error for a damaged index
SELECT format('index %s', c.relname) AS object, 'intact' AS expected, 'checked' AS actual
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid AND c.relpersistence <> 't'
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
CROSS JOIN LATERAL (SELECT bt_index_check(c.oid::regclass, false)) AS called
WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? t.relname
  AND c.relkind = 'i' AND i.indisvalid AND i.indisready
  AND called IS NULL;

-- check: amcheck.tables
-- title: every page of the tables is intact
-- input: amcheck
-- requires: extension amcheck, server-version 14, server
-- remedy: restore the table from a backup, and find the cause before you trust the machine again
-- example: table skill_usage_events | intact | block 12, row 3: xmin 4712 precedes relation freeze threshold
SELECT set_config('search_path', format('pg_catalog, %I, pg_temp', n.nspname), true)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck';
SELECT format('table %s', c.relname) AS object, 'intact' AS expected,
  format('block %s, row %s: %s', damage.blkno, damage.offnum, damage.msg) AS actual
FROM pg_class c
CROSS JOIN LATERAL verify_heapam(c.oid::regclass, false, false, 'none'::text, NULL::bigint, NULL::bigint) AS damage
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? c.relname
  AND c.relkind IN ('r', 'm')
ORDER BY c.relname, damage.blkno, damage.offnum
LIMIT 100;
