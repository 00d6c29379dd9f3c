-- Whether the registry holds what the folder of skills holds.
-- $1: {"roots": ["<folder>"], "skills": [{"id", "sha256", "version", "enabled", "trustLevel", "meta": {}}],
--      "invalid": [{"path", "reason"}], "ownKeys": ["<key of meta that sync writes>"]}
-- A row of the registry names the folder it came from in meta->>'root'; rows from elsewhere are left out of account
-- when looking for what is gone. While a skill cannot be read nothing is called gone: it may be the one.

-- group: registry
-- about: Agents read `skills_registry`. Its rows must match the skills of this checkout.

-- check: registry.invalid
-- title: every skill of the folder can be read
-- severity: error
-- input: skills
-- remedy: run `skills sync --dry-run`, which names file, line and column, and mend the file
-- example: skill folder skills/review-changes | a valid skill | quote the description: it contains `: `
SELECT
  format('skill folder %s', invalid.path)  AS object,
  'a valid skill'                          AS expected,
  invalid.reason                           AS actual
FROM jsonb_to_recordset($1::jsonb->'invalid') AS invalid (path text, reason text)
ORDER BY invalid.path COLLATE "C";

-- check: registry.missing
-- title: every skill of the folder is registered
-- severity: error
-- input: skills
-- remedy: run `skills sync`
-- example: skill review-changes | registered, version 1.2.0 | missing
SELECT
  format('skill %s', skill.id)                                   AS object,
  format('registered, version %s', skill.version)                AS expected,
  'missing'                                                      AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, version text)
WHERE NOT EXISTS (SELECT 1 FROM skills_registry r WHERE r.skill_id = skill.id)
ORDER BY skill.id COLLATE "C";

-- check: registry.behind
-- title: every registered skill has the version and content of the folder
-- severity: error
-- input: skills
-- remedy: run `skills sync`
-- example: skill elemental-checkin | version 1.2.0, sha256 ce5f128c4041… | version 1.1.0, sha256 8d969eef6eca…
SELECT
  format('skill %s', skill.id)                                                                     AS object,
  format('version %s, sha256 %s', coalesce(skill.version, 'none'), coalesce(skill.sha256, 'none')) AS expected,
  format('version %s, sha256 %s', r.version, coalesce(r.sha256, 'none'))                           AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, sha256 text, version text)
JOIN skills_registry r ON r.skill_id = skill.id
WHERE (r.version IS DISTINCT FROM skill.version OR r.sha256 IS DISTINCT FROM skill.sha256)
  -- numbers with dots compare part by part; what is ahead is told below
  AND NOT coalesce(
    CASE WHEN r.version ~ '^\d{1,9}(\.\d{1,9})*$' AND skill.version ~ '^\d{1,9}(\.\d{1,9})*$'
      THEN string_to_array(r.version, '.')::int[] > string_to_array(skill.version, '.')::int[] END, false)
ORDER BY skill.id COLLATE "C";

-- check: registry.ahead
-- title: no registered skill is newer than the folder
-- severity: error
-- input: skills
-- remedy: another checkout was synced later: bring this one up to date; or, to go back to this folder, run `skills sync`
-- example: skill elemental-checkin | version 1.2.0 at most | version 1.10.0
SELECT
  format('skill %s', skill.id)                 AS object,
  format('version %s at most', skill.version)  AS expected,
  format('version %s', r.version)              AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, version text)
JOIN skills_registry r ON r.skill_id = skill.id
WHERE CASE WHEN r.version ~ '^\d{1,9}(\.\d{1,9})*$' AND skill.version ~ '^\d{1,9}(\.\d{1,9})*$'
  THEN string_to_array(r.version, '.')::int[] > string_to_array(skill.version, '.')::int[] END
ORDER BY skill.id COLLATE "C";

-- check: registry.edited
-- title: what the registry says about a skill is what its files say
-- severity: error
-- input: skills
-- remedy: run `skills sync`; if the change is meant, make it in the skill's files
-- example: skill elemental-checkin | meta.category "lineage" | meta.category not set
SELECT
  format('skill %s', skill.id)                                              AS object,
  format('meta.%s %s', key, coalesce((skill.meta->key)::text, 'not set'))   AS expected,
  format('meta.%s %s', key, coalesce((r.meta->key)::text, 'not set'))       AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, sha256 text, version text, meta jsonb)
JOIN skills_registry r ON r.skill_id = skill.id AND r.version = skill.version AND r.sha256 = skill.sha256
CROSS JOIN jsonb_array_elements_text($1::jsonb->'ownKeys') AS key
-- most rows are right as a whole: compared key by key only where they are not
WHERE (NOT r.meta @> skill.meta OR EXISTS (SELECT 1 FROM jsonb_array_elements_text($1::jsonb->'ownKeys') AS k WHERE r.meta ? k AND NOT skill.meta ? k))
  AND r.meta->key IS DISTINCT FROM skill.meta->key
ORDER BY skill.id COLLATE "C", key COLLATE "C";

-- check: registry.orphans
-- title: no skill is enabled whose folder is gone
-- severity: error
-- input: skills
-- remedy: run `skills sync`
-- example: skill review-changes | disabled, or a folder below skills | enabled, and its folder is gone
SELECT
  format('skill %s', r.skill_id)                                AS object,
  format('disabled, or a folder below %s', r.meta->>'root')     AS expected,
  'enabled, and its folder is gone'                             AS actual
FROM skills_registry r
WHERE r.enabled
  AND $1::jsonb->'roots' ? (r.meta->>'root')
  AND jsonb_array_length($1::jsonb->'invalid') = 0
  AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text) WHERE skill.id = r.skill_id)
ORDER BY r.skill_id COLLATE "C";

-- check: registry.disabled-by-hand
-- title: every skill that its files enable is enabled
-- severity: warning
-- input: skills
-- remedy: if it is no longer meant: UPDATE skills_registry SET enabled = true WHERE skill_id = '...'; if it is, say `enabled: false` in the skill's files
-- example: skill elemental-checkin | enabled, as its files say | disabled in the database
SELECT
  format('skill %s', skill.id)             AS object,
  'enabled, as its files say'              AS expected,
  'disabled in the database'               AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, enabled boolean)
JOIN skills_registry r ON r.skill_id = skill.id
WHERE skill.enabled AND NOT r.enabled AND NOT r.meta ? 'pruned'
ORDER BY skill.id COLLATE "C";

-- check: registry.set-by-hand
-- title: switches in the database that differ from the files
-- severity: info
-- input: skills
-- remedy: an operator's word outlives a sync; nothing to do if it is meant
-- example: skill elemental-checkin | enabled true, trust level 1 | enabled true, trust level 4
SELECT
  format('skill %s', skill.id)                                                              AS object,
  format('enabled %s, trust level %s', skill.enabled::text, skill."trustLevel")             AS expected,
  format('enabled %s, trust level %s', r.enabled::text, r.trust_level)                      AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, enabled boolean, "trustLevel" integer)
JOIN skills_registry r ON r.skill_id = skill.id
WHERE r.trust_level IS DISTINCT FROM skill."trustLevel" OR (r.enabled AND NOT skill.enabled)
ORDER BY skill.id COLLATE "C";
