-- What became visible between two snapshots; the second is not always now. Rows restored from a server that had counted
-- further, whose transactions are yet to come here, are none.
FROM skill_usage_events
WHERE txid >= :xmin::bigint AND txid < :xmax::bigint AND NOT txid_visible_in_snapshot(txid, :snapshot::text::txid_snapshot)
  AND txid_visible_in_snapshot(txid, :until::text::txid_snapshot)
  AND (:skill::text IS NULL OR skill_id = :skill::text) AND (:user::uuid IS NULL OR user_id = :user::uuid)
