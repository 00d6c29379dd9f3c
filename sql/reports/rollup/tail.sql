-- Events that are not in the rollups yet, of the given skill.
tail AS (
  SELECT * FROM
-- include: counted-events
  WHERE txid >= :xmin::bigint AND NOT txid_visible_in_snapshot(txid, :snapshot::text::txid_snapshot)
    AND NOT (txid = coalesce(:part_txid::bigint, -1) AND id <= coalesce(:part_id::bigint, 0))
    AND (:skill::text IS NULL OR skill_id = :skill::text)
)
