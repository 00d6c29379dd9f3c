-- How many rows cannot be added up: those that the steps have set aside, and those of the tail.
WITH
-- include: tail,
waiting AS (
  SELECT count(*) AS n FROM :"schema".skill_usage_events
  WHERE
-- include: unrolled-events
)
SELECT (SELECT count(*) FROM :"schema".skill_rollup_set_aside) + (SELECT n FROM waiting) - (SELECT count(*) FROM tail) AS rows;
