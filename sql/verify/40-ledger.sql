-- Whether every migration is applied, and unchanged since; and whether the ledger, a table like others, is as this tool makes it.
-- $1: {"ledger", "ledgerSchema", "ledgerTable", "renamed": [{"from", "to"}],
--      "tables": [{"name", "key": [], "columns": [{"name", "type", "notNull", "default" or null}]}],
--      "files": [{"version", "file", "own", "checksum", "state", "outOfOrder", "layout" or null}],
--      "rows": [{"version", "checksum" or null, "tool" or null, "late", "ours", "missing"}],
--      "interrupted": [{"version", "done", "statements" or null}]}
-- "tables" are the ledger and the table of unfinished files, which need not exist.
-- A repeatable file with another digest than its row is pending. A row without a file that another tool wrote belongs to
-- other migrations and is not a fault.

-- group: ledger
-- about: The ledger records which migrations are applied. It shows whether this database matches the migrations of
--   this checkout.

-- check: ledger.shape
-- title: the ledger has the columns, the key and the storage of this tool
-- input: ledger
-- remedy: restore the table as `skills migrate` creates it
-- about: `skills migrate` writes a row for each file. With another column, default or key a row is refused or can be there twice, and after a crash
--   an UNLOGGED table is empty: the next run would run every file again. The table of unfinished files is checked in the same way.
-- example: table schema_migrations | a primary key on (version) | none
WITH tools AS (
  SELECT c.oid, c.relkind, c.relpersistence, t.key, t.columns, format('%I.%I', n.nspname, c.relname) AS target,
    format('table %s%s', CASE n.nspname WHEN :'schema' THEN '' ELSE n.nspname || '.' END, c.relname) AS object
  FROM jsonb_to_recordset($1::jsonb->'tables') AS t (name text, key jsonb, columns jsonb)
  JOIN pg_namespace n ON n.nspname = $1::jsonb->>'ledgerSchema'
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
),
columns AS (
  SELECT t.oid, t.target, t.object, w.name, w.type, w.type::regtype AS wanted, w."notNull" AS not_null, w."default" AS usual, a.attnum, a.atttypid, a.atttypmod, a.attnotnull,
    a.attgenerated, a.attidentity, pg_get_expr(d.adbin, d.adrelid) AS given
  FROM tools t
  CROSS JOIN jsonb_to_recordset(t.columns) AS w (name text, type text, "notNull" boolean, "default" text)
  LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = w.name AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE t.relkind IN ('r', 'p')
),
keys AS (
  SELECT t.*, format('a primary key on (%s)', list.names) AS expected, list.names,
    EXISTS (
      SELECT FROM pg_index i
      WHERE i.indrelid = t.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indisready AND i.indpred IS NULL AND i.indexprs IS NULL
        AND (SELECT jsonb_agg(a.attname ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
          = (SELECT jsonb_agg(k.name ORDER BY k.name COLLATE "C") FROM jsonb_array_elements_text(t.key) AS k (name))
    ) AS has_key,
    (SELECT string_agg(format('%s %s', k.conname, pg_get_constraintdef(k.oid)), '; ') FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype IN ('p', 'u')) AS has,
    -- in the way of the new one
    (SELECT string_agg(format('DROP CONSTRAINT %I, ', k.conname), '' ORDER BY k.conname) FROM pg_constraint k
      WHERE k.conrelid = t.oid AND (k.contype = 'p' OR (k.contype = 'u' AND k.condeferrable))) AS dropped
  FROM tools t
  CROSS JOIN LATERAL (SELECT string_agg(k.name, ', ') AS names FROM jsonb_array_elements_text(t.key) AS k (name)) AS list
  WHERE t.relkind IN ('r', 'p')
),
twice AS (
  SELECT r.version FROM jsonb_to_recordset($1::jsonb->'rows') AS r (version text) GROUP BY r.version HAVING count(*) > 1
)
SELECT k.object, k.expected, coalesce(k.has, 'none') AS actual,
  format('ALTER TABLE %s %sADD PRIMARY KEY (%s)', k.target, k.dropped, k.names) AS sql, NULL AS remedy, false AS destructive
FROM keys k
WHERE NOT k.has_key AND NOT EXISTS (SELECT FROM twice)
UNION ALL
SELECT k.object, k.expected, format('none; the version %s has several rows', t.version), NULL,
  format('keep one of the rows of %s, then run ALTER TABLE %s ADD PRIMARY KEY (%s): which of them is right is not known', t.version, k.target, k.names), false
FROM keys k CROSS JOIN twice t
WHERE NOT k.has_key
UNION ALL
SELECT t.object, 'a table', CASE t.relkind WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialized view' WHEN 'f' THEN 'a foreign table' ELSE 'another object' END, NULL,
  'rename it, and run `skills migrate baseline`: the rows of another table are not its own', false
FROM tools t WHERE t.relkind NOT IN ('r', 'p')
UNION ALL
SELECT t.object, 'logged', 'UNLOGGED: it is empty after a crash', format('ALTER TABLE %s SET LOGGED', t.target), NULL, false
FROM tools t WHERE t.relpersistence = 'u'
UNION ALL
SELECT c.object, format('a column %s of the type %s', c.name, c.type), 'missing',
  format('ALTER TABLE %s ADD COLUMN %I %s%s%s', c.target, c.name, c.type, ' DEFAULT ' || c.usual, CASE WHEN c.not_null THEN ' NOT NULL' END), NULL, false
FROM columns c WHERE c.attnum IS NULL
UNION ALL
SELECT c.object, format('%s has the type %s', c.name, c.type), format_type(c.atttypid, c.atttypmod),
  format('ALTER TABLE %1$s ALTER COLUMN %2$I DROP DEFAULT, ALTER COLUMN %2$I TYPE %3$s USING %2$I::text::%3$s%4$s', c.target, c.name, c.type,
    format(', ALTER COLUMN %I SET DEFAULT ', c.name) || c.usual), NULL, false
FROM columns c
WHERE c.attnum IS NOT NULL AND c.atttypid <> c.wanted
  -- an older tool made these two
  AND NOT (c.name = 'version' AND c.atttypid IN ('varchar'::regtype, 'bpchar'::regtype)) AND NOT (c.name = 'applied_at' AND c.atttypid = 'timestamp'::regtype)
UNION ALL
SELECT c.object, format('%s %s', c.name, CASE WHEN c.not_null THEN 'is NOT NULL' ELSE 'accepts NULL' END), CASE WHEN c.not_null THEN 'it accepts NULL' ELSE 'it is NOT NULL' END,
  CASE WHEN c.not_null THEN format('%sALTER TABLE %s ALTER COLUMN %I SET NOT NULL',
      CASE WHEN c.usual IS NOT NULL THEN format('UPDATE %1$s SET %2$I = %3$s WHERE %2$I IS NULL; ', c.target, c.name, c.usual) END, c.target, c.name)
    ELSE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', c.target, c.name) END, NULL, false
FROM columns c
-- a key that is missing is reported above
WHERE c.attnum IS NOT NULL AND c.attnotnull <> c.not_null AND NOT (c.not_null AND c.usual IS NULL AND EXISTS (SELECT FROM keys k WHERE k.oid = c.oid AND NOT k.has_key))
UNION ALL
SELECT c.object, format('%s has the default %s', c.name, coalesce(c.usual, 'NULL')), coalesce(c.given, 'no default'),
  format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', c.target, c.name, c.usual), NULL, false
FROM columns c
WHERE c.attnum IS NOT NULL AND c.usual IS NOT NULL AND c.attgenerated = '' AND coalesce(c.given, '') !~ '(now|_timestamp)\(\)|CURRENT_TIMESTAMP|LOCALTIMESTAMP'
UNION ALL
SELECT c.object, format('%s is an ordinary column', c.name), CASE WHEN c.attgenerated <> '' THEN 'it is generated' ELSE 'it is an identity column' END,
  format('ALTER TABLE %s ALTER COLUMN %I DROP %s', c.target, c.name, CASE WHEN c.attgenerated <> '' THEN 'EXPRESSION' ELSE 'IDENTITY' END), NULL, false
FROM columns c WHERE c.attgenerated <> '' OR c.attidentity <> ''
ORDER BY 1, 2;

-- check: ledger.additions
-- title: nothing was added to the ledger that changes its rows
-- input: ledger
-- remedy: drop what was added
-- about: A trigger or rule changes what is recorded, row security hides rows, rows of a child table count as rows of the ledger, and
--   a constraint or a column without a default refuses the next row.
-- example: table schema_migrations | no rule | rule keep_out
WITH tools AS (
  SELECT c.oid, c.relrowsecurity, t.key, t.columns, format('%I.%I', n.nspname, c.relname) AS target,
    format('table %s%s', CASE n.nspname WHEN :'schema' THEN '' ELSE n.nspname || '.' END, c.relname) AS object
  FROM jsonb_to_recordset($1::jsonb->'tables') AS t (name text, key jsonb, columns jsonb)
  JOIN pg_namespace n ON n.nspname = $1::jsonb->>'ledgerSchema'
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name AND c.relkind IN ('r', 'p')
)
SELECT t.object, 'no trigger' AS expected, format('trigger %s', g.tgname) AS actual, format('DROP TRIGGER %I ON %s', g.tgname, t.target) AS sql, true AS destructive
FROM tools t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D'
UNION ALL
SELECT t.object, 'no rule', format('rule %s', r.rulename), format('DROP RULE %I ON %s', r.rulename, t.target), true
FROM tools t JOIN pg_rewrite r ON r.ev_class = t.oid AND r.ev_enabled <> 'D'
UNION ALL
SELECT t.object, 'no row level security', 'enabled', format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t.target), true
FROM tools t WHERE t.relrowsecurity
UNION ALL
SELECT t.object, 'no policy', format('policy %s', p.polname), format('DROP POLICY %I ON %s', p.polname, t.target), true
FROM tools t JOIN pg_policy p ON p.polrelid = t.oid
UNION ALL
SELECT t.object, 'no other constraint', format('constraint %s %s', k.conname, pg_get_constraintdef(k.oid, true)), format('ALTER TABLE %s DROP CONSTRAINT %I', t.target, k.conname), true
FROM tools t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype NOT IN ('p', 'n')
WHERE NOT (k.contype = 'u' AND NOT k.condeferrable
  AND (SELECT jsonb_agg(a.attname ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (k.conkey))
    = (SELECT jsonb_agg(c.name ORDER BY c.name COLLATE "C") FROM jsonb_array_elements_text(t.key) AS c (name)))
UNION ALL
SELECT t.object, 'no other unique index', format('index %s', x.relname), format('DROP INDEX %I.%I', n.nspname, x.relname), true
FROM tools t
JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique AND NOT i.indisprimary
JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
  AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR NOT EXISTS (
    SELECT FROM pg_attribute a JOIN jsonb_array_elements_text(t.key) AS c (name) ON a.attname = c.name
    WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey::int2[]) HAVING count(*) = jsonb_array_length(t.key)))
