SELECT
  (SELECT coalesce(jsonb_agg(jsonb_build_array(hour, n, ok) ORDER BY hour), '[]') FROM hours)            AS hours,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(tag, n) ORDER BY n DESC, tag COLLATE "C"), '[]') FROM tags) AS tags,
  (SELECT jsonb_build_object('version', version, 'enabled', enabled, 'trustLevel', trust_level, 'tier', meta->>'tier', 'category', meta->>'category')
   FROM :"schema".skills_registry WHERE skill_id = :skill::text)                                                   AS registered;
