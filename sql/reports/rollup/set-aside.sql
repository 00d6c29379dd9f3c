-- How many rows cannot be added up: those that the steps have set aside, and those of the tail.
WITH
-- include: tail,
waiting AS (
  SELECT count(*) AS n FROM :"schema".skill_usage_events
  WHERE txid >= :xmin::bigint AND NOT txid_visible_in_snapshot(txid, :snapshot::text::txid_snapshot)
    AND NOT (txid = coalesce(:part_txid::bigint, -1) AND id <= coalesce(:part_id::bigint, 0))
)
SELECT (SELECT count(*) FROM :"schema".skill_rollup_set_aside) + (SELECT n FROM waiting) - (SELECT count(*) FROM tail) AS rows;
