-- The actions of one user, the latest first: uses, feedback and unlocks.
SELECT * FROM (
  (SELECT created_at AS at, 'use' AS kind, skill_id, version, outcome AS what, latency_ms, session_id, NULL::integer AS rating, NULL::text AS notes
   FROM :"schema".skill_usage_events WHERE user_id = :user::uuid AND (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
   ORDER BY created_at DESC LIMIT :limit::bigint)
  UNION ALL
  (SELECT created_at, 'feedback', skill_id, version, array_to_string(tags, ', '), NULL, NULL, rating, notes
   FROM :"schema".skill_feedback WHERE user_id = :user::uuid AND (:since::timestamptz IS NULL OR created_at >= :since::timestamptz)
   ORDER BY created_at DESC LIMIT :limit::bigint)
  UNION ALL
  (SELECT unlocked_at, CASE WHEN unlocked THEN 'unlock' ELSE 'lock' END, skill_id, NULL, unlock_reason, NULL, NULL, NULL, NULL
   FROM :"schema".skill_unlocks WHERE user_id = :user::uuid AND (:since::timestamptz IS NULL OR unlocked_at >= :since::timestamptz)
   ORDER BY unlocked_at DESC NULLS LAST LIMIT :limit::bigint)
) AS timeline
ORDER BY at DESC NULLS LAST, kind, skill_id COLLATE "C"
LIMIT :limit::bigint;
