-- How many rows cannot be added up, from the events and the feedback.
SELECT (SELECT count(*) FROM :"schema".skill_usage_events) - (
    SELECT count(*) FROM
-- include: counted-events
  ) + (SELECT count(*) FROM :"schema".skill_feedback) - (
    SELECT count(*) FROM
-- include: counted-feedback
  ) AS rows;
