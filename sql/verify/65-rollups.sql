-- Whether the rollups are right: the sums that `skills stats` reads (sql/migrations/20261121_skill_rollups.sql). Rollups of another
-- server are not checked here, health.rollups-behind reports them.
-- $1: {"all": true | false}: count every event again, or a sample.

-- group: rollups
-- about: `skills stats` reads the rollups and not the events, so a wrong rollup is a wrong number. Steps keep them right, whatever the
--   order in which events are committed. An UPDATE, DELETE or TRUNCATE by hand and a restored copy of some of the tables do not.

-- check: rollups.state
-- title: the progress of the rollups is stored, and is not later than this server
-- requires: migration 20261121_skill_rollups
-- remedy: run `skills rollup --rebuild`
-- about: Each source, events and feedback, has one row with the snapshot up to which it is counted. With a snapshot that is later than the
--   server, or with none, the next step counts rows twice or never. `skills rollup --rebuild` counts the events that are in the table.
-- example: table skill_rollup_state | a row for events | missing
WITH sources (source) AS (VALUES ('events'), ('feedback')),
state AS (
  SELECT s.*, s.system_identifier = c.system_identifier AS is_here FROM :"schema".skill_rollup_state s, pg_control_system() AS c
)
SELECT 'table skill_rollup_state' AS object, problem.expected, problem.actual, NULL AS sql
FROM sources
LEFT JOIN state ON state.source = sources.source
CROSS JOIN LATERAL (VALUES
  (state.source IS NULL, format('a row for %s', sources.source), 'missing'),
  (
    state.is_here AND txid_snapshot_xmax(state.snapshot) > txid_snapshot_xmax(txid_current_snapshot()),
    format('a snapshot of %s up to transaction %s, the next one of this server', sources.source, txid_snapshot_xmax(txid_current_snapshot())),
    format('up to transaction %s', txid_snapshot_xmax(state.snapshot))
  ),
  (
    -- the first snapshot, which sees nothing; a part of a transaction can be counted
    state.is_here AND state.snapshot::text = '1:1:' AND state.part_txid IS NULL AND CASE sources.source
      WHEN 'events' THEN EXISTS (SELECT FROM :"schema".skill_rollup_days) OR EXISTS (SELECT FROM :"schema".skill_rollup_versions)
      ELSE EXISTS (SELECT FROM :"schema".skill_rollup_feedback) END,
    format('a snapshot of %s that sees the rows in the rollups', sources.source),
    format('%s, which sees none: the next step counts them again', state.snapshot)
  )
) AS problem (holds, expected, actual)
WHERE problem.holds
UNION ALL
SELECT 'table skill_rollup_state', 'no row but those for events and feedback', format('a row for %s', source),
  format('DELETE FROM %I.skill_rollup_state WHERE source = %L', :'schema', source)
FROM state WHERE source NOT IN ('events', 'feedback')
ORDER BY 2;

