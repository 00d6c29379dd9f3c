-- skills: repeatable
--
-- The views, and nothing else. This file runs again when it changes.


-- Views of the older system ------------------------------------------------------------------------------------------

-- CREATE OR REPLACE cannot rename, remove or retype a column, and cannot replace a materialized view. Such a view is dropped, or renamed
-- when something depends on it; roles keep their privileges, except PUBLIC.
DO $older$
DECLARE
  v_wanted text[] := ARRAY[
    ['v_skill_effectiveness', 'skill_id text, total_uses bigint, success_count bigint, success_rate_pct numeric, avg_latency_ms integer, '
      'avg_rating numeric, unique_users bigint, first_use timestamp with time zone, last_use timestamp with time zone'],
    ['v_skill_cooccurrence', 'skill_set text[], tier text, element text, realm text, cooccurrence_count bigint, distinct_users bigint, '
      'avg_success_rate numeric(4,3), first_observed timestamp with time zone, last_observed timestamp with time zone']
  ];
  v_one     text[];
  v_found   pg_catalog.pg_class;
  v_columns text;
  v_kind    text;
  v_grants  text := '';
BEGIN
  FOREACH v_one SLICE 1 IN ARRAY v_wanted LOOP
    SELECT c.* INTO v_found FROM pg_catalog.pg_class AS c
    WHERE c.oid = pg_catalog.to_regclass(v_one[1])::oid AND c.relkind = ANY ('{v,m}'::"char"[]);
    CONTINUE WHEN NOT FOUND;
    SELECT pg_catalog.string_agg(pg_catalog.concat(a.attname, ' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> ALL (ARRAY[0::oid, 'pg_catalog.default'::regcollation::oid]) THEN ' with another collation' END), ', '::text ORDER BY a.attnum)
      INTO v_columns FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = v_found.oid AND a.attnum > 0::smallint;
    CONTINUE WHEN v_found.relkind = 'v'::"char" AND v_columns = v_one[2];
    v_kind := CASE v_found.relkind WHEN 'v'::"char" THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END;
    SELECT v_grants || coalesce(pg_catalog.string_agg(pg_catalog.format('GRANT %s ON TABLE %I TO %s;', a.privilege_type, v_one[1], a.grantee::regrole), ''::text), ''::text)
      INTO v_grants FROM pg_catalog.aclexplode(v_found.relacl) AS a
      WHERE a.grantee <> 0::oid AND a.grantee <> v_found.relowner AND a.privilege_type = ANY ('{SELECT,INSERT,UPDATE,DELETE,REFERENCES,TRIGGER,TRUNCATE}'::text[]);
    BEGIN
      EXECUTE pg_catalog.format('DROP %s %I', v_kind, v_one[1]);
      RAISE NOTICE 'the % % of an older version was dropped, because its columns differ: %', pg_catalog.lower(v_kind), v_one[1], v_columns;
    EXCEPTION WHEN dependent_objects_still_exist THEN
      EXECUTE pg_catalog.format('ALTER %s %I RENAME TO %I', v_kind, v_one[1], v_one[1] || '_older'::text);
      RAISE NOTICE 'the % % of an older version is now %, because other objects depend on it', pg_catalog.lower(v_kind), v_one[1], v_one[1] || '_older'::text;
    END;
  END LOOP;
  PERFORM pg_catalog.set_config('skills.older_grants'::text, v_grants, true);
END
$older$;


-- Views -------------------------------------------------------------------------------------------------------------
-- Names, order and types of the columns are those of older versions of these views, so that CREATE OR REPLACE can replace them.

-- Usage and feedback are each aggregated to one row for a skill before the join: in a join of the rows, every event would count
-- once for each rating of its skill. Usage is grouped by (skill, user) first: this counts distinct users in about half the time of
-- count(DISTINCT user_id).
CREATE OR REPLACE VIEW v_skill_effectiveness AS
WITH usage_by_user AS (
  SELECT
    skill_id,
    user_id,
    pg_catalog.count(*)                                     AS uses,
    pg_catalog.count(*) FILTER (WHERE outcome = 'success')  AS successes,
    pg_catalog.sum(latency_ms)                              AS latency_sum,
    pg_catalog.count(latency_ms)                            AS latency_count,
    pg_catalog.min(created_at)                              AS first_use,
    pg_catalog.max(created_at)                              AS last_use
  FROM skill_usage_events
  GROUP BY skill_id, user_id
),
usage_by_skill AS (
  SELECT
    skill_id,
    pg_catalog.sum(uses)           AS uses,
    pg_catalog.sum(successes)      AS successes,
    pg_catalog.sum(latency_sum)    AS latency_sum,
    pg_catalog.sum(latency_count)  AS latency_count,
    pg_catalog.count(user_id)      AS unique_users,
    pg_catalog.min(first_use)      AS first_use,
    pg_catalog.max(last_use)       AS last_use
  FROM usage_by_user
  GROUP BY skill_id
),
feedback_by_skill AS (
  SELECT skill_id, pg_catalog.avg(rating) AS rating
  FROM skill_feedback
  GROUP BY skill_id
)
SELECT
  u.skill_id,
  u.uses::bigint                                             AS total_uses,
  u.successes::bigint                                        AS success_count,
  pg_catalog.round(100.0 * u.successes / nullif(u.uses, 0::numeric), 2)          AS success_rate_pct,
  pg_catalog.round(u.latency_sum / nullif(u.latency_count, 0::numeric))::integer AS avg_latency_ms,
  pg_catalog.round(f.rating, 2)                                         AS avg_rating,
  u.unique_users,
  u.first_use,
  u.last_use
FROM usage_by_skill u
LEFT JOIN feedback_by_skill f ON f.skill_id = u.skill_id;

-- The first step has one row for each group: a session of a user with one tier, element and realm. The set contains the skills
-- that succeeded in it; the counts cover all its events, because a rate over successes alone would always be 1. An event without a
-- session is in no group. Sets are sorted bytewise, so that the same skills make the same set under every collation.
CREATE OR REPLACE VIEW v_skill_cooccurrence AS
WITH session_skills AS (
  SELECT
    session_id,
    user_id,
    coalesce(state_snapshot->>'tier'::text, tier)      AS tier,
    state_snapshot->>'element'::text                   AS element,
    state_snapshot->>'realm'::text                     AS realm,
    pg_catalog.array_agg(DISTINCT skill_id COLLATE "C" ORDER BY skill_id COLLATE "C")
      FILTER (WHERE outcome = 'success')         AS skill_set,
    pg_catalog.count(*)                                     AS events,
    pg_catalog.count(*) FILTER (WHERE outcome = 'success')  AS successes,
    pg_catalog.min(created_at)                              AS first_event,
    pg_catalog.max(created_at)                              AS last_event
  FROM skill_usage_events
  WHERE session_id IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5
)
SELECT
  skill_set COLLATE "default"                            AS skill_set,
  tier,
  element,
  realm,
  pg_catalog.count(*)                                               AS cooccurrence_count,
  pg_catalog.count(DISTINCT user_id)                                AS distinct_users,
  (pg_catalog.sum(successes) / pg_catalog.sum(events))::numeric(4,3)           AS avg_success_rate,
  pg_catalog.min(first_event)                                       AS first_observed,
  pg_catalog.max(last_event)                                        AS last_observed
FROM session_skills
WHERE pg_catalog.cardinality(skill_set) >= 2
GROUP BY session_skills.skill_set, tier, element, realm
HAVING pg_catalog.count(*) >= 3
ORDER BY cooccurrence_count DESC, session_skills.skill_set, tier COLLATE "C", element COLLATE "C", realm COLLATE "C";

-- The privileges of the views that were dropped above.
DO $grants$
BEGIN
  IF pg_catalog.current_setting('skills.older_grants'::text, true) <> ''::text THEN
    EXECUTE pg_catalog.current_setting('skills.older_grants'::text, true);
  END IF;
END
$grants$;


-- Comments -----------------------------------------------------------------------------------------------------------

COMMENT ON VIEW v_skill_effectiveness IS 'Uses, success, latency and rating of each skill with events, over all time; one row for each skill';
COMMENT ON COLUMN v_skill_effectiveness.skill_id         IS 'The skill';
COMMENT ON COLUMN v_skill_effectiveness.total_uses       IS 'Number of its usage events';
COMMENT ON COLUMN v_skill_effectiveness.success_count    IS 'Those with the outcome success';
COMMENT ON COLUMN v_skill_effectiveness.success_rate_pct IS 'Successes in per cent of all uses, two decimals';
COMMENT ON COLUMN v_skill_effectiveness.avg_latency_ms   IS 'Mean latency of the measured uses; NULL: none';
COMMENT ON COLUMN v_skill_effectiveness.avg_rating       IS 'Mean rating, two decimals; NULL: not rated';
COMMENT ON COLUMN v_skill_effectiveness.unique_users     IS 'Number of different users';
COMMENT ON COLUMN v_skill_effectiveness.first_use        IS 'Time of the first event';
COMMENT ON COLUMN v_skill_effectiveness.last_use         IS 'Time of the latest event';

COMMENT ON VIEW v_skill_cooccurrence IS
  'Sets of two or more skills that succeeded together in at least three sessions with the same tier, element and realm';
COMMENT ON COLUMN v_skill_cooccurrence.skill_set          IS 'IDs of the skills, each once, sorted bytewise';
COMMENT ON COLUMN v_skill_cooccurrence.tier               IS 'Tier of the state snapshot, or of the event where the snapshot has none';
COMMENT ON COLUMN v_skill_cooccurrence.element            IS 'Element of the state snapshot';
COMMENT ON COLUMN v_skill_cooccurrence.realm              IS 'Realm of the state snapshot';
COMMENT ON COLUMN v_skill_cooccurrence.cooccurrence_count IS 'Number of sessions of a user with exactly this set';
COMMENT ON COLUMN v_skill_cooccurrence.distinct_users     IS 'Number of different users among them';
COMMENT ON COLUMN v_skill_cooccurrence.avg_success_rate   IS 'Share of successes, from 0 to 1, among all events of those sessions, failed ones included';
COMMENT ON COLUMN v_skill_cooccurrence.first_observed     IS 'Time of the first event of those sessions';
COMMENT ON COLUMN v_skill_cooccurrence.last_observed      IS 'Time of the latest event of those sessions';
