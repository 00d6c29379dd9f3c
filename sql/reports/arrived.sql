-- Events that became visible between two snapshots; the second one is not always now. Rows that were restored from another
-- server can have transaction IDs that are in the future here: they are excluded.
FROM :"schema".skill_usage_events
WHERE txid >= :xmin::bigint AND txid < :xmax::bigint AND NOT txid_visible_in_snapshot(txid, :snapshot::text::txid_snapshot)
  AND txid_visible_in_snapshot(txid, :until::text::txid_snapshot)
  AND (:skill::text IS NULL OR skill_id = :skill::text) AND (:user::uuid IS NULL OR user_id = :user::uuid)