-- check: rollups.sums
-- title: the tables of the rollups have the same sums
-- requires: migration 20261121_skill_rollups
-- remedy: run `skills rollup --rebuild`
-- about: A step adds every event to several tables, for days, versions, states and hours, in one transaction. So their sums are equal.
-- example: table skill_rollup_versions | the sums of skill_rollup_days: review-changes 1.2.0: 120 uses, 118 succeeded, … |
--   review-changes 1.2.0: 119 uses, 117 succeeded, …
WITH days AS MATERIALIZED (
  SELECT grouping(skill_id, version, day) AS by, skill_id, version, day,
    sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n, sum(latency_sum) AS latency_sum
  FROM :"schema".skill_rollup_days
  GROUP BY GROUPING SETS ((skill_id, version), (skill_id), (day), ())
),
addends AS (
  SELECT copy.name, skill_id, version, day, true AS of_days, n, ok, soft, hard, latency_n, latency_sum
  FROM days
  JOIN (VALUES (1, 'skill_rollup_versions'), (3, 'skill_rollup_hours'), (3, 'skill_rollup_skill_states'), (6, 'skill_rollup_state_days'))
    AS copy (by, name) ON copy.by = days.by
  UNION ALL
  SELECT 'skill_rollup_versions', skill_id, version, NULL, false, n, ok, soft, hard, latency_n, latency_sum FROM :"schema".skill_rollup_versions
  UNION ALL
  SELECT 'skill_rollup_hours', skill_id, NULL, NULL, false, sum(n), sum(ok), sum(soft), sum(hard), sum(latency_n), sum(latency_sum)
  FROM :"schema".skill_rollup_hours GROUP BY skill_id
  UNION ALL
  SELECT 'skill_rollup_skill_states', skill_id, NULL, NULL, false, sum(n), sum(ok), sum(soft), sum(hard), sum(latency_n), sum(latency_sum)
  FROM :"schema".skill_rollup_skill_states GROUP BY skill_id
  UNION ALL
  SELECT 'skill_rollup_state_days', NULL, NULL, day, false, sum(n), sum(ok), sum(soft), sum(hard), sum(latency_n), sum(latency_sum)
  FROM :"schema".skill_rollup_state_days GROUP BY day
  UNION ALL
  SELECT 'skill_rollup_state', NULL, NULL, NULL, true, n, 0, 0, 0, 0, 0 FROM days WHERE by = 7
  UNION ALL
  SELECT 'skill_rollup_state', NULL, NULL, NULL, false, rolled, 0, 0, 0, 0, 0 FROM :"schema".skill_rollup_state WHERE source = 'events'
),
sums AS (
  SELECT name, skill_id, version, day, of_days, sum(n) AS n, sum(ok) AS ok, sum(soft) AS soft, sum(hard) AS hard, sum(latency_n) AS latency_n,
    sum(latency_sum) AS latency_sum
  FROM addends GROUP BY name, skill_id, version, day, of_days
),
differing AS (
  SELECT name, skill_id, version, day FROM sums GROUP BY name, skill_id, version, day
  HAVING sum(CASE WHEN of_days THEN n ELSE -n END) <> 0 OR sum(CASE WHEN of_days THEN ok ELSE -ok END) <> 0
    OR sum(CASE WHEN of_days THEN soft ELSE -soft END) <> 0 OR sum(CASE WHEN of_days THEN hard ELSE -hard END) <> 0
    OR sum(CASE WHEN of_days THEN latency_n ELSE -latency_n END) <> 0 OR sum(CASE WHEN of_days THEN latency_sum ELSE -latency_sum END) <> 0
),
texts AS (
  SELECT d.name, coalesce(concat_ws(' ', d.skill_id, d.version, to_char(d.day, 'YYYY-MM-DD')), '') AS key, s.of_days,
    format('%s uses, %s successes, %s soft failures, %s refusals, %s latencies of %s ms', n, ok, soft, hard, latency_n, latency_sum) AS text
  FROM differing d
  JOIN sums s ON s.name = d.name AND s.skill_id IS NOT DISTINCT FROM d.skill_id AND s.version IS NOT DISTINCT FROM d.version
    AND s.day IS NOT DISTINCT FROM d.day
),
differences AS (
  SELECT name, CASE key WHEN '' THEN 'all events' ELSE key END AS key, max(text) FILTER (WHERE of_days) AS expected, max(text) FILTER (WHERE NOT of_days) AS actual
  FROM texts GROUP BY name, key
),
first_ones AS (
  SELECT *, count(*) OVER (PARTITION BY name) - 1 AS others, row_number() OVER (PARTITION BY name ORDER BY key COLLATE "C") AS number FROM differences
)
SELECT
  format('table %s', name)                                                                 AS object,
  format('the sums of skill_rollup_days: %s: %s', key, coalesce(expected, 'no use'))       AS expected,
  format('%s: %s%s', key, coalesce(actual, 'no use'), CASE WHEN others > 0 THEN format('; %s other sums differ', others) ELSE '' END) AS actual
FROM first_ones WHERE number = 1
UNION ALL
SELECT 'table skill_rollup_feedback', format('%s rows of feedback, as in skill_rollup_state', s.rolled), format('%s rows', f.n)
FROM :"schema".skill_rollup_state s
CROSS JOIN (SELECT coalesce(sum(n), 0) AS n FROM :"schema".skill_rollup_feedback) AS f
WHERE s.source = 'feedback' AND s.rolled <> f.n
ORDER BY 1;

