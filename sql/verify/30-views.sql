-- What the views count. Each check writes its own events, with negative IDs so that it takes no numbers from a sequence, for
-- skills whose ID begins with `skills-verify.`; it selects only those from the view and is rolled back. The checks of
-- co-occurrence use the realm SKILLS-VERIFY, with one element for each case.

-- group: views
-- about: The check reads the view over its own rows, in a transaction that is rolled back. Wrong numbers are as easy
--   to believe as correct ones.

-- check: views.effectiveness.totals
-- title: feedback does not multiply the totals
-- writes: rows
-- remedy: to restore v_skill_effectiveness, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: view v_skill_effectiveness | total_uses 3, success_count 2, for 3 events and 4 ratings | total_uses 12,
--   success_count 8, for 3 events and 4 ratings
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES ('skills-verify.rated', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome, latency_ms) VALUES
  (-101, '5c111e00-0000-4000-8000-0000000000a1', 'verify', 'skills-verify.rated', '1.0.0', 'success', 100),
  (-102, '5c111e00-0000-4000-8000-0000000000a1', 'verify', 'skills-verify.rated', '1.0.0', 'success', 200),
  (-103, '5c111e00-0000-4000-8000-0000000000b2', 'verify', 'skills-verify.rated', '1.0.0', 'soft_fail', 300);
INSERT INTO :"schema".skill_feedback (id, user_id, skill_id, version, rating) VALUES
  (-101, '5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.rated', '1.0.0', 5),
  (-102, '5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.rated', '1.0.0', 4),
  (-103, '5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.rated', '1.0.0', 3),
  (-104, '5c111e00-0000-4000-8000-0000000000b2', 'skills-verify.rated', '1.0.0', 2);
SELECT 'view v_skill_effectiveness' AS object, probe.expected, probe.actual
FROM (
  SELECT
    'total_uses 3, success_count 2, for 3 events and 4 ratings' AS expected,
    coalesce(
      (
        SELECT format('total_uses %s, success_count %s, for 3 events and 4 ratings', v.total_uses, v.success_count)
        FROM :"schema".v_skill_effectiveness v WHERE v.skill_id = 'skills-verify.rated'
      ),
      'no row'
    )                                                           AS actual
) AS probe
WHERE probe.actual <> probe.expected;

-- check: views.effectiveness.values
-- title: rate, latency, rating, users and times are correct
-- writes: rows
-- remedy: to restore v_skill_effectiveness, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: column v_skill_effectiveness.avg_rating | 4.33 | NULL
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES ('skills-verify.measured', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome, latency_ms, created_at) VALUES
  (-101, '5c111e00-0000-4000-8000-0000000000a1', 'verify', 'skills-verify.measured', '1.0.0', 'success', 100, now() - interval '40 seconds'),
  (-102, '5c111e00-0000-4000-8000-0000000000a1', 'verify', 'skills-verify.measured', '2.0.0', 'success', 201, now() - interval '30 seconds'),
  (-103, '5c111e00-0000-4000-8000-0000000000b2', NULL, 'skills-verify.measured', '1.0.0', 'soft_fail', 401, now() - interval '20 seconds'),
  (-104, '5c111e00-0000-4000-8000-0000000000b2', NULL, 'skills-verify.measured', '1.0.0', 'hard_refusal', NULL, now() - interval '50 seconds'),
  (-105, '5c111e00-0000-4000-8000-0000000000c3', NULL, 'skills-verify.measured', '1.0.0', 'success', 300, now() - interval '35 seconds'),
  (-106, '5c111e00-0000-4000-8000-0000000000c3', NULL, 'skills-verify.measured', '1.0.0', 'success', 305, now() - interval '25 seconds');
INSERT INTO :"schema".skill_feedback (id, user_id, skill_id, version, rating) VALUES
  (-101, '5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.measured', '1.0.0', 5),
  (-102, '5c111e00-0000-4000-8000-0000000000b2', 'skills-verify.measured', '1.0.0', 4),
  (-103, '5c111e00-0000-4000-8000-0000000000b2', 'skills-verify.measured', '2.0.0', 4),
  (-104, '5c111e00-0000-4000-8000-0000000000c3', 'skills-verify.measured', '1.0.0', NULL);
