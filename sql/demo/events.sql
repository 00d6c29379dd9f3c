-- Sample events, feedback and unlocks: the same parameters give the same rows on any server.
--   $1 bigint       number of the first event to write, from 1
--   $2 bigint       number of the last event
--   $3 bigint       total number of events; determines the number of users and sessions
--   $4 bigint       seed
--   $5 timestamptz  the latest event is a few minutes before this time
--   $6 integer      days from the earliest event to the latest
--   $7 jsonb        [{"id", "version", "tier", "open": is it foundational}], the most used first
-- Uses follow Zipf's law. The number of sessions depends on the hour of the week, and grows; each session has a theme, so that
-- sets of skills recur. Half of the skills change their version once, and with it their success rate.
WITH skills AS MATERIALIZED (
  SELECT ord - 1 AS rank, item->>'id' AS id, item->>'version' AS version, item->>'tier' AS tier, (item->>'open')::boolean AS open
  FROM jsonb_array_elements($7::jsonb) WITH ORDINALITY AS items (item, ord)
),
traits AS MATERIALIZED (
  SELECT rank, id, version, tier, open,
    0.72 + 0.26 * ((hashint8extended(rank, $4::bigint + 101) & 1048575) / 1048576.0::float8)   AS success,
    80 * power(2, 5 * ((hashint8extended(rank, $4::bigint + 102) & 1048575) / 1048576.0::float8)) AS latency,
    CASE WHEN hashint8extended(rank, $4::bigint + 103) & 1 = 0
      THEN 0.2 + 0.7 * ((hashint8extended(rank, $4::bigint + 104) & 1048575) / 1048576.0::float8) ELSE 0 END AS change_at,
    CASE WHEN hashint8extended(rank, $4::bigint + 105) % 3 = 0 THEN -0.08 ELSE 0.06 END AS change_by
  FROM skills
),
-- the sessions that begin in each hour, as running shares of all sessions
hours AS (
  SELECT h,
    (1 + 0.6 * h / ($6::integer * 24)) * CASE WHEN date_part('isodow', at) >= 6 THEN 0.35 ELSE 1 END
      * (0.15 + 0.85 * power(sin(pi() * date_part('hour', at) / 24), 2)) AS weight
  FROM generate_series(0, $6::integer * 24 - 1) AS h,
    LATERAL (SELECT ($5::timestamptz AT TIME ZONE 'UTC') - make_interval(days => $6::integer) + make_interval(hours => h) AS at) AS begins
),
clock AS MATERIALIZED (
  SELECT array_agg(below ORDER BY h) AS shares FROM (
    SELECT h, coalesce(sum(weight) OVER (ORDER BY h ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) / sum(weight) OVER () AS below
    FROM hours
    UNION ALL
    SELECT $6::integer * 24, 1
  ) AS running
),
-- twenty events make four sessions, of sizes that differ from block to block
placed AS (
  SELECT i, pattern, (i - 1) / 20 * 4 + substr(pattern, ((i - 1) % 20)::integer + 1, 1)::integer AS session,
    ((i - 1) % 20)::integer + 1 - strpos(pattern, substr(pattern, ((i - 1) % 20)::integer + 1, 1)) AS place
  FROM generate_series($1::bigint, $2::bigint) AS i,
    LATERAL (SELECT (ARRAY['00011111222222233333', '01111222222222223333', '00111122223333333333', '01222223333333333333'])[
      1 + (hashint8extended((i - 1) / 20, $4::bigint) & 3)] AS pattern) AS block
),
drawn AS (
  SELECT i, session, place,
    (session + 0.5::float8) / (($3::bigint + 19) / 20 * 4) AS share,
    (hashint8extended(session, $4::bigint + 1) & 1048575) / 1048576.0::float8 AS who,
    (hashint8extended(session, $4::bigint + 2) & 1048575) / 1048576.0::float8 AS theme,
    hashint8extended(session, $4::bigint + 3) AS mood,
    (hashint8extended(i, $4::bigint + 4) & 1048575) / 1048576.0::float8 AS choice,
    (hashint8extended(i, $4::bigint + 5) & 1048575) / 1048576.0::float8 AS other,
    (hashint8extended(i, $4::bigint + 6) & 1048575) / 1048576.0::float8 AS luck,
    (hashint8extended(i, $4::bigint + 7) & 1048575) / 1048576.0::float8 AS pace,
    hashint8extended(i, $4::bigint + 8) AS noise,
    (SELECT count(*) FROM skills) AS known
  FROM placed
),
chosen AS (
  SELECT *, greatest(5, $3::bigint / 100) AS users,
    CASE WHEN choice < 0.6 THEN (floor(power(known + 1, theme))::bigint - 1 + (floor(choice / 0.2)::bigint * 5)) % known
      ELSE (floor(power(known + 1, other))::bigint - 1) % known END AS rank,
    width_bucket(share, (SELECT shares FROM clock)) AS hour
  FROM drawn
),
timed AS (
  SELECT *, floor(users * power(who, 1.4))::bigint AS user_no,
    $5::timestamptz - make_interval(days => $6::integer) - interval '20 minutes'
      + interval '1 hour' * (hour - 1 + (share - (SELECT shares[hour] FROM clock)) / ((SELECT shares[hour + 1] FROM clock) - (SELECT shares[hour] FROM clock)))
      + interval '1 second' * (place * (20 + 40 * pace)) AS at
  FROM chosen
),
samples AS MATERIALIZED (
  SELECT e.i, ('00000000-0000-4000-8000-' || lpad(e.user_no::text, 12, '0'))::uuid AS user_id, 'demo-' || $4::text || '-' || e.session AS session_id,
    t.id AS skill_id, CASE WHEN e.share < t.change_at THEN '0.9.0' ELSE t.version END AS version, t.tier, t.open, e.place, e.noise, e.at,
    date_trunc('milliseconds', e.at) AS created_at,
    CASE
      WHEN e.luck < t.success + CASE WHEN t.change_at > 0 AND e.share >= t.change_at THEN t.change_by ELSE 0 END THEN 'success'
      WHEN e.noise & 3 = 0 THEN 'hard_refusal' ELSE 'soft_fail'
    END AS outcome,
    -- three uniform draws make a bell, its exponential a long tail
    round(t.latency * exp(1.1 * (e.pace + e.other + ((e.noise >> 20) & 1023) / 1023.0::float8 - 1.5)))::integer AS latency_ms,
    (ARRAY['FAST', 'CORE', 'DEEP'])[1 + e.user_no % 3] AS user_tier,
    (ARRAY['fire', 'water', 'earth', 'air', 'aether'])[1 + (e.mood & 1023) % 5] AS element,
    (ARRAY['UNDERWORLD', 'MIDDLEWORLD', 'UPPERWORLD'])[1 + ((e.mood >> 10) & 1023) % 3] AS realm
  FROM timed e JOIN traits t ON t.rank = e.rank
),
put_events AS (
  INSERT INTO :"schema".skill_usage_events (user_id, session_id, skill_id, version, tier, outcome, latency_ms, input_hash, state_snapshot, created_at)
  SELECT user_id, session_id, skill_id, version, tier, outcome,
    CASE WHEN noise & 127 = 0 OR outcome = 'hard_refusal' AND noise & 8 = 0 THEN NULL ELSE latency_ms END,
    to_hex(noise), jsonb_build_object('tier', user_tier, 'element', element, 'realm', realm), created_at
  FROM samples ORDER BY i
),
put_feedback AS (
  INSERT INTO :"schema".skill_feedback (user_id, skill_id, version, rating, tags, created_at)
  SELECT user_id, skill_id, version,
    CASE WHEN noise & 1023 < 24 THEN NULL WHEN outcome = 'success' THEN 3 + (((noise >> 12) & 7) + 1) / 3 - ((noise >> 15) & 31) / 31 ELSE 1 + ((noise >> 12) & 3) END,
    CASE (noise >> 24) & 7 WHEN 0 THEN ARRAY['helpful'] WHEN 1 THEN ARRAY['helpful', 'clear'] WHEN 2 THEN ARRAY['slow'] WHEN 3 THEN ARRAY['off-topic'] ELSE '{}'::text[] END,
    created_at + interval '1 minute'
  FROM samples WHERE noise & 1023 < 102 ORDER BY i
),
put_unlocks AS (
  INSERT INTO :"schema".skill_unlocks (user_id, skill_id, unlocked, unlocked_at, unlock_reason)
  SELECT DISTINCT ON (user_id, skill_id) user_id, skill_id, true, created_at - interval '1 minute', 'demo'
  FROM samples WHERE NOT open AND place = 0 AND (noise >> 30) & 3 < 2 ORDER BY user_id, skill_id, created_at
  ON CONFLICT (user_id, skill_id) DO NOTHING
)
SELECT count(*) AS events, count(*) FILTER (WHERE noise & 1023 < 102) AS feedback FROM samples;
