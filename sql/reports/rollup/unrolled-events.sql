  -- which the saved snapshot does not see: every transaction from its end on, and those that ran then. A range from the oldest of
  -- these would have every row since an old transaction read again
  (txid >= :xmax::bigint OR txid = ANY (:xip::text::bigint[]))
  AND NOT (txid = coalesce(:part_txid::bigint, -1) AND id <= coalesce(:part_id::bigint, 0))
