-- What the functions do. Each check writes its own rows in the scratch schema (docs/verify.md), for skills whose ID begins with
-- `skills-verify.` and for unused user IDs; it is rolled back. The skills are registered first, so that the checks also run
-- where a foreign key refers to the registry. Calls have the exact types of the arguments, so that they mean our functions.
-- The result of a call is kept in a setting of the transaction (skills_verify.*): a statement does not see the rows that a
-- function in the same statement writes.

-- group: functions
-- about: The check calls the function on its own rows, in a transaction that is rolled back. Agents call
--   `log_skill_usage`, `is_skill_unlocked` and `unlock_skill` in their own SQL. The library also calls
--   `log_skill_usage_batch`; its definition is compared with the migration.

-- check: functions.is-skill-unlocked.foundational
-- title: a foundational skill is unlocked for every user
-- writes: rows
-- remedy: to restore is_skill_unlocked(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function is_skill_unlocked | true for a foundational skill without an unlock | returned false
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES
  ('skills-verify.open',      '1.0.0', '{"category": "foundational"}'),
  ('skills-verify.withdrawn', '1.0.0', '{"category": "foundational"}');
INSERT INTO :"schema".skill_unlocks (user_id, skill_id, unlocked) VALUES
  ('5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.withdrawn', false);
SELECT 'function is_skill_unlocked' AS object, probe.expected, format('returned %s', coalesce(probe.got::text, 'NULL')) AS actual
FROM (VALUES
  (
    'true for a foundational skill without an unlock',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.open'::text)
  ),
  (
    'true for a foundational skill with unlocked = false',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.withdrawn'::text)
  )
) AS probe (expected, got)
WHERE probe.got IS DISTINCT FROM true;

-- check: functions.is-skill-unlocked.locked
-- title: a skill that is not foundational is locked until it is unlocked
-- writes: rows
-- remedy: to restore is_skill_unlocked(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function is_skill_unlocked | false for a lineage skill without an unlock | returned true
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES
  ('skills-verify.open',    '1.0.0', '{"category": "foundational"}'),
  ('skills-verify.gated',   '1.0.0', '{"category": "lineage"}'),
  ('skills-verify.unknown', '1.0.0', '{}');
SELECT 'function is_skill_unlocked' AS object, probe.expected, format('returned %s', coalesce(probe.got::text, 'NULL')) AS actual
FROM (VALUES
  (
    'false for a lineage skill without an unlock',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.gated'::text)
  ),
  (
    'false for a skill without a category and without an unlock',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.unknown'::text)
  ),
  (
    'false for a skill that is not registered',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.absent'::text)
  )
) AS probe (expected, got)
WHERE probe.got IS DISTINCT FROM false;

-- check: functions.is-skill-unlocked.explicit
-- title: an unlock gives access to the skill
-- writes: rows
-- remedy: to restore is_skill_unlocked() and unlock_skill(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function unlock_skill | is_skill_unlocked is true after unlock_skill | is_skill_unlocked returned false
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES
  ('skills-verify.called',  '1.0.0', '{"category": "lineage"}'),
  ('skills-verify.written', '1.0.0', '{"category": "emergent"}');
INSERT INTO :"schema".skill_unlocks (user_id, skill_id, unlocked, unlocked_at) VALUES
  ('5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.written', true, now());
SELECT :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.called'::text, 'verification'::text);
SELECT probe.object, probe.expected, format('is_skill_unlocked returned %s', coalesce(probe.got::text, 'NULL')) AS actual
FROM (VALUES
  (
    'function unlock_skill',
    'is_skill_unlocked is true after unlock_skill',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.called'::text)
  ),
  (
    'function is_skill_unlocked',
    'true for a row of skill_unlocks with unlocked = true',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.written'::text)
  )
) AS probe (object, expected, got)
WHERE probe.got IS DISTINCT FROM true;

-- check: functions.is-skill-unlocked.row-with-false
-- title: a row with unlocked = false gives no access
-- writes: rows
-- remedy: to restore is_skill_unlocked(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function is_skill_unlocked | false for a row of skill_unlocks with unlocked = false | returned true
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES
  ('skills-verify.gated', '1.0.0', '{"category": "lineage"}');
INSERT INTO :"schema".skill_unlocks (user_id, skill_id, unlocked, unlocked_at, unlock_reason) VALUES
  ('5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.gated', false, now(), 'withdrawn');
SELECT
  'function is_skill_unlocked'                                     AS object,
  'false for a row of skill_unlocks with unlocked = false'         AS expected,
  format('returned %s', coalesce(probe.got::text, 'NULL'))         AS actual
FROM (VALUES (:"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.gated'::text))) AS probe (got)
WHERE probe.got IS DISTINCT FROM false;

-- check: functions.is-skill-unlocked.own-unlock-only
-- title: an unlock counts only for its own user and skill
-- writes: rows
-- remedy: to restore is_skill_unlocked() and unlock_skill(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function is_skill_unlocked | false for a second skill after the user unlocked the first one | returned
--   true
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES
  ('skills-verify.gated', '1.0.0', '{"category": "lineage"}'),
  ('skills-verify.other', '1.0.0', '{"category": "lineage"}');
SELECT :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.gated'::text, 'verification'::text);
SELECT 'function is_skill_unlocked' AS object, probe.expected, format('returned %s', coalesce(probe.got::text, 'NULL')) AS actual
FROM (VALUES
  (
    'false for a second user after the first one unlocked the skill',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000b2'::uuid, 'skills-verify.gated'::text)
  ),
  (
    'false for a second skill after the user unlocked the first one',
    :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.other'::text)
  )
) AS probe (expected, got)
WHERE probe.got IS DISTINCT FROM false;

-- check: functions.unlock-skill.writes-the-row
-- title: unlock_skill returns true and writes its arguments
-- writes: rows
-- remedy: to restore unlock_skill(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function unlock_skill | skills-verify.default: unlocked true, unlocked_at set, reason manual |
--   skills-verify.default: unlocked true, unlocked_at NULL, reason manual
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES
  ('skills-verify.gated',   '1.0.0', '{"category": "lineage"}'),
  ('skills-verify.default', '1.0.0', '{"category": "lineage"}');
SELECT set_config('skills_verify.returned', coalesce(
  :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.gated'::text, 'verification'::text)::text, 'NULL'), true);
SELECT :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.default'::text, 'manual'::text);
SELECT 'function unlock_skill' AS object, probe.expected, probe.actual
FROM (
  SELECT
    1                                                                  AS ord,
    'returned true'                                                    AS expected,
    'returned ' || current_setting('skills_verify.returned')           AS actual
  UNION ALL
  SELECT
    wanted.ord,
    format('%s: unlocked true, unlocked_at set, reason %s', wanted.skill_id, wanted.reason),
    CASE
      WHEN u.user_id IS NULL THEN format('%s: no row', wanted.skill_id)
      ELSE format('%s: unlocked %s, unlocked_at %s, reason %s', wanted.skill_id,
        u.unlocked::text, CASE WHEN u.unlocked_at IS NULL THEN 'NULL' ELSE 'set' END, coalesce(u.unlock_reason, 'NULL'))
    END
  FROM (VALUES (2, 'skills-verify.gated', 'verification'), (3, 'skills-verify.default', 'manual')) AS wanted (ord, skill_id, reason)
  LEFT JOIN :"schema".skill_unlocks u
    ON u.user_id = '5c111e00-0000-4000-8000-0000000000a1' AND u.skill_id = wanted.skill_id
) AS probe
WHERE probe.actual <> probe.expected
ORDER BY probe.ord;

-- check: functions.unlock-skill.again
-- title: a second unlock updates the row with the new reason and unlocks it again
-- writes: rows
-- remedy: to restore unlock_skill(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function unlock_skill | skills-verify.twice: rows 1, unlocked 1, with unlocked_at 1, reason second reason
--   | skills-verify.twice: rows 1, unlocked 1, with unlocked_at 1, reason first reason
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES
  ('skills-verify.twice',     '1.0.0', '{"category": "lineage"}'),
  ('skills-verify.withdrawn', '1.0.0', '{"category": "lineage"}');
INSERT INTO :"schema".skill_unlocks (user_id, skill_id, unlocked, unlocked_at, unlock_reason) VALUES
  ('5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.withdrawn', false, NULL, 'withdrawn');
SELECT :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.twice'::text, 'first reason'::text);
SELECT :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.twice'::text, 'second reason'::text);
SELECT :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1'::uuid, 'skills-verify.withdrawn'::text, 'second reason'::text);
SELECT 'function unlock_skill' AS object, probe.expected, probe.actual
FROM (
  SELECT
    wanted.skill_id,
    format('%s: rows 1, unlocked 1, with unlocked_at 1, reason second reason', wanted.skill_id) AS expected,
    format('%s: rows %s, unlocked %s, with unlocked_at %s, reason %s', wanted.skill_id, count(u.user_id),
      count(*) FILTER (WHERE u.unlocked), count(u.unlocked_at),
      coalesce(string_agg(u.unlock_reason, ' and ' ORDER BY u.unlock_reason), 'NULL'))           AS actual
  FROM (VALUES ('skills-verify.twice'), ('skills-verify.withdrawn')) AS wanted (skill_id)
  LEFT JOIN :"schema".skill_unlocks u
    ON u.user_id = '5c111e00-0000-4000-8000-0000000000a1' AND u.skill_id = wanted.skill_id
  GROUP BY wanted.skill_id
) AS probe
WHERE probe.actual <> probe.expected
ORDER BY probe.skill_id;

-- check: functions.log-skill-usage.returns-id
-- title: log_skill_usage writes one event and returns its ID
-- writes: sequences
-- remedy: to restore log_skill_usage(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function log_skill_usage | events written: 1, id: 17 | events written: 1, id: NULL
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES ('skills-verify.logged', '1.0.0');
SELECT set_config('skills_verify.returned', coalesce(:"schema".log_skill_usage(
  '5c111e00-0000-4000-8000-0000000000a1'::uuid, NULL::text, 'skills-verify.logged'::text, '1.0.0'::text, NULL::text, 'success'::text)::text, 'NULL'), true);
SELECT 'function log_skill_usage' AS object, probe.expected, probe.actual
FROM (
  SELECT
    format('events written: 1, id: %s', current_setting('skills_verify.returned')) AS expected,
    format('events written: %s, id: %s',
      count(*), coalesce(string_agg(e.id::text, ' and ' ORDER BY e.id), 'none'))   AS actual
  FROM :"schema".skill_usage_events e
  WHERE e.skill_id = 'skills-verify.logged'
) AS probe
WHERE probe.actual <> probe.expected;

-- check: functions.log-skill-usage.stores-arguments
-- title: log_skill_usage stores every argument in its column
-- writes: sequences
-- remedy: to restore log_skill_usage(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function log_skill_usage | session_id stored as verify session | session_id stored as NULL
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES ('skills-verify.logged', '1.0.0');
SELECT :"schema".log_skill_usage(
  p_user_id        => '5c111e00-0000-4000-8000-0000000000a1'::uuid,
  p_session_id     => 'verify session'::text,
  p_skill_id       => 'skills-verify.logged'::text,
  p_version        => '9.8.7'::text,
  p_tier           => 'CORE'::text,
  p_outcome        => 'soft_fail'::text,
  p_latency_ms     => 1234::integer,
  p_input_hash     => 'verify hash'::text,
  p_state_snapshot => '{"element": "water", "n": 1}'::jsonb,
  p_artifacts      => '{"made": ["note"]}'::jsonb,
  p_error_type     => 'timeout'::text,
  p_input_tokens   => 4321::bigint,
  p_output_tokens  => 987::bigint,
  p_cost_usd       => 0.0125::numeric
);
SELECT
  'function log_skill_usage'                                                           AS object,
  format('%s stored as %s', wanted.col, wanted.value)                                  AS expected,
  format('%s stored as %s', wanted.col, coalesce(stored.event->>wanted.col, 'NULL'))   AS actual
FROM (VALUES
  (1, 'user_id',        '5c111e00-0000-4000-8000-0000000000a1'),
  (2, 'session_id',     'verify session'),
  (3, 'skill_id',       'skills-verify.logged'),
  (4, 'version',        '9.8.7'),
  (5, 'tier',           'CORE'),
  (6, 'outcome',        'soft_fail'),
  (7, 'latency_ms',     '1234'),
  (8, 'input_hash',     'verify hash'),
  (9, 'state_snapshot', '{"n": 1, "element": "water"}'),
  (10, 'artifacts',     '{"made": ["note"]}'),
  (11, 'error_type',    'timeout'),
  (12, 'input_tokens',  '4321'),
  (13, 'output_tokens', '987'),
  (14, 'cost_usd',      '0.0125')
) AS wanted (ord, col, value)
LEFT JOIN (SELECT to_jsonb(e) AS event FROM :"schema".skill_usage_events e WHERE e.skill_id = 'skills-verify.logged') AS stored ON true
WHERE stored.event->>wanted.col IS DISTINCT FROM wanted.value
ORDER BY wanted.ord;

-- check: functions.log-skill-usage.defaults
-- title: omitted and NULL arguments become NULL or an empty object
-- writes: sequences
-- remedy: to restore log_skill_usage(), run `skills migrate repair skill_functions --forget --yes`, then `skills migrate`
-- example: function log_skill_usage | skills-verify.short: NULL NULL NULL NULL {} {} NULL NULL NULL NULL |
--   skills-verify.short: NULL NULL 0 NULL {} {} NULL NULL NULL NULL
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES ('skills-verify.short', '1.0.0'), ('skills-verify.nulls', '1.0.0');
SELECT :"schema".log_skill_usage(
  '5c111e00-0000-4000-8000-0000000000a1'::uuid, NULL::text, 'skills-verify.short'::text, '1.0.0'::text, NULL::text, 'success'::text);
SELECT :"schema".log_skill_usage(
  '5c111e00-0000-4000-8000-0000000000a1'::uuid, NULL::text, 'skills-verify.nulls'::text, '1.0.0'::text, NULL::text, 'success'::text,
  NULL::integer, NULL::text, NULL::jsonb, NULL::jsonb, NULL::text, NULL::bigint, NULL::bigint, NULL::numeric);
SELECT 'function log_skill_usage' AS object, probe.expected, probe.actual
FROM (
  SELECT
    format('%s: NULL NULL NULL NULL {} {} NULL NULL NULL NULL', wanted.skill_id) AS expected,
    CASE
      WHEN e.id IS NULL THEN format('%s: no event', wanted.skill_id)
      ELSE format('%s: %s %s %s %s %s %s %s %s %s %s', wanted.skill_id,
        coalesce(e.session_id, 'NULL'), coalesce(e.tier, 'NULL'), coalesce(e.latency_ms::text, 'NULL'),
        coalesce(e.input_hash, 'NULL'), e.state_snapshot, e.artifacts,
        coalesce(e.error_type, 'NULL'), coalesce(e.input_tokens::text, 'NULL'), coalesce(e.output_tokens::text, 'NULL'), coalesce(e.cost_usd::text, 'NULL'))
    END                                                      AS actual
  FROM (VALUES ('skills-verify.short'), ('skills-verify.nulls')) AS wanted (skill_id)
  LEFT JOIN :"schema".skill_usage_events e ON e.skill_id = wanted.skill_id
) AS probe
WHERE probe.actual <> probe.expected
ORDER BY probe.expected;

-- check: functions.untyped-calls
-- title: calls without types reach the functions of the package
-- writes: sequences
-- remedy: correct the function as the other faults say; if it has none, another function of the name receives the call: drop or rename that one
-- about: Applications send text when they call `is_skill_unlocked`, `unlock_skill` and `log_skill_usage`, and PostgreSQL chooses the function.
--   The scratch schema has the other functions of these names too. The library calls `log_skill_usage_batch` with types.
-- example: function is_skill_unlocked | true for a call with two texts | returned false
INSERT INTO :"schema".skills_registry (skill_id, version, meta) VALUES ('skills-verify.open', '1.0.0', '{"category": "foundational"}');
SELECT set_config('skills_verify.asked', coalesce(
  :"schema".is_skill_unlocked('5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.open')::text, 'NULL'), true);
SELECT set_config('skills_verify.unlocked', coalesce(
  :"schema".unlock_skill('5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.open')::text, 'NULL'), true);
SELECT :"schema".log_skill_usage('5c111e00-0000-4000-8000-0000000000a1', 's', 'skills-verify.open', '1.0.0', 'CORE', 'success');
SELECT 'function ' || probe.name AS object, probe.expected, probe.actual
FROM (
  VALUES
    ('is_skill_unlocked', 'true for a call with two texts', 'returned ' || current_setting('skills_verify.asked'), current_setting('skills_verify.asked') = 'true'),
    ('unlock_skill', 'an unlock after a call with two texts', 'returned ' || current_setting('skills_verify.unlocked') || ', and wrote no row',
      EXISTS (SELECT FROM :"schema".skill_unlocks u WHERE u.user_id = '5c111e00-0000-4000-8000-0000000000a1' AND u.skill_id = 'skills-verify.open' AND u.unlocked)),
    ('log_skill_usage', 'an event after a call with six texts', 'no event',
      EXISTS (SELECT FROM :"schema".skill_usage_events e WHERE e.user_id = '5c111e00-0000-4000-8000-0000000000a1' AND e.skill_id = 'skills-verify.open'))
) AS probe (name, expected, actual, is_right)
WHERE NOT probe.is_right;
