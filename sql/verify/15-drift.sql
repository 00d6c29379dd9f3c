-- Whether the schema is what the applied migration files make. The comparison is made before these are asked: the files
-- run in a scratch schema of the same transaction, and the two catalogs are laid side by side. What another check has
-- named already is left out here. docs/verify.md says what is compared and what is not judged.
-- $1: {"differences": [{"kind", "object", "expected", "actual", "remedy"}], "failures": [{"place", "message"}]}

-- check: drift.missing
-- title: nothing else that the migration files make is missing
-- severity: error
-- input: drift
-- remedy: run the statement of the migration file again
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'missing';

-- check: drift.different
-- title: everything else is what the migration files say
-- severity: error
-- input: drift
-- remedy: run the statement of the migration file again
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'different';

-- check: drift.extra
-- title: nothing was added by hand that changes what the tables accept or do
-- severity: error
-- input: drift
-- remedy: drop it, or write a migration that makes it
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'extra';

-- check: drift.grants
-- title: everybody has the rights that the migration files give, and PUBLIC no others
-- severity: error
-- input: drift
-- remedy: GRANT or REVOKE what differs
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'grant';

-- check: drift.comments
-- title: comments are those of the migration files
-- severity: warning
-- input: drift
-- remedy: run the COMMENT statements of the files again
SELECT d.object, d.expected, d.actual, d.remedy
FROM jsonb_to_recordset($1::jsonb->'differences') AS d (kind text, object text, expected text, actual text, remedy text)
WHERE d.kind = 'comment';

-- check: drift.build
-- title: every statement of the migration files could be run for the comparison
-- severity: warning
-- input: drift
-- remedy: what the statement names was not compared; look at it by hand
SELECT
  format('statement at %s', f.place)   AS object,
  'runs in an empty schema'            AS expected,
  f.message                            AS actual
FROM jsonb_to_recordset($1::jsonb->'failures') AS f (place text, message text);