UNION ALL
SELECT t.object, format('the column %s accepts NULL, or has a default', a.attname), 'it is NOT NULL without a default',
  format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', t.target, a.attname), false
FROM tools t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset(t.columns) AS c (name text) WHERE c.name = a.attname)
UNION ALL
SELECT t.object, 'no child table', format('child %s', i.inhrelid::regclass), format('ALTER TABLE %s NO INHERIT %s', i.inhrelid::regclass, t.target), true
FROM tools t JOIN pg_inherits i ON i.inhparent = t.oid JOIN pg_class c ON c.oid = i.inhrelid AND NOT c.relispartition
UNION ALL
SELECT t.object, 'no parent table', format('parent %s', i.inhparent::regclass), format('ALTER TABLE %s NO INHERIT %s', t.target, i.inhparent::regclass), true
FROM tools t JOIN pg_inherits i ON i.inhrelid = t.oid JOIN pg_class c ON c.oid = i.inhrelid AND NOT c.relispartition
ORDER BY 1, 3;

-- check: ledger.pending
-- title: every migration is applied
-- input: ledger
-- remedy: run `skills migrate`
-- example: migration 20260101_add_ratings | applied, with a row in schema_migrations | pending
SELECT
  format('migration %s', file.version)                               AS object,
  format('applied, with a row in %s', $1::jsonb->>'ledger')          AS expected,
  'pending'                                                          AS actual
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, own boolean, state text)
-- a file of the package whose row has no digest runs again
WHERE file.state = 'pending' OR (file.state = 'adopted' AND file.own)
ORDER BY file.version COLLATE "C";