-- check: rollups.versions
-- title: latencies, tokens, costs and errors of the versions are those of their days
-- requires: migration 20261121_skill_rollups
-- remedy: run `skills rollup --rebuild`
-- about: A step adds an event to its day and to its version, in one transaction. The buckets of the latencies have as many events as there
--   are latencies, and no day has more errors than uses that did not succeed.
-- example: table skill_rollup_versions | review-changes 1.2.0: 118 latencies in buckets, 118 costs of 1.27 USD, … |
--   review-changes 1.2.0: 117 latencies in buckets, 118 costs of 1.27 USD, …
WITH versions AS (
  SELECT skill_id, version, true AS of_days, latency_n, tokens_n, input_tokens, output_tokens, cost_n, cost_usd, latencies FROM :"schema".skill_rollup_days
  UNION ALL
  SELECT skill_id, version, false, latency_n, tokens_n, input_tokens, output_tokens, cost_n, cost_usd, latencies FROM :"schema".skill_rollup_versions
),
buckets AS (
  SELECT skill_id, version, of_days, string_agg(bucket || ': ' || n, ', ' ORDER BY bucket) AS buckets, sum(n) AS n
  FROM (
    SELECT skill_id, version, of_days, element & 255 AS bucket, sum(element >> 8) AS n
    FROM versions CROSS JOIN LATERAL unnest(latencies) AS element GROUP BY skill_id, version, of_days, element & 255
  ) AS counted GROUP BY skill_id, version, of_days
),
texts AS (
  SELECT v.skill_id, v.version, v.of_days, v.latency_n, coalesce(b.n, 0) AS bucket_n, coalesce(b.buckets, '') AS buckets,
    format('%s %s: %s latencies in buckets, %s uses with %s and %s tokens, %s costs of %s USD', v.skill_id, v.version, coalesce(b.n, 0), v.tokens_n,
      v.input_tokens, v.output_tokens, v.cost_n, v.cost_usd) AS text
  FROM (
    SELECT skill_id, version, of_days, sum(latency_n) AS latency_n, sum(tokens_n) AS tokens_n, sum(input_tokens) AS input_tokens,
      sum(output_tokens) AS output_tokens, sum(cost_n) AS cost_n, trim_scale(sum(cost_usd)) AS cost_usd
    FROM versions GROUP BY skill_id, version, of_days
  ) AS v
  LEFT JOIN buckets b ON b.skill_id = v.skill_id AND b.version = v.version AND b.of_days = v.of_days
),
faults AS (
  SELECT 'skill_rollup_versions' AS name, d.text AS expected, CASE WHEN d.text = v.text THEN v.text || ', in other buckets' ELSE v.text END AS actual
  FROM texts d JOIN texts v ON v.skill_id = d.skill_id AND v.version = d.version
  WHERE d.of_days AND NOT v.of_days AND (d.text <> v.text OR d.buckets <> v.buckets)
  UNION ALL
  SELECT 'skill_rollup_days', format('%s %s: %s latencies in buckets', skill_id, version, latency_n), text
  FROM texts WHERE of_days AND bucket_n <> latency_n
  UNION ALL
  SELECT 'skill_rollup_errors', format('%s %s on %s: at most %s errors', e.skill_id, e.version, to_char(e.day, 'YYYY-MM-DD'), coalesce(d.n - d.ok, 0)),
    format('%s errors', e.n)
  FROM (SELECT day, skill_id, version, sum(n) AS n FROM :"schema".skill_rollup_errors GROUP BY day, skill_id, version) AS e
  LEFT JOIN :"schema".skill_rollup_days d ON d.day = e.day AND d.skill_id = e.skill_id AND d.version = e.version
  WHERE e.n > coalesce(d.n - d.ok, 0)
)
SELECT format('table %s', name) AS object, expected, actual FROM faults
ORDER BY name, expected
LIMIT 100;

