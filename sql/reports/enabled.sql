-- The enabled skills.
SELECT skill_id FROM :"schema".skills_registry WHERE enabled AND (:skill::text IS NULL OR skill_id = :skill::text) ORDER BY skill_id COLLATE "C";