-- check: ledger.edited
-- title: no migration changed after it was applied
-- input: ledger
-- remedy: restore the file as it was applied and write a new migration for the change; if only comments or white space changed, run `skills migrate repair VERSION`
-- example: migration 20260101_add_ratings | sha256:9f86d081884c…, as applied | sha256:60303ae22b99…, as the file is
SELECT
  format('migration %s', file.version)                                    AS object,
  coalesce(nullif(done.checksum, '') || ', as applied', 'the digest of the applied file') AS expected,
  CASE WHEN coalesce(done.checksum, '') = '' THEN 'the ledger has no digest' ELSE file.checksum || ', as the file is' END AS actual,
  CASE WHEN coalesce(done.checksum, '') = ''
    THEN format('compare the file with the one that was applied, then run `skills migrate repair %s`, which records its digest', file.version)
    ELSE format('restore the file as it was applied and write a new migration for the change; if only comments or white space changed, run `skills migrate repair %s`', file.version)
    END AS remedy
FROM jsonb_to_recordset($1::jsonb->'files') AS file (version text, own boolean, checksum text, state text)
JOIN jsonb_to_recordset($1::jsonb->'rows') AS done (version text, checksum text, tool text, late boolean, ours boolean) ON done.version = file.version
WHERE file.state = 'changed'
  -- an older tool writes neither a digest nor its name, and wrote its rows before this one
  OR (file.state = 'adopted' AND NOT file.own AND (done.tool IS NOT NULL OR done.ours OR done.late))