-- check: rollups.users
-- title: the numbers of users, sessions and sets are those of their rows
-- requires: migration 20261121_skill_rollups
-- input: recount
-- remedy: run `skills rollup --rebuild`
-- about: Distinct users and sessions cannot be added up, so the rollups have a row for each, and their numbers. Tables with more than 200,000
--   rows are counted with `skills verify --recount`.
-- example: table skill_rollup_skills | review-changes: 12 users, 11 with a success | review-changes: 13 users, 11 with a success
WITH small AS (
  SELECT bool_and(c.reltuples <= 200000 AND pg_relation_size(c.oid) <= 64 * 1024 * 1024) OR ($1::jsonb->'all')::boolean AS is_counted
  FROM pg_class c
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema') AND c.relname IN ('skill_rollup_users', 'skill_rollup_sessions')
),
skills AS (
  SELECT u.skill_id, count(*) AS users, count(*) FILTER (WHERE u.succeeded) AS succeeded
  FROM small CROSS JOIN :"schema".skill_rollup_users u WHERE small.is_counted GROUP BY u.skill_id
),
sets AS (
  SELECT s.set_key, count(*) AS sessions, count(DISTINCT s.user_id) AS users, sum(s.events) AS events, sum(s.successes) AS successes
  FROM small CROSS JOIN :"schema".skill_rollup_sessions s WHERE small.is_counted AND s.set_key IS NOT NULL GROUP BY s.set_key
),
faults AS (
  SELECT 'skill_rollup_skills' AS name,
    format('%s: %s users, %s with a success', coalesce(k.skill_id, r.skill_id), coalesce(k.users, 0), coalesce(k.succeeded, 0)) AS expected,
    format('%s: %s users, %s with a success', coalesce(k.skill_id, r.skill_id), coalesce(r.users, 0), coalesce(r.succeeded, 0)) AS actual
  FROM skills k FULL JOIN :"schema".skill_rollup_skills r ON r.skill_id = k.skill_id
  UNION ALL
  SELECT 'skill_rollup_sets', format('set %s: %s sessions, %s users, %s events, %s successes', coalesce(k.set_key, r.set_key),
      coalesce(k.sessions, 0), coalesce(k.users, 0), coalesce(k.events, 0), coalesce(k.successes, 0)),
    format('set %s: %s sessions, %s users, %s events, %s successes', coalesce(k.set_key, r.set_key),
      coalesce(r.sessions, 0), coalesce(r.users, 0), coalesce(r.events, 0), coalesce(r.successes, 0))
  FROM sets k FULL JOIN :"schema".skill_rollup_sets r ON r.set_key = k.set_key
  UNION ALL
  SELECT 'skill_rollup_state',
    format('%s users, %s sessions', (SELECT count(DISTINCT user_id) FROM :"schema".skill_rollup_users),
      (SELECT count(*) FROM (SELECT DISTINCT user_id, session_id FROM :"schema".skill_rollup_sessions) AS s)),
    format('%s users, %s sessions', state.users, state.sessions)
  FROM small CROSS JOIN :"schema".skill_rollup_state state WHERE small.is_counted AND state.source = 'events'
)
SELECT format('table %s', faults.name) AS object, faults.expected, faults.actual
FROM faults, small WHERE small.is_counted AND faults.expected <> faults.actual
ORDER BY 1, 2
LIMIT 100;

