-- Whether the database has every migration file, in the wording it was applied in.
-- $1: {"ledger", "files": [{"version", "file", "checksum", "outOfOrder"}],
--      "rows": [{"version", "checksum" or null, "tool" or null, "missing"}],
--      "interrupted": [{"version", "done", "statements" or null}]}
-- Rows without a file that another tool wrote belong to somebody else's migrations and are no fault.

-- group: ledger
-- about: The ledger records which migrations are applied. It shows whether this database matches the migrations of
--   this checkout.

-- check: ledger.shape
-- title: the ledger keeps one row for each version
-- severity: error
-- input: ledger
-- remedy: remove duplicate rows, then ALTER TABLE ... ADD PRIMARY KEY (version)
-- example: table schema_migrations | a primary key on (version) | NOT NULL applied_at; NOT NULL version
SELECT
  format('table %s', $1::jsonb->>'ledger')    AS object,
  'a primary key on (version)'                AS expected,
  coalesce((SELECT string_agg(pg_get_constraintdef(k.oid), '; ') FROM pg_constraint k WHERE k.conrelid = c.oid), 'none') AS actual
FROM pg_class c
WHERE c.relname = $1::jsonb->>'ledger'
  AND c.relkind IN ('r', 'p')
  AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  AND NOT EXISTS (
    SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL AND a.attname = 'version'
  );

-- check: ledger.pending
-- title: every migration file has been applied
-- severity: error
-- input: ledger
-- remedy: run `skills migrate`
-- example: migration 20260101_add_ratings | applied, with a row in schema_migrations | pending
SELECT
  format('migration %s', file.version)                               AS object,
  format('applied, with a row in %s', $1::jsonb->>'ledger')          AS expected,
  'pending'                                                          AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text)
WHERE NOT EXISTS (SELECT 1 FROM jsonb_to_recordset($1::jsonb->'rows') AS done (version text) WHERE done.version = file.version)
ORDER BY file.version COLLATE "C";

-- check: ledger.edited
-- title: no migration file was changed after it was applied
-- severity: error
-- input: ledger
-- remedy: restore the file as it was applied and put the change into a new migration; if only comments or blanks changed, `skills migrate repair VERSION`
-- example: migration 20260101_add_ratings | sha256:9f86d081884c…, as applied | sha256:60303ae22b99…, as the file is
SELECT
  format('migration %s', file.version)                                    AS object,
  coalesce(done.checksum || ', as applied', 'the digest it was applied with') AS expected,
  CASE WHEN done.checksum IS NULL THEN 'the digest is gone from the ledger' ELSE file.checksum || ', as the file is' END AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, checksum text)
JOIN jsonb_to_recordset($1::jsonb->'rows') AS done (version text, checksum text, tool text) ON done.version = file.version
WHERE done.checksum <> file.checksum
  -- an older tool kept no digests, and did not sign its rows either
  OR (done.checksum IS NULL AND done.tool IS NOT NULL)
ORDER BY file.version COLLATE "C";

-- check: ledger.missing
-- title: every migration that was applied still has its file
-- severity: error
-- input: ledger
-- remedy: put the file back or name its folder with --dir; if it is gone for good, `skills migrate repair VERSION --forget`
-- example: migration 20260101_add_ratings | a file of that name | none; skills 0.1.0 applied it
SELECT
  format('migration %s', done.version)                  AS object,
  'a file of that name'                                 AS expected,
  format('none; %s applied it', done.tool)              AS actual
FROM jsonb_to_recordset($1::jsonb->'rows') AS done (version text, tool text, missing boolean)
WHERE done.missing
ORDER BY done.version COLLATE "C";

-- check: ledger.out-of-order
-- title: no pending migration sorts before an applied one
-- severity: warning
-- input: ledger
-- remedy: `skills migrate` runs it all the same; if a later file rests on it, rename it so that it sorts last
-- example: migration 20260101_add_ratings | applied before those that sort behind it | pending
SELECT
  format('migration %s', file.version)             AS object,
  'applied before those that sort behind it'       AS expected,
  'pending'                                        AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, "outOfOrder" boolean)
WHERE file."outOfOrder"
ORDER BY file.version COLLATE "C";

-- check: ledger.interrupted
-- title: no migration file is half done
-- severity: error
-- input: ledger
-- remedy: run `skills migrate`: it goes on behind the last finished statement
-- example: migration 20260101_orders_index | applied as a whole | interrupted: 1 of 3 statements done
SELECT
  format('migration %s', begun.version)                                                        AS object,
  'applied as a whole'                                                                         AS expected,
  format('interrupted: %s of %s statements done', begun.done, coalesce(begun.statements::text, 'an unknown number of')) AS actual
FROM jsonb_to_recordset($1::jsonb->'interrupted') AS begun (version text, done integer, statements integer)
ORDER BY begun.version COLLATE "C";

-- check: ledger.adopted
-- title: the ledger knows in which wording each file was applied
-- severity: info
-- input: ledger
-- remedy: an older tool wrote the row: record the digest of the file as it is now with `skills migrate repair VERSION`
-- example: migration 20251220_create_skill_system | a digest of the file as it was applied | none: the row is of an
--   older tool
SELECT
  format('migration %s', file.version)           AS object,
  'a digest of the file as it was applied'       AS expected,
  'none: the row is of an older tool'            AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text)
JOIN jsonb_to_recordset($1::jsonb->'rows') AS done (version text, checksum text, tool text) ON done.version = file.version
WHERE done.checksum IS NULL AND done.tool IS NULL
ORDER BY file.version COLLATE "C";
