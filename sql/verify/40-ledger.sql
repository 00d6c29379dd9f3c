-- Whether the database has every migration file, in the wording it was applied in.
-- $1: {"ledger": "schema_migrations", "files": [{"version", "checksum"}], "rows": [{"version", "checksum" or null}]}
-- Rows without a file belong to somebody else's migrations and are no fault; a row without a checksum was written by
-- an older tool and is taken at its word.

-- check: ledger.pending
-- title: every migration file has been applied
-- severity: error
-- input: ledger
-- remedy: run `skills migrate`
SELECT
  format('migration %s', file.version)                                                     AS object,
  format('applied, with a row in %s', coalesce($1::jsonb->>'ledger', 'schema_migrations')) AS expected,
  'pending'                                                                                AS actual
FROM jsonb_to_recordset(coalesce(nullif($1::jsonb->'files', 'null'), '[]')) AS file (version text, checksum text)
WHERE NOT EXISTS (
  SELECT 1
  FROM jsonb_to_recordset(coalesce(nullif($1::jsonb->'rows', 'null'), '[]')) AS done (version text, checksum text)
  WHERE done.version = file.version
)
ORDER BY file.version COLLATE "C";

-- check: ledger.edited
-- title: no migration file was changed after it was applied
-- severity: error
-- input: ledger
-- remedy: restore the file as it was applied and put the change into a new migration
SELECT
  format('migration %s', file.version)        AS object,
  format('%s, as applied', done.checksum)     AS expected,
  format('%s, as the file is', file.checksum) AS actual
FROM jsonb_to_recordset(coalesce(nullif($1::jsonb->'files', 'null'), '[]')) AS file (version text, checksum text)
JOIN jsonb_to_recordset(coalesce(nullif($1::jsonb->'rows', 'null'), '[]')) AS done (version text, checksum text)
  ON done.version = file.version
WHERE done.checksum <> file.checksum
ORDER BY file.version COLLATE "C";
