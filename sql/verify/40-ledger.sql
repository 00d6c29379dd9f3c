-- Whether every migration is applied, and unchanged since.
-- $1: {"ledger", "ledgerSchema", "ledgerTable", "renamed": [{"from", "to"}],
--      "files": [{"version", "file", "checksum", "state", "outOfOrder", "layout" or null}],
--      "rows": [{"version", "checksum" or null, "tool" or null, "missing"}],
--      "interrupted": [{"version", "done", "statements" or null}]}
-- A repeatable file with another digest than its row is pending. A row without a file that another tool wrote belongs to
-- other migrations and is not a fault.

-- group: ledger
-- about: The ledger records which migrations are applied. It shows whether this database matches the migrations of
--   this checkout.

-- check: ledger.shape
-- title: the ledger has one row for each version
-- input: ledger
-- remedy: remove duplicate rows, then run ALTER TABLE ... ADD PRIMARY KEY (version)
-- example: table schema_migrations | a primary key on (version) | NOT NULL applied_at; NOT NULL version
SELECT
  format('table %s', $1::jsonb->>'ledger')    AS object,
  'a primary key on (version)'                AS expected,
  coalesce((SELECT string_agg(pg_get_constraintdef(k.oid), '; ') FROM pg_constraint k WHERE k.conrelid = c.oid), 'none') AS actual
FROM pg_class c
WHERE c.relname = $1::jsonb->>'ledgerTable'
  AND c.relkind IN ('r', 'p')
  AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1::jsonb->>'ledgerSchema')
  AND NOT EXISTS (
    SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL AND a.attname = 'version'
  );

-- check: ledger.pending
-- title: every migration is applied
-- input: ledger
-- remedy: run `skills migrate`
-- example: migration 20260101_add_ratings | applied, with a row in schema_migrations | pending
SELECT
  format('migration %s', file.version)                               AS object,
  format('applied, with a row in %s', $1::jsonb->>'ledger')          AS expected,
  'pending'                                                          AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, state text)
WHERE file.state = 'pending'
ORDER BY file.version COLLATE "C";

-- check: ledger.edited
-- title: no migration changed after it was applied
-- input: ledger
-- remedy: restore the file as it was applied and write a new migration for the change; if only comments or white space changed, run `skills migrate repair VERSION`
-- example: migration 20260101_add_ratings | sha256:9f86d081884c…, as applied | sha256:60303ae22b99…, as the file is
SELECT
  format('migration %s', file.version)                                    AS object,
  coalesce(done.checksum || ', as applied', 'the digest of the applied file') AS expected,
  CASE WHEN done.checksum IS NULL THEN 'the ledger has no digest' ELSE file.checksum || ', as the file is' END AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, checksum text, state text)
JOIN jsonb_to_recordset($1::jsonb->'rows') AS done (version text, checksum text, tool text) ON done.version = file.version
WHERE file.state = 'changed'
  -- an older tool writes neither a digest nor its name
  OR (file.state = 'adopted' AND done.tool IS NOT NULL)
ORDER BY file.version COLLATE "C";

-- check: ledger.missing
-- title: every applied migration has its file
-- input: ledger
-- remedy: restore the file, or name its folder in the setting migrations; if it is gone for good, run `skills migrate repair VERSION --forget`
-- example: migration 20260101_add_ratings | a file of that name | missing; skills 0.1.0 applied it
SELECT
  format('migration %s', done.version)                  AS object,
  'a file of that name'                                 AS expected,
  format('missing; %s applied it', done.tool)              AS actual
FROM jsonb_to_recordset($1::jsonb->'rows') AS done (version text, tool text, missing boolean)
WHERE done.missing
ORDER BY done.version COLLATE "C";

-- check: ledger.out-of-order
-- title: no pending migration sorts before an applied one
-- severity: warning
-- input: ledger
-- remedy: run `skills migrate`; if a later migration depends on it, rename it so that it sorts last
-- example: migration 20260101_add_ratings | applied before those that sort after it | pending
SELECT
  format('migration %s', file.version)             AS object,
  'applied before those that sort after it'       AS expected,
  'pending'                                        AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, "outOfOrder" boolean)
WHERE file."outOfOrder"
ORDER BY file.version COLLATE "C";

-- check: ledger.layout
-- title: no applied migration has the layout of another tool
-- severity: warning
-- input: ledger
-- remedy: the part of the file that goes back may have run: compare the schema with what you expect; `skills migrate import` moves a folder of another tool
-- example: migration 20260101_users | only what goes forward | the layout of dbmate
SELECT
  format('migration %s', file.version)             AS object,
  'only what goes forward'                         AS expected,
  format('the layout of %s', file.layout)          AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, layout text)
WHERE file.layout IS NOT NULL
ORDER BY file.version COLLATE "C";

-- check: ledger.renamed
-- title: every ledger row has the name of its file
-- severity: warning
-- input: ledger
-- remedy: run `skills migrate`, which gives the row the new name and runs nothing
-- example: migration 20260102_ratings | a row with this name | the row has the name 20260101_ratings
SELECT
  format('migration %s', renamed."to")                   AS object,
  'a row with this name'                                 AS expected,
  format('the row has the name %s', renamed."from")      AS actual
FROM jsonb_to_recordset($1::jsonb->'renamed') AS renamed ("from" text, "to" text)
ORDER BY renamed."to" COLLATE "C";

-- check: ledger.interrupted
-- title: no migration is half applied
-- input: ledger
-- remedy: run `skills migrate`, which resumes after the last completed statement
-- example: migration 20260101_orders_index | applied completely | interrupted: 1 of 3 statements completed
SELECT
  format('migration %s', begun.version)                                                        AS object,
  'applied completely'                                                                         AS expected,
  format('interrupted: %s of %s statements completed', begun.done, coalesce(begun.statements::text, 'an unknown number of')) AS actual
FROM jsonb_to_recordset($1::jsonb->'interrupted') AS begun (version text, done integer, statements integer)
ORDER BY begun.version COLLATE "C";

-- check: ledger.adopted
-- title: the ledger has the digest of every applied migration
-- severity: info
-- input: ledger
-- remedy: record the digest of the file as it is now with `skills migrate repair VERSION`: an older tool wrote the row
-- example: migration 20251220_create_skill_system | the digest of the applied file | none: the row is of an
--   older tool
SELECT
  format('migration %s', file.version)           AS object,
  'the digest of the applied file'       AS expected,
  'none: an older tool wrote the row'            AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, state text)
JOIN jsonb_to_recordset($1::jsonb->'rows') AS done (version text, tool text) ON done.version = file.version
WHERE file.state = 'adopted' AND done.tool IS NULL
ORDER BY file.version COLLATE "C";
