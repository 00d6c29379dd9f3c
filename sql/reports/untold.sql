-- What comes behind the event that was told last.
(:after_id::bigint IS NULL OR (
-- include: event-order
) > (:after_at::text::timestamptz, :after_id::bigint, :after_user::uuid))
