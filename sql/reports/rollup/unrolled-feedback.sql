  (txid >= :feedback_xmax::bigint OR txid = ANY (:feedback_xip::text::bigint[]))
  AND NOT (txid = coalesce(:feedback_part_txid::bigint, -1) AND id <= coalesce(:feedback_part_id::bigint, 0))
