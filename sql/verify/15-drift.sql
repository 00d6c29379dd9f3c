-- The other differences between the schema and what the applied migrations create. These checks have no query either, see
-- 10-objects.sql. A check of your own can have `input: drift`:
-- $1: {"differences": [{"check", "object", "expected", "actual", "remedy"}], "failures": [{"place", "message"}]}

-- group: drift
-- about: The schema must be what the applied migrations create. A difference means that someone changed the database without a
--   migration, or that a statement was skipped because an object of that name existed.

-- check: drift.missing
-- title: every other object of the applied migrations exists
-- input: drift
-- remedy: create it again as expected
-- example: constraint skills_registry.skills_registry_trust_level_check | CHECK (trust_level >= 1 AND trust_level <= 5) | missing

-- check: drift.different
-- title: every other object has the definition of the applied migrations
-- input: drift
-- remedy: create it again as expected
-- example: function is_skill_unlocked(uuid, text) | … RETURN true; … | … RETURN false; …

-- check: drift.extra
-- title: no object was added that changes what the tables accept or do
-- input: drift
-- remedy: drop it, or write a migration that creates it
-- example: policy skill_unlocks.theirs | nothing: no migration creates it | permissive for * to public using (false)

-- check: drift.grants
-- title: roles have the privileges of the applied migrations, and PUBLIC no others
-- input: drift
-- remedy: GRANT or REVOKE the difference
-- example: privileges of PUBLIC on table skill_usage_events | none | SELECT

-- check: drift.default-privileges
-- title: new objects get the privileges of the applied migrations
-- severity: warning
-- input: drift
-- remedy: run the printed ALTER DEFAULT PRIVILEGES statement
-- about: PUBLIC is every role that can connect. A table or function that a later migration creates would be open to all of them. More
--   privileges for a named role are the decision of the administrator.
-- example: default privileges on tables to PUBLIC | none | SELECT

-- check: drift.column-order
-- title: the columns of every table have the order of the applied migrations
-- severity: info
-- input: drift
-- remedy: name the columns in COPY and INSERT; only a new table has another order
-- about: Statements that name their columns work. COPY without a list of columns, and `SELECT *`, depend on the order.
-- example: table notes | id, body, tag | id, tag, body

-- check: drift.names
-- title: every constraint but a primary key has the name that the applied migrations give it
-- severity: warning
-- input: drift
-- remedy: run the printed ALTER TABLE statement, which renames the constraint
-- about: The constraint works. A later migration that drops or validates it by its name fails, and one that adds it adds a second one.
-- example: constraint skill_feedback.skill_feedback_version_bytes | this name | constraint skill_feedback.version_check

-- check: drift.comments
-- title: every comment is that of the applied migrations
-- severity: warning
-- input: drift
-- remedy: run the printed COMMENT statement
-- example: comment on skill_unlocks.unlock_reason | Why it was last unlocked, for the audit trail | see the wiki

-- check: drift.adopted
-- title: objects of adopted migrations have the definition of the migrations
-- severity: warning
-- input: drift
-- remedy: change it to the expected definition, or keep it
-- about: An older tool created these objects, so their definitions may be older too. They work; the checks of functions and views
--   test what they do.
-- example: function is_skill_unlocked(uuid, text) | … RETURN true; … | … RETURN EXISTS ( …

-- check: drift.build
-- title: every statement of the applied migrations runs in the scratch schema
-- severity: warning
-- input: drift
-- remedy: check by hand the objects that the fault names: they were not compared
-- about: The objects that such a statement creates or changes are not compared; the fault lists them, and so does the end of the report. All
--   others are compared. With `--strict` it is an error.
-- example: statement at db/migrations/20260101_backfill.sql:5 | runs in an empty schema | relation "old_orders" does not exist; not compared:
--   column notes.order_id
