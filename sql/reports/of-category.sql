  (:category::text IS NULL OR skill_id IN (SELECT r.skill_id FROM :"schema".skills_registry r WHERE r.meta->>'category' = :category::text))
