  SELECT skill_id, count(*), 0, 0, 0 FROM :"schema".skill_unlocks
  WHERE unlocked AND (:since::timestamptz IS NULL OR unlocked_at >= :since::timestamptz)
    AND (:until::timestamptz IS NULL OR unlocked_at < :until::timestamptz) AND (:skill::text IS NULL OR skill_id = :skill::text)
  GROUP BY skill_id
)
SELECT p.skill_id, coalesce(bool_or(r.meta->>'category' = 'foundational'), false) AS open_to_all, sum(p.unlocked)::bigint AS unlocked,
  sum(p.used)::bigint AS used, sum(p.succeeded)::bigint AS succeeded, sum(p.rated)::bigint AS rated
FROM parts p LEFT JOIN :"schema".skills_registry r ON r.skill_id = p.skill_id
GROUP BY p.skill_id
ORDER BY used DESC, unlocked DESC, p.skill_id COLLATE "C"
LIMIT :limit::bigint;