ORDER BY file.version COLLATE "C";

-- check: ledger.missing
-- title: every applied migration has its file
-- input: ledger
-- remedy: restore the file, or name its folder in the setting migrations; if it is gone for good, run `skills migrate repair VERSION --forget`
-- example: migration 20260101_add_ratings | a file of that name | missing; skills 0.1.0 applied it
SELECT
  format('migration %s', done.version)                  AS object,
  'a file of that name'                                 AS expected,
  format('missing; %s applied it', coalesce(nullif(done.tool, ''), 'skills')) AS actual,
  format('restore the file, or name its folder in the setting migrations; if it is gone for good, run `skills migrate repair %s --forget`', done.version) AS remedy
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
  format('interrupted: %s of %s statements completed', begun.done, coalesce(begun.statements::text, 'an unknown number of')) AS actual,
  CASE WHEN begun.statements IS NULL
    THEN format('restore the file, or name its folder in the setting migrations, and run `skills migrate`; if it is gone for good, run `skills migrate repair %s --forget`', begun.version)
  END AS remedy
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
JOIN jsonb_to_recordset($1::jsonb->'rows') AS done (version text, tool text, late boolean, ours boolean) ON done.version = file.version
WHERE file.state = 'adopted' AND done.tool IS NULL AND NOT done.ours AND NOT done.late
ORDER BY file.version COLLATE "C";