SELECT
  format('column v_skill_effectiveness.%s', wanted.col)  AS object,
  wanted.value                                           AS expected,
  coalesce(seen.row->>wanted.col, 'NULL')                AS actual
FROM (VALUES
  (1, 'total_uses',       '6'),
  (2, 'success_count',    '4'),
  (3, 'success_rate_pct', '66.67'),
  (4, 'avg_latency_ms',   '261'),
  (5, 'avg_rating',       '4.33'),
  (6, 'unique_users',     '3'),
  (7, 'first_use',        to_jsonb(now() - interval '50 seconds') #>> '{}'),
  (8, 'last_use',         to_jsonb(now() - interval '20 seconds') #>> '{}')
) AS wanted (ord, col, value)
LEFT JOIN (
  SELECT to_jsonb(v) AS row FROM :"schema".v_skill_effectiveness v WHERE v.skill_id = 'skills-verify.measured'
) AS seen ON true
WHERE seen.row->>wanted.col IS DISTINCT FROM wanted.value
ORDER BY wanted.ord;

-- check: views.effectiveness.unrated
-- title: a skill without ratings is listed, a skill without events is not
-- writes: rows
-- remedy: to restore v_skill_effectiveness, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: view v_skill_effectiveness | skills-verify.unrated: 1 use, rate 0.00, latency NULL, rating NULL |
--   skills-verify.unrated: no row
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES
  ('skills-verify.unrated', '1.0.0'), ('skills-verify.worded', '1.0.0'), ('skills-verify.unused', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome) VALUES
  (-101, '5c111e00-0000-4000-8000-0000000000a1', 'verify', 'skills-verify.unrated', '1.0.0', 'hard_refusal'),
  (-102, '5c111e00-0000-4000-8000-0000000000a1', 'verify', 'skills-verify.worded', '1.0.0', 'hard_refusal');
INSERT INTO :"schema".skill_feedback (id, user_id, skill_id, version, rating, notes) VALUES
  (-101, '5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.worded', '1.0.0', NULL, 'words only'),
  (-102, '5c111e00-0000-4000-8000-0000000000a1', 'skills-verify.unused', '1.0.0', 1, NULL);
SELECT 'view v_skill_effectiveness' AS object, probe.expected, probe.actual
FROM (
  SELECT
    wanted.skill_id,
    format('%s: %s', wanted.skill_id, wanted.row) AS expected,
    format('%s: %s', wanted.skill_id, CASE
      WHEN v.skill_id IS NULL THEN 'no row'
      ELSE format('1 use, rate %s, latency %s, rating %s', v.success_rate_pct,
        coalesce(v.avg_latency_ms::text, 'NULL'), coalesce(v.avg_rating::text, 'NULL'))
    END)                                          AS actual
  FROM (VALUES
    ('skills-verify.unrated', '1 use, rate 0.00, latency NULL, rating NULL'),
    ('skills-verify.worded',  '1 use, rate 0.00, latency NULL, rating NULL'),
    ('skills-verify.unused',  'no row')
  ) AS wanted (skill_id, row)
  -- One at a time: only a constant reaches through the view to the indexes.
  LEFT JOIN (
    SELECT * FROM :"schema".v_skill_effectiveness WHERE skill_id = 'skills-verify.unrated'
    UNION ALL
    SELECT * FROM :"schema".v_skill_effectiveness WHERE skill_id = 'skills-verify.worded'
    UNION ALL
    SELECT * FROM :"schema".v_skill_effectiveness WHERE skill_id = 'skills-verify.unused'
  ) AS v ON v.skill_id = wanted.skill_id
) AS probe
WHERE probe.actual <> probe.expected
ORDER BY probe.skill_id;

-- check: views.cooccurrence.thresholds
-- title: a set has at least two successful skills and three sessions
-- writes: rows
-- remedy: to restore v_skill_cooccurrence, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: view v_skill_cooccurrence | two sessions: no row | two sessions: {skills-verify.a,skills-verify.b} 2 times
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES
  ('skills-verify.a', '1.0.0'), ('skills-verify.b', '1.0.0'), ('skills-verify.c', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome, state_snapshot)
SELECT
  -100 - row_number() OVER (),
  '5c111e00-0000-4000-8000-0000000000a1',
  CASE WHEN made.element <> 'no session' THEN format('verify %s %s', made.element, session) END,
  'skills-verify.' || made.skill,
  '1.0.0',
  made.outcome,
  jsonb_build_object('realm', 'SKILLS-VERIFY', 'element', made.element)
FROM (VALUES
  ('three sessions',   3, 'b', 'success'), ('three sessions',   3, 'a', 'success'),
  ('two sessions',     2, 'a', 'success'), ('two sessions',     2, 'b', 'success'),
  ('one skill',        3, 'a', 'success'), ('one skill',        3, 'a', 'success'),
  ('one succeeds',     3, 'a', 'success'), ('one succeeds',     3, 'b', 'soft_fail'), ('one succeeds', 3, 'c', 'hard_refusal'),
  ('no session',       3, 'a', 'success'), ('no session',       3, 'b', 'success')
) AS made (element, sessions, skill, outcome),
generate_series(1, made.sessions) AS session;
-- Without a session ID, the events of one user must not count as one session, nor those of three users as three.
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome, state_snapshot)
SELECT
  -200 - row_number() OVER (),
  visitor.user_id::uuid,
  NULL,
  skill.skill_id,
  '1.0.0',
  'success',
  '{"realm": "SKILLS-VERIFY", "element": "no session"}'
FROM (VALUES ('5c111e00-0000-4000-8000-0000000000b2'), ('5c111e00-0000-4000-8000-0000000000c3')) AS visitor (user_id),
  (VALUES ('skills-verify.a'), ('skills-verify.b')) AS skill (skill_id);
SELECT
  'view v_skill_cooccurrence'                                       AS object,
  format('%s: %s', wanted.element, wanted.row)                      AS expected,
  format('%s: %s', wanted.element, coalesce(seen.row, 'no row'))    AS actual
FROM (VALUES
  (1, 'three sessions', '{skills-verify.a,skills-verify.b} 3 times'),
  (2, 'two sessions',   'no row'),
  (3, 'one skill',      'no row'),
  (4, 'one succeeds',   'no row'),
  (5, 'no session',     'no row')
) AS wanted (ord, element, row)
LEFT JOIN (
  SELECT v.element, string_agg(format('%s %s times', v.skill_set, v.cooccurrence_count), ' and ') AS row
  FROM :"schema".v_skill_cooccurrence v
  WHERE v.realm = 'SKILLS-VERIFY'
  GROUP BY v.element
) AS seen ON seen.element = wanted.element
WHERE coalesce(seen.row, 'no row') <> wanted.row
ORDER BY wanted.ord;

-- check: views.cooccurrence.skill-set
-- title: a set contains each successful skill once, sorted
-- writes: rows
-- remedy: to restore v_skill_cooccurrence, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: view v_skill_cooccurrence | {skills-verify.a,skills-verify.b,skills-verify.c} 3 times |
--   {skills-verify.b,skills-verify.a,skills-verify.c} 2 times and {skills-verify.a,skills-verify.b} 1 times
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES
  ('skills-verify.a', '1.0.0'), ('skills-verify.b', '1.0.0'), ('skills-verify.c', '1.0.0'), ('skills-verify.d', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome, state_snapshot)
SELECT
  -100 - row_number() OVER (),
  '5c111e00-0000-4000-8000-0000000000a1',
  made.session,
  'skills-verify.' || made.skill,
  '1.0.0',
  made.outcome,
  '{"realm": "SKILLS-VERIFY", "element": "one set"}'
FROM (VALUES
  ('verify 1', 'a', 'success'), ('verify 1', 'b', 'success'), ('verify 1', 'c', 'success'),
  ('verify 2', 'c', 'success'), ('verify 2', 'b', 'success'), ('verify 2', 'a', 'success'), ('verify 2', 'c', 'success'),
  ('verify 3', 'b', 'success'), ('verify 3', 'd', 'soft_fail'), ('verify 3', 'c', 'success'), ('verify 3', 'a', 'success'),
  ('verify 3', 'a', 'soft_fail')
) AS made (session, skill, outcome);
SELECT 'view v_skill_cooccurrence' AS object, probe.expected, probe.actual
FROM (
  SELECT
    '{skills-verify.a,skills-verify.b,skills-verify.c} 3 times' AS expected,
    coalesce(
      (
        SELECT string_agg(format('%s %s times', v.skill_set, v.cooccurrence_count), ' and ')
        FROM :"schema".v_skill_cooccurrence v WHERE v.realm = 'SKILLS-VERIFY'
      ),
      'no row'
    )                                                           AS actual
) AS probe
WHERE probe.actual <> probe.expected;

-- check: views.cooccurrence.tier
-- title: the tier is that of the state snapshot, else that of the event
-- writes: rows
-- remedy: to restore v_skill_cooccurrence, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: column v_skill_cooccurrence.tier | nothing in the snapshot, CORE in the event: CORE | nothing in the
--   snapshot, CORE in the event: NULL
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES ('skills-verify.a', '1.0.0'), ('skills-verify.b', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, tier, outcome, state_snapshot)
SELECT
  -100 - row_number() OVER (),
  '5c111e00-0000-4000-8000-0000000000a1',
  format('verify %s %s', made.element, session),
  skill.skill_id,
  '1.0.0',
  made.tier,
  'success',
  jsonb_build_object('realm', 'SKILLS-VERIFY', 'element', made.element) || made.snapshot
FROM (VALUES
  ('both',     'FAST', '{"tier": "DEEP"}'::jsonb),
  ('event',    'CORE', '{}'::jsonb),
  ('snapshot', NULL,   '{"tier": "CORE"}'::jsonb),
  ('neither',  NULL,   '{}'::jsonb)
) AS made (element, tier, snapshot),
  generate_series(1, 3) AS session,
  (VALUES ('skills-verify.a'), ('skills-verify.b')) AS skill (skill_id);
SELECT
  'column v_skill_cooccurrence.tier'                               AS object,
  format('%s: %s', wanted.title, wanted.tier)                      AS expected,
  format('%s: %s', wanted.title, coalesce(seen.tier, 'no row'))    AS actual
FROM (VALUES
  (1, 'both',     'DEEP in the snapshot, FAST in the event', 'DEEP'),
  (2, 'event',    'nothing in the snapshot, CORE in the event', 'CORE'),
  (3, 'snapshot', 'CORE in the snapshot, nothing in the event', 'CORE'),
  (4, 'neither',  'nothing in either', 'NULL')
) AS wanted (ord, element, title, tier)
LEFT JOIN (
  SELECT v.element, string_agg(coalesce(v.tier, 'NULL'), ' and ') AS tier
  FROM :"schema".v_skill_cooccurrence v
  WHERE v.realm = 'SKILLS-VERIFY'
  GROUP BY v.element
) AS seen ON seen.element = wanted.element
WHERE coalesce(seen.tier, 'no row') <> wanted.tier
ORDER BY wanted.ord;

-- check: views.cooccurrence.success-rate
-- title: the success rate covers every event of the sessions, failed ones included
-- writes: rows
-- remedy: to restore v_skill_cooccurrence, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: column v_skill_cooccurrence.avg_success_rate | 6 of 9 events succeeded: 0.667 | 6 of 9 events succeeded:
--   1.000
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES
  ('skills-verify.a', '1.0.0'), ('skills-verify.b', '1.0.0'), ('skills-verify.c', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome, state_snapshot)
SELECT
  -100 - row_number() OVER (),
  '5c111e00-0000-4000-8000-0000000000a1',
  format('verify %s %s', made.element, made.session),
  'skills-verify.' || made.skill,
  '1.0.0',
  made.outcome,
  jsonb_build_object('realm', 'SKILLS-VERIFY', 'element', made.element)
FROM (
  SELECT element, session, skill, 'success' AS outcome
  FROM (VALUES ('even'), ('uneven'), ('clean')) AS e (element), generate_series(1, 3) AS session,
    (VALUES ('a'), ('b')) AS s (skill)
  UNION ALL
  SELECT 'even', session, 'c', 'soft_fail' FROM generate_series(1, 3) AS session
  UNION ALL
  SELECT 'uneven', 3, 'b', 'hard_refusal' FROM generate_series(1, 4)
) AS made;
SELECT
  'column v_skill_cooccurrence.avg_success_rate'                    AS object,
  format('%s: %s', wanted.title, wanted.rate)                       AS expected,
  format('%s: %s', wanted.title, coalesce(seen.rate, 'no row'))     AS actual
FROM (VALUES
  (1, 'clean',  'no failure', '1.000'),
  (2, 'even',   '6 of 9 events succeeded', '0.667'),
  (3, 'uneven', '6 of 10 events succeeded, 4 failed in one of three sessions', '0.600')
) AS wanted (ord, element, title, rate)
LEFT JOIN (
  SELECT v.element, string_agg(coalesce(v.avg_success_rate::text, 'NULL'), ' and ') AS rate
  FROM :"schema".v_skill_cooccurrence v
  WHERE v.realm = 'SKILLS-VERIFY'
  GROUP BY v.element
) AS seen ON seen.element = wanted.element
WHERE coalesce(seen.rate, 'no row') <> wanted.rate
ORDER BY wanted.ord;

-- check: views.cooccurrence.users-and-times
-- title: sessions are counted for each user, users once, from the first event to the last
-- writes: rows
-- remedy: to restore v_skill_cooccurrence, run `skills migrate repair skill_views --forget --yes`, then `skills migrate`
-- example: view v_skill_cooccurrence | shared session id: 3 times, 3 users, from 45 to 20 seconds ago | shared
--   session id: 1 times, 1 users, from 45 to 20 seconds ago
INSERT INTO :"schema".skills_registry (skill_id, version) VALUES ('skills-verify.a', '1.0.0'), ('skills-verify.b', '1.0.0');
INSERT INTO :"schema".skill_usage_events (id, user_id, session_id, skill_id, version, outcome, state_snapshot, created_at)
SELECT
  -100 - row_number() OVER (),
  made.user_id::uuid,
  made.session,
  skill.skill_id,
  '1.0.0',
  'success',
  jsonb_build_object('realm', 'SKILLS-VERIFY', 'element', made.element),
  now() - made.age - skill.later
FROM (VALUES
  ('shared session id', '5c111e00-0000-4000-8000-0000000000a1', 'verify shared', interval '30 seconds'),
  ('shared session id', '5c111e00-0000-4000-8000-0000000000b2', 'verify shared', interval '40 seconds'),
  ('shared session id', '5c111e00-0000-4000-8000-0000000000c3', 'verify shared', interval '20 seconds'),
  ('returning user',    '5c111e00-0000-4000-8000-0000000000a1', 'verify own 1',  interval '30 seconds'),
  ('returning user',    '5c111e00-0000-4000-8000-0000000000a1', 'verify own 2',  interval '40 seconds'),
  ('returning user',    '5c111e00-0000-4000-8000-0000000000b2', 'verify own 3',  interval '20 seconds')
) AS made (element, user_id, session, age),
  (VALUES ('skills-verify.a', interval '0'), ('skills-verify.b', interval '5 seconds')) AS skill (skill_id, later);
SELECT
  'view v_skill_cooccurrence'                                      AS object,
  format('%s: %s', wanted.element, wanted.row)                     AS expected,
  format('%s: %s', wanted.element, coalesce(seen.row, 'no row'))   AS actual
FROM (VALUES
  (1, 'shared session id', '3 times, 3 users, from 45 to 20 seconds ago'),
  (2, 'returning user',    '3 times, 2 users, from 45 to 20 seconds ago')
) AS wanted (ord, element, row)
LEFT JOIN (
  SELECT
    v.element,
    string_agg(format('%s times, %s users, from %s to %s seconds ago', v.cooccurrence_count, v.distinct_users,
      round(extract(epoch FROM now() - v.first_observed)::numeric), round(extract(epoch FROM now() - v.last_observed)::numeric)),
      ' and ') AS row
  FROM :"schema".v_skill_cooccurrence v
  WHERE v.realm = 'SKILLS-VERIFY'
  GROUP BY v.element
) AS seen ON seen.element = wanted.element
WHERE coalesce(seen.row, 'no row') <> wanted.row
ORDER BY wanted.ord;
