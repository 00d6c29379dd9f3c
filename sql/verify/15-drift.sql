-- Whether the schema is what the applied migration files make. The comparison is made before these are asked: the files
-- run in a scratch schema of the same transaction, and the two catalogs are laid side by side. What another check has
-- named already is left out here. docs/verify.md says what is compared and what is not judged.
-- $1: {"differences": [{"kind", "object", "expected", "actual", "remedy"}], "failures": [{"place", "message"}]}

-- group: drift
-- about: The schema must be what the applied migrations create. A difference means that someone changed the database
--   without a migration, or that a statement was skipped because an object of that name existed.

-- check: drift.missing
-- title: nothing else that the migration files make is missing
-- severity: error
-- input: drift
-- remedy: run the statement of the migration file again
-- example: constraint skills_registry.skills_registry_trust_level_check | CHECK (trust_level >= 1 AND trust_level <=
--   5) | missing
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'missing';

-- check: drift.different
-- title: everything else is what the migration files say
-- severity: error
-- input: drift
-- remedy: run the statement of the migration file again
-- example: function is_skill_unlocked(uuid, text) | … set search_path=<schema>, pg_temp … | … set
--   search_path=<schema> …
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'different';

-- check: drift.extra
-- title: nothing was added by hand that changes what the tables accept or do
-- severity: error
-- input: drift
-- remedy: drop it, or write a migration that makes it
-- example: policy skill_unlocks.theirs | nothing: no file makes it | permissive for * to public using (false)
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'extra';

-- check: drift.grants
-- title: everybody has the rights that the migration files give, and PUBLIC no others
-- severity: error
-- input: drift
-- remedy: GRANT or REVOKE what differs
-- example: rights of PUBLIC on table skill_usage_events | none | INSERT
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'grant';

-- check: drift.comments
-- title: comments are those of the migration files
-- severity: warning
-- input: drift
-- remedy: run the COMMENT statements of the files again
-- example: comment on skill_unlocks.unlock_reason | Why it was last opened, for the audit trail | missing
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'comment';

-- check: drift.build
-- title: every statement of the migration files could be run for the comparison
-- severity: warning
-- input: drift
-- remedy: what the statement names was not compared; look at it by hand
-- example: statement at db/migrations/20260101_backfill.sql:5 | runs in an empty schema | relation "old_orders" does
--   not exist
SELECT
  format('statement at %s', f.place)   AS object,
  'runs in an empty schema'            AS expected,
  f.message                            AS actual
FROM jsonb_to_recordset($1::jsonb->'failures') AS f (place text, message text);
