-- Your own migrations that are not applied yet. These checks run with `skills verify --lint-pending`.
-- $1: {"files": 2, "findings": [{"place": "<file:line:column>", "severity": "error" | "warning", "code", "message", "hint"}]}

-- group: pending
-- about: `skills migrate` runs these files next. Here they are read and not run, as `skills migrate lint` does, with the tables and the version
--   of this database. A comment `-- skills-ignore: CODE` above a statement accepts a hazard.

-- check: pending.files
-- title: every pending migration can run
-- input: pending
-- remedy: correct the file
-- example: db/migrations/20260101_x.sql:3:1 | a statement that runs in a transaction | VACUUM cannot run inside a transaction block
SELECT f.place AS object, 'a file that can run' AS expected, format('%s [%s]', f.message, f.code) AS actual, f.hint AS remedy
FROM jsonb_to_recordset($1::jsonb->'findings') AS f (place text, severity text, code text, message text, hint text)
WHERE f.severity = 'error'
ORDER BY f.place COLLATE "C", f.code;

-- check: pending.hazards
-- title: no pending migration has a hazard
-- severity: warning
-- input: pending
-- remedy: change the statement as the page of its code says: `skills explain CODE`
-- example: db/migrations/20260101_x.sql:3:1 | no hazard for a database in use | CREATE INDEX blocks writes on orders [INDEX_NOT_CONCURRENT]
SELECT f.place AS object, 'no hazard for a database in use' AS expected, format('%s [%s]', f.message, f.code) AS actual, f.hint AS remedy
FROM jsonb_to_recordset($1::jsonb->'findings') AS f (place text, severity text, code text, message text, hint text)
WHERE f.severity = 'warning'
ORDER BY f.place COLLATE "C", f.code;
