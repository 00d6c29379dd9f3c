-- The latest events at a snapshot, in the order of their times, as a cursor. Events that became visible after the snapshot
-- are excluded by the same condition that selects them later: restored rows can have any txid.
DECLARE events NO SCROLL CURSOR FOR
SELECT
-- include: event-columns
FROM (
  SELECT * FROM :"schema".skill_usage_events
  WHERE NOT (txid >= :xmin::bigint AND txid < :xmax::bigint AND NOT txid_visible_in_snapshot(txid, :snapshot::text::txid_snapshot))
    AND (:skill::text IS NULL OR skill_id = :skill::text) AND (:user::uuid IS NULL OR user_id = :user::uuid)
  ORDER BY created_at DESC, id DESC, user_id DESC
  LIMIT :limit::bigint
) AS skill_usage_events
WHERE
-- include: after-last
ORDER BY
-- include: event-order
;
