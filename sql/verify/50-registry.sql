-- Whether the registry matches the skills.
-- $1: {"roots": ["<folder>"], "skills": [{"id", "sha256", "version", "enabled", "trustLevel", "meta": {}}],
--      "invalid": [{"path", "reason"}], "ownKeys": ["<key of meta that sync writes>"]}
-- meta->>'root' of a row is the folder that it came from; rows from other folders are ignored when looking for skills without a
-- folder. While a skill cannot be read, no row counts as a skill without a folder: it may be that skill.

-- group: registry
-- about: Agents read `skills_registry`. Its rows must match the skills of this checkout.

-- check: registry.invalid
-- title: every skill can be read
-- input: skills
-- remedy: run `skills sync --dry-run`, which prints file, line and column, and fix the file
-- example: skill folder skills/review-changes | a valid skill | quote the description: it contains `: `
SELECT
  format('skill folder %s', invalid.path)  AS object,
  'a valid skill'                          AS expected,
  invalid.reason                           AS actual
FROM jsonb_to_recordset($1::jsonb->'invalid') AS invalid (path text, reason text)
ORDER BY invalid.path COLLATE "C";

-- check: registry.missing
-- title: every skill is registered
-- input: skills
-- remedy: run `skills sync`
-- example: skill review-changes | registered, version 1.2.0 | missing
SELECT
  format('skill %s', skill.id)                                   AS object,
  format('registered, version %s', skill.version)                AS expected,
  'missing'                                                      AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, version text)
WHERE NOT EXISTS (SELECT 1 FROM :"schema".skills_registry r WHERE r.skill_id = skill.id)
ORDER BY skill.id COLLATE "C";

-- check: registry.behind
-- title: every registered skill has the version and digest of its files
-- input: skills
-- remedy: run `skills sync`
-- example: skill elemental-checkin | version 1.2.0, sha256 ce5f128c4041… | version 1.1.0, sha256 8d969eef6eca…
SELECT
  format('skill %s', skill.id)                                                                     AS object,
  format('version %s, sha256 %s', coalesce(skill.version, 'none'), coalesce(skill.sha256, 'none')) AS expected,
  format('version %s, sha256 %s', r.version, coalesce(r.sha256, 'none'))                           AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, sha256 text, version text)
JOIN :"schema".skills_registry r ON r.skill_id = skill.id
WHERE (r.version IS DISTINCT FROM skill.version OR r.sha256 IS DISTINCT FROM skill.sha256)
  -- numbers with dots compare part by part; registry.ahead reports later versions
  AND NOT coalesce(
    CASE WHEN r.version ~ '^\d{1,9}(\.\d{1,9})*$' AND skill.version ~ '^\d{1,9}(\.\d{1,9})*$'
      THEN string_to_array(r.version, '.')::int[] > string_to_array(skill.version, '.')::int[] END, false)
ORDER BY skill.id COLLATE "C";

-- check: registry.ahead
-- title: no registered skill has a later version than its files
-- input: skills
-- remedy: update this checkout, another one was synced later; to return to this version, run `skills sync`
-- example: skill elemental-checkin | version 1.2.0 at most | version 1.10.0
SELECT
  format('skill %s', skill.id)                 AS object,
  format('version %s at most', skill.version)  AS expected,
  format('version %s', r.version)              AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, version text)
JOIN :"schema".skills_registry r ON r.skill_id = skill.id
WHERE CASE WHEN r.version ~ '^\d{1,9}(\.\d{1,9})*$' AND skill.version ~ '^\d{1,9}(\.\d{1,9})*$'
  THEN string_to_array(r.version, '.')::int[] > string_to_array(skill.version, '.')::int[] END
ORDER BY skill.id COLLATE "C";

-- check: registry.edited
-- title: the metadata of every registered skill is that of its files
-- input: skills
-- remedy: run `skills sync`; to keep the change, make it in the files of the skill
-- example: skill elemental-checkin | meta.category "lineage" | meta.category not set
SELECT
  format('skill %s', skill.id)                                              AS object,
  format('meta.%s %s', key, coalesce((skill.meta->key)::text, 'not set'))   AS expected,
  format('meta.%s %s', key, coalesce((r.meta->key)::text, 'not set'))       AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, sha256 text, version text, meta jsonb)
JOIN :"schema".skills_registry r ON r.skill_id = skill.id AND r.version = skill.version AND r.sha256 = skill.sha256
CROSS JOIN jsonb_array_elements_text($1::jsonb->'ownKeys') AS key
-- most rows are equal as a whole: only the others are compared key by key. Containment would not do: it ignores the order of a list,
-- and values that are there twice
WHERE r.meta IS DISTINCT FROM skill.meta
  AND r.meta->key IS DISTINCT FROM skill.meta->key
ORDER BY skill.id COLLATE "C", key COLLATE "C";

-- check: registry.orphans
-- title: every enabled skill has a folder
-- input: skills
-- remedy: run `skills sync`
-- example: skill review-changes | disabled, or a folder in skills | enabled, without a folder
SELECT
  format('skill %s', r.skill_id)                                AS object,
  format('disabled, or a folder in %s', r.meta->>'root')     AS expected,
  'enabled, without a folder'                             AS actual
FROM :"schema".skills_registry r
WHERE r.enabled
  -- sync disabled it, and an operator enabled it again: sync keeps that
  AND r.meta->'pruned' IS DISTINCT FROM 'true'::jsonb
  AND $1::jsonb->'roots' ? (r.meta->>'root')
  AND jsonb_array_length($1::jsonb->'invalid') = 0
  AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text) WHERE skill.id = r.skill_id)
ORDER BY r.skill_id COLLATE "C";

-- check: registry.disabled-by-hand
-- title: every skill that its files enable is enabled
-- severity: warning
-- input: skills
-- remedy: run `skills enable ID`; to keep it disabled, set `enabled: false` in its files
-- example: skill elemental-checkin | enabled, as in its files | disabled in the database
SELECT
  format('skill %s', skill.id)             AS object,
  'enabled, as in its files'               AS expected,
  'disabled in the database'               AS actual,
  format('run `skills enable %s`; to keep it disabled, set `enabled: false` in its files', skill.id) AS remedy
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, enabled boolean)
JOIN :"schema".skills_registry r ON r.skill_id = skill.id
WHERE skill.enabled AND NOT r.enabled AND NOT r.meta ? 'pruned'
ORDER BY skill.id COLLATE "C";

-- check: registry.set-by-hand
-- title: every skill has the trust level and the enabled state of its files
-- severity: info
-- input: skills
-- remedy: do nothing if it is intended: a sync keeps what an operator sets
-- example: skill elemental-checkin | enabled true, trust level 1 | enabled true, trust level 4
SELECT
  format('skill %s', skill.id)                                                              AS object,
  format('enabled %s, trust level %s', skill.enabled::text, skill."trustLevel")             AS expected,
  format('enabled %s, trust level %s', r.enabled::text, r.trust_level)                      AS actual
FROM jsonb_to_recordset($1::jsonb->'skills') AS skill (id text, enabled boolean, "trustLevel" integer)
JOIN :"schema".skills_registry r ON r.skill_id = skill.id
WHERE r.trust_level IS DISTINCT FROM skill."trustLevel" OR (r.enabled AND NOT skill.enabled)
ORDER BY skill.id COLLATE "C";