-- check: rollups.recount
-- title: the rollups agree with the events
-- requires: migration 20261121_skill_rollups
-- input: recount
-- remedy: run `skills rollup --rebuild`
-- about: Events are counted again: of up to 20 skills those of the day of the latest event, and those of 20 days of skills, others every day.
--   `skills verify --recount` counts all events. Days before the last `skills prune-events` cannot be counted again.
-- example: skill review-changes on 2026-11-21 | version 1.2.0: 120 uses, 118 successes, … | version 1.2.0: 119 uses, 117 successes, …
WITH RECURSIVE state AS (
  SELECT s.snapshot, coalesce(s.part_txid, -1) AS part_txid, coalesce(s.part_id, 0) AS part_id,
    coalesce((s.pruned_before AT TIME ZONE 'UTC')::date, '1000-01-01') AS since, ($1::jsonb->'all')::boolean AS is_all
  FROM :"schema".skill_rollup_state s, pg_control_system() AS c
  WHERE s.source = 'events' AND s.system_identifier = c.system_identifier
),
-- one step in the index for each skill
skills (skill_id, number) AS (
  SELECT min(skill_id), 1 FROM :"schema".skill_usage_events
  UNION ALL
  SELECT (SELECT min(e.skill_id) FROM :"schema".skill_usage_events e WHERE e.skill_id > skills.skill_id), number + 1
  FROM skills WHERE skills.skill_id IS NOT NULL AND number < 20
),
samples AS MATERIALIZED (
  SELECT chosen.skill_id, chosen.day
  FROM state CROSS JOIN LATERAL (
    SELECT skills.skill_id, (
      SELECT (max(e.created_at) AT TIME ZONE 'UTC')::date FROM :"schema".skill_usage_events e
      WHERE e.skill_id = skills.skill_id AND e.created_at BETWEEN '1000-01-01 00:00:00+00'::timestamptz AND '9999-12-31 00:00:00+00'::timestamptz
    ) AS day
    FROM skills
    UNION
    (
      SELECT d.skill_id, d.day FROM :"schema".skill_rollup_days d WHERE d.day >= state.since AND d.n <= 5000
      ORDER BY hashtext(format('%s %s %s', d.skill_id, d.day, current_date)) LIMIT 20
    )
  ) AS chosen
  WHERE NOT state.is_all AND chosen.day >= state.since
),
events AS MATERIALIZED (
  SELECT s.day, s.skill_id, e.version, e.outcome, e.latency_ms, e.user_id, e.id, e.txid
  FROM samples s CROSS JOIN LATERAL (
    SELECT * FROM :"schema".skill_usage_events e
    WHERE e.skill_id = s.skill_id
      AND e.created_at >= s.day::timestamp AT TIME ZONE 'UTC' AND e.created_at < (s.day + 1)::timestamp AT TIME ZONE 'UTC'
    LIMIT 5001
  ) AS e
  UNION ALL
  SELECT (e.created_at AT TIME ZONE 'UTC')::date, e.skill_id, e.version, e.outcome, e.latency_ms, e.user_id, e.id, e.txid
  FROM :"schema".skill_usage_events e, state
  WHERE state.is_all AND e.created_at >= state.since::timestamp AT TIME ZONE 'UTC'
),
-- too many for a sample
cut AS (
  SELECT day, skill_id FROM events, state WHERE NOT state.is_all GROUP BY day, skill_id HAVING count(*) > 5000
),
sums AS (
  SELECT e.day, e.skill_id, e.version, true AS of_events, count(*) AS n, count(*) FILTER (WHERE outcome = 'success') AS ok,
    count(*) FILTER (WHERE outcome = 'soft_fail') AS soft, count(*) FILTER (WHERE outcome = 'hard_refusal') AS hard,
    count(latency_ms) AS latency_n, coalesce(sum(latency_ms), 0) AS latency_sum
  FROM events e, state
  WHERE (txid_visible_in_snapshot(e.txid, state.snapshot) OR e.txid = state.part_txid AND e.id <= state.part_id)
    AND NOT EXISTS (SELECT FROM :"schema".skill_rollup_set_aside a WHERE a.source = 'events' AND a.user_id = e.user_id AND a.id = e.id)
  GROUP BY e.day, e.skill_id, e.version
  UNION ALL
  SELECT d.day, d.skill_id, d.version, false, d.n, d.ok, d.soft, d.hard, d.latency_n, d.latency_sum
  FROM :"schema".skill_rollup_days d, state
  WHERE d.day >= state.since AND (state.is_all OR EXISTS (SELECT FROM samples s WHERE s.skill_id = d.skill_id AND s.day = d.day))
),
texts AS (
  SELECT day, skill_id, version, of_events,
    format('version %s: %s uses, %s successes, %s soft failures, %s refusals, %s latencies of %s ms', version, n, ok, soft, hard, latency_n, latency_sum) AS text
  FROM sums WHERE n <> 0 AND NOT EXISTS (SELECT FROM cut WHERE cut.skill_id = sums.skill_id AND cut.day = sums.day)
)
SELECT
  format('skill %s on %s', skill_id, to_char(day, 'YYYY-MM-DD'))                                             AS object,
  coalesce(max(text) FILTER (WHERE of_events), format('version %s: no use', version))           AS expected,
  coalesce(max(text) FILTER (WHERE NOT of_events), format('version %s: no use', version))       AS actual
FROM texts
GROUP BY skill_id, day, version
HAVING max(text) FILTER (WHERE of_events) IS DISTINCT FROM max(text) FILTER (WHERE NOT of_events)
ORDER BY day, skill_id COLLATE "C", version COLLATE "C"
LIMIT 100;

