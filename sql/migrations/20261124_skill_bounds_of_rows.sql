-- Checks the rows that were in the tables before their constraints (20261123_skill_bounds.sql), in a transaction of its own: VALIDATE
-- reads the whole table, and blocks neither readers nor writers.
--
-- It can run again at any time. A constraint that some row violates stays NOT VALID, and the rows stay as they are: `skills verify` counts
-- them, and prints the query that finds them.

DO $rows$
DECLARE
  v_table      record;
  v_constraint name;
BEGIN
  FOR v_table IN
    SELECT c.conrelid::regclass AS name, pg_catalog.array_agg(c.conname ORDER BY c.conname) AS constraints
    FROM pg_catalog.pg_constraint AS c
    WHERE c.contype = 'c'::"char" AND NOT c.convalidated AND c.conrelid = ANY (ARRAY[
      'skills_registry', 'skill_unlocks', 'skill_usage_events', 'skill_feedback', 'agent_emergence_candidates'
    ]::regclass[]::oid[])
    GROUP BY c.conrelid
  LOOP
    BEGIN
      -- all in one reading of the table
      EXECUTE pg_catalog.format('ALTER TABLE %s %s', v_table.name, (
        SELECT pg_catalog.string_agg(pg_catalog.format('VALIDATE CONSTRAINT %I', n), ', '::text) FROM pg_catalog.unnest(v_table.constraints) AS n));
    EXCEPTION WHEN check_violation THEN
      FOREACH v_constraint IN ARRAY v_table.constraints LOOP
        BEGIN
          EXECUTE pg_catalog.format('ALTER TABLE %s VALIDATE CONSTRAINT %I', v_table.name, v_constraint);
        EXCEPTION WHEN check_violation THEN
          NULL;
        END;
      END LOOP;
    END;
  END LOOP;
END
$rows$;
