-- Whether the registry holds what the folder of skills holds.
-- $1: {"roots": ["<folder>"], "skills": [{"id", "sha256", "version"}], "invalid": [{"path", "reason"}]}
-- A row of the registry names the folder it came from in meta->>'root'; rows from elsewhere are left out of account
-- when looking for what is gone. While a skill cannot be read nothing is called gone: it may be the one.

-- check: registry.invalid
-- title: every skill of the folder can be read
-- severity: error
-- input: skills
-- remedy: run `skills sync --dry-run`, which names file, line and column, and mend the file
SELECT
  format('skill folder %s', invalid.path)  AS object,
  'a valid skill'                          AS expected,
  invalid.reason                           AS actual
FROM jsonb_to_recordset(coalesce(nullif($1::jsonb->'invalid', 'null'), '[]')) AS invalid (path text, reason text)
ORDER BY invalid.path COLLATE "C";

-- check: registry.missing
-- title: every skill of the folder is registered
-- severity: error
-- input: skills
-- remedy: run `skills sync`
SELECT
  format('skill %s', skill.id)                                   AS object,
  format('registered, version %s', skill.version)                AS expected,
  'missing'                                                      AS actual
FROM jsonb_to_recordset(coalesce(nullif($1::jsonb->'skills', 'null'), '[]')) AS skill (id text, sha256 text, version text)
WHERE NOT EXISTS (SELECT 1 FROM skills_registry r WHERE r.skill_id = skill.id)
ORDER BY skill.id COLLATE "C";

-- check: registry.behind
-- title: every registered skill has the version and content of the folder
-- severity: error
-- input: skills
-- remedy: run `skills sync`
SELECT
  format('skill %s', skill.id)                                                                     AS object,
  format('version %s, sha256 %s', coalesce(skill.version, 'none'), coalesce(skill.sha256, 'none')) AS expected,
  format('version %s, sha256 %s', r.version, coalesce(r.sha256, 'none'))                           AS actual
FROM jsonb_to_recordset(coalesce(nullif($1::jsonb->'skills', 'null'), '[]')) AS skill (id text, sha256 text, version text)
JOIN skills_registry r ON r.skill_id = skill.id
WHERE r.version IS DISTINCT FROM skill.version OR r.sha256 IS DISTINCT FROM skill.sha256
ORDER BY skill.id COLLATE "C";

-- check: registry.orphans
-- title: no skill is enabled whose folder is gone
-- severity: error
-- input: skills
-- remedy: run `skills sync`
SELECT
  format('skill %s', r.skill_id)                                AS object,
  format('disabled, or a folder below %s', r.meta->>'root')     AS expected,
  'enabled, and its folder is gone'                             AS actual
FROM skills_registry r
WHERE r.enabled
  AND $1::jsonb->'roots' ? (r.meta->>'root')
  AND jsonb_array_length(coalesce(nullif($1::jsonb->'invalid', 'null'), '[]')) = 0
  AND NOT EXISTS (
    SELECT 1
    FROM jsonb_to_recordset(coalesce(nullif($1::jsonb->'skills', 'null'), '[]')) AS skill (id text, sha256 text, version text)
    WHERE skill.id = r.skill_id
  )
ORDER BY r.skill_id COLLATE "C";