-- check: rollups.foreign-rows
-- title: no row came with the transaction ID of another server
-- requires: migration 20261121_skill_rollups
-- input: recount
-- remedy: run `skills rollup`
-- about: A load of data only, replication or an archive brings rows with the transaction IDs of their server. A step does not take such a
--   row when its transaction is yet to come here, or is before the last step. `skills rollup` finds these rows and counts them. Rows with
--   earlier transactions are counted in tables of up to 64 MB; with `skills verify --recount` in all.
-- example: table skill_usage_events | every row counted by a step | 638 rows that no step takes
WITH state AS (
  SELECT s.* FROM :"schema".skill_rollup_state s, pg_control_system() AS c
  WHERE s.system_identifier = c.system_identifier AND txid_snapshot_xmax(s.snapshot) <= txid_snapshot_xmax(txid_current_snapshot())
),
small AS (
  SELECT c.relname AS name, pg_relation_size(c.oid) <= 64 * 1024 * 1024 OR ($1::jsonb->'all')::boolean AS is_counted
  FROM pg_class c
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema') AND c.relname IN ('skill_usage_events', 'skill_feedback')
),
cells AS (
  SELECT 'skill_usage_events' AS name, e.skill_id, e.version, (e.created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS n
  FROM small CROSS JOIN :"schema".skill_usage_events e, state s
  WHERE small.name = 'skill_usage_events' AND small.is_counted AND s.source = 'events'
    AND (txid_visible_in_snapshot(e.txid, s.snapshot) OR e.txid = coalesce(s.part_txid, -1) AND e.id <= coalesce(s.part_id, 0))
    AND NOT EXISTS (SELECT FROM :"schema".skill_rollup_set_aside a WHERE a.source = 'events' AND a.user_id = e.user_id AND a.id = e.id)
  GROUP BY e.skill_id, e.version, (e.created_at AT TIME ZONE 'UTC')::date
  UNION ALL
  SELECT 'skill_feedback', f.skill_id, f.version, NULL, count(*)
  FROM small CROSS JOIN :"schema".skill_feedback f, state s
  WHERE small.name = 'skill_feedback' AND small.is_counted AND s.source = 'feedback'
    AND (txid_visible_in_snapshot(f.txid, s.snapshot) OR f.txid = coalesce(s.part_txid, -1) AND f.id <= coalesce(s.part_id, 0))
    AND NOT EXISTS (SELECT FROM :"schema".skill_rollup_set_aside a WHERE a.source = 'feedback' AND a.user_id = f.user_id AND a.id = f.id)
  GROUP BY f.skill_id, f.version
),
missing AS (
  SELECT c.name, greatest(c.n - coalesce(d.n, f.n, 0), 0) AS n
  FROM cells c
  LEFT JOIN :"schema".skill_rollup_days d ON d.day = c.day AND d.skill_id = c.skill_id AND d.version = c.version
  LEFT JOIN :"schema".skill_rollup_feedback f ON c.day IS NULL AND f.skill_id = c.skill_id AND f.version = c.version
  UNION ALL
  SELECT 'skill_usage_events', count(*) FROM :"schema".skill_usage_events
  WHERE txid >= txid_snapshot_xmax(txid_current_snapshot()) AND EXISTS (SELECT FROM state)
  UNION ALL
  SELECT 'skill_feedback', count(*) FROM :"schema".skill_feedback
  WHERE txid >= txid_snapshot_xmax(txid_current_snapshot()) AND EXISTS (SELECT FROM state)
)
SELECT format('table %s', name) AS object, 'every row counted by a step' AS expected, format('%s rows that no step takes', sum(n)) AS actual
FROM missing GROUP BY name HAVING sum(n) > 0
ORDER BY 1;

-- check: rollups.repeated-events
-- title: no event is stored twice
-- input: recount
-- remedy: delete one of the two rows, then rebuild the rollups; log_skill_usage_batch() stores an event once
-- about: Two rows have the same user and event_key, so they are the same event, and every count contains it twice. The times can differ: the
--   event was sent again with another time, which log_skill_usage_batch() takes for another event. The latest 50,000 events are compared; with
--   `skills verify --recount` all of them.
-- example: event key 6c1f0c5e-0000-4000-8000-00000000e4e7 | one row | rows 4711, 4712
WITH events AS (
  (SELECT user_id, id, event_key FROM :"schema".skill_usage_events WHERE NOT ($1::jsonb->'all')::boolean ORDER BY id DESC LIMIT 50000)
  UNION ALL
  SELECT user_id, id, event_key FROM :"schema".skill_usage_events WHERE ($1::jsonb->'all')::boolean
)
SELECT
  format('event key %s', event_key)                                   AS object,
  'one row'                                                         AS expected,
  format('rows %s', string_agg(id::text, ', ' ORDER BY id))         AS actual
FROM events
WHERE event_key IS NOT NULL
GROUP BY user_id, event_key
HAVING count(*) > 1
ORDER BY max(id)
LIMIT 100;
