-- Events after the last one that was passed to the reader.
(:after_id::bigint IS NULL OR (
-- include: event-order
) > (:after_at::text::timestamptz, :after_id::bigint, :after_user::uuid))
