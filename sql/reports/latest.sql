-- The latest events at a snapshot, in the order in which they happened, as a cursor. What has become visible since the
-- snapshot is left out by the very condition by which it is taken later: rows that were restored may have any txid.
DECLARE events NO SCROLL CURSOR FOR
SELECT
-- include: event-columns
FROM (
  SELECT * FROM skill_usage_events
  WHERE NOT (txid >= :xmin::bigint AND txid < :xmax::bigint AND NOT txid_visible_in_snapshot(txid, :snapshot::text::txid_snapshot))
    AND (:skill::text IS NULL OR skill_id = :skill::text) AND (:user::uuid IS NULL OR user_id = :user::uuid)
  ORDER BY created_at DESC, id DESC, user_id DESC
  LIMIT :limit::bigint
) AS skill_usage_events
WHERE
-- include: untold
ORDER BY
-- include: event-order
;
