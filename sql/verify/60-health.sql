-- Whether the database is healthy. Checks of our tables take the names from the applied migrations:
-- $1: {"tables": ["<name>"], "views": [], "functions": [], "ledger": {"schema", "tables": []}, "comparedIndexes": [],
-- "reported": ["<object of a fault of the comparison>"]}. Sizes are those of the main fork.

-- group: health
-- about: These problems do no harm yet, but will: invalid or useless indexes, tables without statistics, sequences
--   near their end, rows that refer to nothing. The numbers come from the catalogs and statistics of the server.

-- check: health.invalid-indexes
-- title: no other index is invalid
-- input: objects
-- remedy: run REINDEX INDEX CONCURRENTLY, or drop the index: every write maintains it, and no query uses it
-- example: index idx_skill_usage_user_time | a valid index | invalid, on table skill_usage_events, 8192 bytes
SELECT
  format('index %s', c.relname)                     AS object,
  'a valid index'                                   AS expected,
  format('invalid, on table %s, %s', t.relname, pg_size_pretty(pg_relation_size(c.oid))) AS actual,
  format('REINDEX INDEX CONCURRENTLY %I.%I', :'schema', c.relname) AS sql
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? t.relname
  AND NOT (i.indisvalid AND i.indisready AND i.indislive)
  -- that of a partitioned table: health.partitioned-indexes
  AND c.relkind = 'i'
  -- indexes.definitions reports the indexes of the migrations
  AND NOT coalesce($1::jsonb->'comparedIndexes' ? c.relname, false)
  -- an index is invalid while it is built, and while CONCURRENTLY drops it. The progress of another role shows its process alone
  AND NOT EXISTS (
    SELECT FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
      AND (l.relation = i.indexrelid OR l.relation = i.indrelid AND EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.pid = l.pid))
  )
ORDER BY c.relname;

-- check: health.partitioned-indexes
-- title: every index of a partitioned table covers all partitions
-- severity: info
-- input: objects
-- remedy: create the index on each partition that lacks it, and attach it to the index of the table
-- about: An index that was created ON ONLY a partitioned table is invalid until an index of each partition is attached to it. That is
--   the usual way to build it without blocking writes. The partitions that have the index use it.
-- example: index events_day | an index on each of 12 partitions | 11 of 12 partitions have it
SELECT
  format('index %s', c.relname)                       AS object,
  format('an index on each of %s partitions', p.n)    AS expected,
  format('%s of %s partitions have it', a.n, p.n)     AS actual,
  (
    SELECT string_agg(format('CREATE %sINDEX %s%I ON %I.%I %s; ALTER INDEX %I.%I ATTACH PARTITION %4$I.%3$I',
      CASE WHEN i.indisunique THEN 'UNIQUE ' END, CASE l.relkind WHEN 'r' THEN 'CONCURRENTLY ' END, left(c.relname, 50) || '_' || l.oid, n.nspname, l.relname,
      substr(pg_get_indexdef(c.oid), strpos(pg_get_indexdef(c.oid), ' USING ') + 1), :'schema', c.relname), '; ' ORDER BY l.relname)
    FROM pg_inherits h JOIN pg_class l ON l.oid = h.inhrelid JOIN pg_namespace n ON n.oid = l.relnamespace
    WHERE h.inhparent = t.oid AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
      AND NOT EXISTS (SELECT FROM pg_inherits g JOIN pg_index x ON x.indexrelid = g.inhrelid WHERE g.inhparent = c.oid AND x.indrelid = l.oid)
  ) AS sql
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'I'
JOIN pg_class t ON t.oid = i.indrelid
CROSS JOIN LATERAL (SELECT count(*) AS n FROM pg_inherits h WHERE h.inhparent = t.oid) AS p
CROSS JOIN LATERAL (SELECT count(*) AS n FROM pg_inherits h WHERE h.inhparent = c.oid) AS a
WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? t.relname
  AND NOT i.indisvalid
ORDER BY c.relname;

-- check: health.redundant-indexes
-- title: no index is redundant
-- severity: info
-- input: objects
-- remedy: do nothing, or drop it in a migration of your own if space and write speed matter more than the queries that it serves better
-- example: index idx_skill_unlocks_user_skill | an index that no other index covers | equal to
--   skill_unlocks_pkey; 8192 bytes, 0 scans, maintained by 0 writes
WITH keys AS (
  SELECT
    i.indexrelid, i.indrelid, i.indisunique, i.indnkeyatts, c.relname, c.relam,
    i.indkey::int[] AS columns, i.indclass::oid[] AS classes, i.indoption::int[] AS options, i.indcollation::oid[] AS collations,
    coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
    coalesce(pg_get_expr(i.indexprs, i.indrelid), '') AS expressions,
    EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS is_key
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'tables' ? t.relname
    AND i.indisvalid
)
SELECT
  format('index %s', a.relname)                                                                 AS object,
  'an index that no other index covers'                                                     AS expected,
  format('%s %s; %s, %s scans, maintained by %s writes',
    CASE WHEN a.indnkeyatts = b.indnkeyatts THEN 'equal to' ELSE 'the first part of' END, b.relname,
    pg_size_pretty(pg_relation_size(a.indexrelid)), coalesce(s.idx_scan, 0),
    coalesce(w.n_tup_ins + w.n_tup_upd - w.n_tup_hot_upd, 0))                                   AS actual
FROM keys a
CROSS JOIN LATERAL (
  SELECT b.relname, b.indnkeyatts
  FROM keys b
  WHERE b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid AND b.relam = a.relam AND b.predicate = a.predicate
    -- the arrays of pg_index begin at 0
    AND a.expressions = '' AND b.indnkeyatts >= a.indnkeyatts
    AND b.columns[0:a.indnkeyatts - 1] = a.columns[0:a.indnkeyatts - 1]
    AND b.classes[0:a.indnkeyatts - 1] = a.classes[0:a.indnkeyatts - 1]
    AND b.collations[0:a.indnkeyatts - 1] = a.collations[0:a.indnkeyatts - 1]
    AND (b.options[0:a.indnkeyatts - 1] = a.options[0:a.indnkeyatts - 1] OR a.indnkeyatts = 1)
    -- of two equal indexes the key stays, else the older one
    AND (b.indnkeyatts > a.indnkeyatts OR b.is_key OR b.indexrelid < a.indexrelid)
  ORDER BY b.is_key DESC, b.indnkeyatts, b.indexrelid
  LIMIT 1
) AS b
LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = a.indexrelid
LEFT JOIN pg_stat_user_tables w ON w.relid = a.indrelid
WHERE NOT a.is_key AND NOT a.indisunique
ORDER BY pg_relation_size(a.indexrelid) DESC, a.relname;

-- check: health.unused-indexes
-- title: every large index is used
-- severity: info
-- input: objects
-- remedy: drop it in a migration of your own if no standby uses it either
-- example: index idx_skill_feedback_rating | used by a query | no scan in 45 days; 214 MB, kept up with 1893421
--   writes
SELECT
  format('index %s', s.indexrelname)                                                AS object,
  'used by a query'                                                                 AS expected,
  format('no scan in %s days; %s, maintained by %s writes', extract(day FROM now() - d.since)::int,
    pg_size_pretty(pg_relation_size(s.indexrelid)), w.n_tup_ins + w.n_tup_upd - w.n_tup_hot_upd) AS actual
FROM pg_stat_user_indexes s
JOIN pg_index i ON i.indexrelid = s.indexrelid AND NOT i.indisunique
JOIN pg_stat_user_tables w ON w.relid = s.relid
CROSS JOIN (SELECT coalesce(stats_reset, pg_postmaster_start_time()) AS since FROM pg_stat_database WHERE datname = current_database()) AS d
WHERE s.schemaname = :'schema'
  AND $1::jsonb->'tables' ? s.relname
  AND s.idx_scan = 0
  AND d.since < now() - interval '7 days'
  AND pg_relation_size(s.indexrelid) >= 8 * 1024 * 1024
ORDER BY pg_relation_size(s.indexrelid) DESC;

-- check: health.never-analysed
-- title: every table that has grown has statistics for the planner
-- severity: warning
-- input: objects
-- remedy: run ANALYZE, and find out why autovacuum does not
-- example: table skill_usage_events | analyzed | never analyzed; 96 MB
SELECT
  format('table %s', c.relname)                                                AS object,
  'analyzed'                                                 AS expected,
  format('never analyzed; %s', pg_size_pretty(pg_relation_size(c.oid)))        AS actual,
  format('ANALYZE %I.%I', :'schema', c.relname)                                AS sql
FROM pg_class c
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND c.relkind = 'r'
  AND $1::jsonb->'tables' ? c.relname
  AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL
  AND c.reltuples <= 0
  AND pg_relation_size(c.oid) > 1024 * 1024
ORDER BY c.relname;

-- check: health.bloat
-- title: vacuum keeps up with deleted and updated rows
-- severity: warning
-- input: objects
-- remedy: run VACUUM; if dead rows remain, an old transaction, a replication slot or a prepared transaction keeps them. Only VACUUM FULL, which
--   blocks reads and writes, and pg_repack return the space of a table to the disk
-- example: table skill_unlocks | dead rows under 30 % of the live ones | 310000 dead rows, 20000 live ones
WITH tables AS (
  SELECT
    c.oid, c.relname, c.relpages, c.reltuples, s.n_live_tup, s.n_dead_tup,
    current_setting('block_size')::numeric AS page,
    (
      SELECT sum((1 - p.null_frac) * p.avg_width)
      FROM pg_stats p WHERE p.schemaname = :'schema' AND p.tablename = c.relname
    ) AS width
  FROM pg_class c
  LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND c.relkind IN ('r', 'm')
    AND $1::jsonb->'tables' ? c.relname
),
indexes AS (
  SELECT x.relname, x.relpages, x.reltuples, t.page,
    (
      SELECT sum((1 - p.null_frac) * p.avg_width)
      FROM pg_attribute a
      JOIN pg_stats p ON p.schemaname = :'schema' AND p.tablename = t.relname AND p.attname = a.attname
      WHERE a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
    ) AS width
  FROM tables t
  JOIN pg_index i ON i.indrelid = t.oid AND i.indexprs IS NULL
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_am a ON a.oid = x.relam AND a.amname = 'btree'
  WHERE x.relpages * t.page > 100 * 1024 * 1024
),
-- a row takes 28 bytes in addition to its columns, a page 24 in addition to its rows, and alignment a tenth more; an entry of an index
-- takes 16, and a new page of an index is 90 % full
sizes AS (
  SELECT 'table' AS kind, relname, relpages, reltuples, page, ceil(reltuples * (width * 1.1 + 28) / (page - 24)) AS needed, 2 AS most FROM tables
  UNION ALL
  SELECT 'index', relname, relpages, reltuples, page, ceil(reltuples * (width * 1.1 + 16) / (page - 40) / 0.9), 3 FROM indexes
)
SELECT format('table %s', relname) AS object, 'dead rows under 30 % of the live ones' AS expected,
  format('%s dead rows, %s live ones', n_dead_tup, n_live_tup) AS actual, format('VACUUM (VERBOSE) %I.%I', :'schema', relname) AS sql
FROM tables
WHERE n_dead_tup > 50000 AND n_dead_tup > 0.3 * n_live_tup
UNION ALL
SELECT format('%s %s', kind, relname), format('about %s for %s rows', pg_size_pretty((needed * page)::bigint), reltuples::bigint),
  format('%s, %s of it unused (estimated from the statistics)', pg_size_pretty((relpages * page)::bigint),
    pg_size_pretty(((relpages - needed) * page)::bigint)),
  CASE kind WHEN 'index' THEN format('REINDEX INDEX CONCURRENTLY %I.%I', :'schema', relname)
    ELSE format('VACUUM (VERBOSE) %I.%I', :'schema', relname) END
FROM sizes
WHERE reltuples > 0 AND relpages > most * needed AND (relpages - needed) * page > 100 * 1024 * 1024
ORDER BY 1, 2;

-- check: health.constraints
-- title: every constraint of your own is validated, and every foreign key of a large table has an index
-- severity: warning
-- input: objects
-- remedy: validate the constraint, or create the index
-- about: A constraint that is NOT VALID holds for new rows only, and the planner does not use it. Without an index on the columns of a foreign key,
--   each DELETE in the table to which it refers reads the whole table. These are the constraints of the tables of the package,
--   and the foreign keys of other tables to them; a table of less than 1 MB needs no index.
-- example: foreign key theirs.theirs_skill_id_fkey | an index on (skill_id) | none; theirs has 214 MB, and DELETE on skills_registry
--   reads it
WITH keys AS (
  SELECT k.oid, k.conname, k.contype, k.convalidated, k.conparentid, k.conkey, c.oid AS relid, c.relname, n.nspname, c.relkind, f.relname AS refers_to,
    format('%s %s', CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'constraint' END,
      concat_ws('.', nullif(n.nspname, :'schema'), c.relname, k.conname)) AS object
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_class f ON f.oid = k.confrelid
  WHERE k.contype IN ('f', 'c')
    -- PostgreSQL 18 has constraints that are NOT ENFORCED: they cannot be validated
    AND coalesce(to_jsonb(k)->>'conenforced', 'true') = 'true'
    -- ledger.additions reports those of the ledger
    AND NOT (n.nspname = $1::jsonb#>>'{ledger,schema}' AND $1::jsonb#>'{ledger,tables}' ? c.relname)
    AND ((n.nspname = :'schema' AND $1::jsonb->'tables' ? c.relname)
      OR (f.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema') AND $1::jsonb->'tables' ? f.relname))
)
SELECT k.object, 'validated' AS expected, 'NOT VALID' AS actual,
  format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I', k.nspname, k.relname, k.conname) AS sql
FROM keys k
WHERE NOT k.convalidated
  -- the comparison with the migrations reports these
  AND NOT $1::jsonb->'reported' ? format('constraint %s.%s', k.relname, k.conname)
UNION ALL
SELECT k.object, format('an index on (%s)', columns.names),
  format('none; %s has %s, and DELETE on %s reads it', k.relname, pg_size_pretty(pg_relation_size(k.relid)), k.refers_to),
  format('CREATE INDEX CONCURRENTLY ON %I.%I (%s)', k.nspname, k.relname, columns.names)
FROM keys k
CROSS JOIN LATERAL (
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY key.n) AS names
  FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, n)
  JOIN pg_attribute a ON a.attrelid = k.relid AND a.attnum = key.attnum
) AS columns
WHERE k.contype = 'f' AND k.relkind = 'r'
  -- a key to a partitioned table has a constraint for each partition too
  AND k.conparentid NOT IN (SELECT oid FROM keys other WHERE other.relid = k.relid)
  AND pg_relation_size(k.relid) >= 1024 * 1024
  AND NOT EXISTS (
    SELECT FROM pg_index i
    WHERE i.indrelid = k.relid AND i.indisvalid AND i.indpred IS NULL
      -- its first columns, in any order; the array of pg_index begins at 0
      AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
  )
ORDER BY 1, 2;

-- check: health.sequences
-- title: no sequence is near its end
-- input: objects
-- remedy: change the column to bigint (fill a new column in batches, then swap them), or raise the MAXVALUE of the sequence
-- example: sequence skill_feedback_id_seq | less than 80 % of its 9223372036854775807 numbers used |
--   9000000000000000000 used (97.6 %), for column skill_feedback.id
SELECT
  format('sequence %s', c.relname)                                                          AS object,
  format('less than 80 %% of its %s numbers used', limits.last)                             AS expected,
  format('%s used (%s %%), for column %s.%s', used.value, round(100.0 * used.value / limits.last, 1), t.relname, a.attname) AS actual
FROM pg_class c
JOIN pg_sequence q ON q.seqrelid = c.oid
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
CROSS JOIN LATERAL (
  SELECT least(q.seqmax, CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 ELSE q.seqmax END) AS last
) AS limits
CROSS JOIN LATERAL (
  -- only a role with USAGE or SELECT may read the value
  SELECT CASE WHEN has_sequence_privilege(c.oid, 'USAGE, SELECT') THEN pg_sequence_last_value(c.oid) END AS value
) AS used
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? t.relname
  AND used.value >= 0.8 * limits.last
ORDER BY c.relname;

-- check: health.unregistered-events
-- title: every skill with events is registered
-- severity: warning
-- remedy: sync the folder of the skill, or find the application that logs an unknown name
-- example: skill review-changes | a row in skills_registry | missing; events 1204, the last at 2026-11-28 02:02:57+00
-- One step in the index for each skill, whatever the number of events.
WITH RECURSIVE used (skill_id) AS (
  SELECT min(skill_id) FROM :"schema".skill_usage_events
  UNION ALL
  SELECT (SELECT min(e.skill_id) FROM :"schema".skill_usage_events e WHERE e.skill_id > used.skill_id) FROM used WHERE used.skill_id IS NOT NULL
)
SELECT
  format('skill %s', used.skill_id)   AS object,
  'a row in skills_registry'          AS expected,
  format('missing; events %s, the last at %s',
    (SELECT CASE WHEN count(*) > 1000 THEN 'over 1000' ELSE count(*)::text END
      FROM (SELECT 1 FROM :"schema".skill_usage_events e WHERE e.skill_id = used.skill_id LIMIT 1001) AS few),
    (SELECT max(e.created_at)::timestamptz(0) FROM :"schema".skill_usage_events e WHERE e.skill_id = used.skill_id)) AS actual
FROM used
WHERE used.skill_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM :"schema".skills_registry r WHERE r.skill_id = used.skill_id)
ORDER BY used.skill_id COLLATE "C";

-- check: health.unregistered-unlocks
-- title: every unlocked skill is registered
-- severity: info
-- remedy: do nothing if the skill is not released yet; otherwise find out who unlocks an unknown name
-- example: skill review-changes | a row in skills_registry | missing; unlocked for 12 users
SELECT
  format('skill %s', u.skill_id)                            AS object,
  'a row in skills_registry'                                AS expected,
  format('missing; unlocked for %s users', count(*))           AS actual
FROM :"schema".skill_unlocks u
WHERE NOT EXISTS (SELECT 1 FROM :"schema".skills_registry r WHERE r.skill_id = u.skill_id)
GROUP BY u.skill_id
ORDER BY u.skill_id COLLATE "C";

-- check: health.outcomes
-- title: every outcome is success, soft_fail or hard_refusal
-- severity: warning
-- remedy: find the application that logs it; `skills stats` counts it as a use without success
-- example: column skill_usage_events.outcome | success, soft_fail or hard_refusal | 'ok', events 1
WITH RECURSIVE seen (outcome) AS (
  SELECT min(outcome) FROM :"schema".skill_usage_events
  UNION ALL
  SELECT (SELECT min(e.outcome) FROM :"schema".skill_usage_events e WHERE e.outcome > seen.outcome) FROM seen WHERE seen.outcome IS NOT NULL
)
SELECT
  'column skill_usage_events.outcome'         AS object,
  'success, soft_fail or hard_refusal'        AS expected,
  format('%s, events %s', quote_literal(seen.outcome),
    (SELECT CASE WHEN count(*) > 1000 THEN 'over 1000' ELSE count(*)::text END
      FROM (SELECT 1 FROM :"schema".skill_usage_events e WHERE e.outcome = seen.outcome LIMIT 1001) AS few)) AS actual
FROM seen
WHERE seen.outcome NOT IN ('success', 'soft_fail', 'hard_refusal')
ORDER BY seen.outcome COLLATE "C";

-- check: health.statuses
-- title: the status of every candidate is monitoring, review, approved, deployed or rejected
-- severity: warning
-- remedy: give the rows one of these statuses: which one is right is known to the reviewer of the candidate
-- example: column agent_emergence_candidates.status | monitoring, review, approved, deployed or rejected | 'maybe',
--   rows 1
SELECT
  'column agent_emergence_candidates.status'                    AS object,
  'monitoring, review, approved, deployed or rejected'          AS expected,
  format('%s, rows %s', quote_literal(status), count(*))        AS actual
FROM :"schema".agent_emergence_candidates
WHERE status NOT IN ('monitoring', 'review', 'approved', 'deployed', 'rejected')
GROUP BY status
ORDER BY status COLLATE "C";

-- check: health.trust-levels
-- title: every trust level is from 1 to 5
-- severity: warning
-- remedy: set a level from 1 to 5 with `skills trust ID LEVEL`, then add the constraint that verify reports as missing
-- example: skill elemental-checkin | a trust level from 1 to 5 | 7
SELECT format('skill %s', skill_id) AS object, 'a trust level from 1 to 5' AS expected, trust_level::text AS actual,
  format('run `skills trust %s LEVEL` with a level from 1 to 5, then add the constraint that verify reports as missing', skill_id) AS remedy
FROM :"schema".skills_registry
WHERE trust_level NOT BETWEEN 1 AND 5
ORDER BY skill_id COLLATE "C";

-- check: health.ratings
-- title: every rating is from 1 to 5
-- severity: warning
-- remedy: correct or delete the rows: every average contains them
-- example: column skill_feedback.rating | from 1 to 5 | 99, rows 1
SELECT 'column skill_feedback.rating' AS object, 'from 1 to 5' AS expected, format('%s, rows %s', rating, count(*)) AS actual
FROM :"schema".skill_feedback
WHERE rating < 1 OR rating > 5
GROUP BY rating
ORDER BY rating;

-- check: health.clock-skew
-- title: no row has a time in the future
-- severity: warning
-- remedy: set the clock of the machine that wrote it (NTP); such a row stays in every "last 7 days" for too long
-- example: column skill_feedback.created_at | at most 2026-11-28 02:02:57+00 | 2026-11-29 02:02:57+00
SELECT format('column %s', latest.col) AS object, format('at most %s', now()::timestamptz(0)) AS expected, latest.at::timestamptz(0)::text AS actual
FROM (
  SELECT 'skill_usage_events.created_at' AS col, max(created_at) AS at FROM :"schema".skill_usage_events
  UNION ALL
  SELECT 'skill_feedback.created_at', max(created_at) FROM :"schema".skill_feedback
  UNION ALL
  SELECT 'skill_unlocks.unlocked_at', max(unlocked_at) FROM :"schema".skill_unlocks
  UNION ALL
  SELECT 'skills_registry.updated_at', max(updated_at) FROM :"schema".skills_registry
  UNION ALL
  SELECT 'agent_emergence_candidates.created_at', max(created_at) FROM :"schema".agent_emergence_candidates
) AS latest
WHERE latest.at > now() + interval '5 minutes'
ORDER BY latest.col;

-- check: health.client-clock
-- title: the clocks of this machine and the server agree
-- severity: warning
-- input: client
-- remedy: set the clock that is wrong (NTP)
-- example: clock | 2026-11-28 08:00:00+00 on the server | 2026-11-28 08:07:12+00 on this machine
-- $1: {"now": "<ISO 8601>"}
SELECT
  'clock'                                                                   AS object,
  format('%s on the server', now()::timestamptz(0))                 AS expected,
  format('%s on this machine', ($1::jsonb->>'now')::timestamptz(0))         AS actual
WHERE abs(extract(epoch FROM now() - ($1::jsonb->>'now')::timestamptz)) > 120;

-- check: health.rollups-behind
-- title: the rollups contain all but the latest events
-- severity: warning
-- requires: migration 20261121_skill_rollups
-- remedy: run `skills rollup`, and find out why its scheduled job does not run: until then `skills stats` reads every event that waits
-- example: table skill_rollup_state | at most 100000 events waiting | more waiting; the last step: 2026-11-20 04:00:12+00
WITH state AS (
  SELECT s.*, s.system_identifier <> c.system_identifier OR txid_snapshot_xmax(s.snapshot) > txid_snapshot_xmax(txid_current_snapshot()) AS is_foreign
  FROM :"schema".skill_rollup_state s, pg_control_system() AS c
  WHERE s.source = 'events'
),
-- counts no further than necessary
waiting AS (
  SELECT count(*) AS n
  FROM (
    SELECT
    FROM :"schema".skill_usage_events e, state s
    WHERE NOT s.is_foreign
      AND e.txid >= txid_snapshot_xmin(s.snapshot)
      AND NOT txid_visible_in_snapshot(e.txid, s.snapshot)
      AND NOT (e.txid = coalesce(s.part_txid, -1) AND e.id <= coalesce(s.part_id, 0))
    LIMIT 100001
  ) AS events
)
SELECT
  'table skill_rollup_state'                                   AS object,
  'at most 100000 events waiting'                                 AS expected,
  format('more waiting; the last step: %s', coalesce(s.stepped_at::timestamptz(0)::text, 'never')) AS actual,
  'skills rollup'                                              AS remedy
FROM state s, waiting
WHERE waiting.n > 100000
UNION ALL
SELECT 'table skill_rollup_state', 'rollups of this server', 'rollups of another server', 'skills rollup'
FROM state WHERE is_foreign;

-- check: health.set-aside
-- title: the rollups contain every row that a step has seen
-- severity: warning
-- requires: migration 20261121_skill_rollups
-- remedy: correct or delete the row, then run `skills rollup --rebuild`: until then it is in no number of `skills stats`
-- about: A step sets a row aside that it cannot add up: a key that is too long for an index, a time without a year of four digits, a
--   state that is too large. Such rows are older than the bounds of the tables, or were written without them.
-- example: event 17 of table skill_usage_events | a row that can be added up | version has 65536 bytes
SELECT
  format('%s %s of table %s', CASE source WHEN 'events' THEN 'event' ELSE 'feedback' END, id,
    CASE source WHEN 'events' THEN 'skill_usage_events' ELSE 'skill_feedback' END) AS object,
  'a row that can be added up'                                 AS expected,
  reason                                                       AS actual
FROM :"schema".skill_rollup_set_aside
ORDER BY source, id, user_id;

-- check: health.partitions
-- title: every table partitioned by time has a partition for the next month
-- input: objects
-- remedy: create the partition before the month begins: without it, rows go to the default partition or are refused
-- example: table skill_usage_events | a partition that holds 2026-12-01 | none; the last one ends at 2026-12-01
WITH parents AS (
  SELECT t.oid, t.relname, date_trunc('month', now()) + interval '1 month' AS next_month
  FROM pg_class t
  JOIN pg_partitioned_table p ON p.partrelid = t.oid AND p.partstrat = 'r' AND p.partnatts = 1
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.partattrs[0] AND a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
  WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'tables' ? t.relname
),
bounds AS (
  SELECT i.inhparent, coalesce(part[2]::timestamptz, '-infinity') AS first, coalesce(part[4]::timestamptz, 'infinity') AS after, part[4] AS ends
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid
  CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \((MINVALUE|''([^'']*)'')\) TO \((MAXVALUE|''([^'']*)'')\)') AS part
  WHERE part IS NOT NULL
),
-- what no partition holds of the month
gaps AS (
  SELECT p.relname, p.next_month, max(b.ends) AS last_end,
    -- the months of the partitions can begin at another time zone's midnight
    coalesce(max(b.after) FILTER (WHERE b.after BETWEEN p.next_month - interval '1 day' AND p.next_month), p.next_month) AS first,
    min(b.first) FILTER (WHERE b.first > p.next_month) AS next
  FROM parents p LEFT JOIN bounds b ON b.inhparent = p.oid
  GROUP BY p.oid, p.relname, p.next_month
  HAVING NOT coalesce(bool_or(b.first <= p.next_month AND b.after > p.next_month), false)
)
SELECT
  format('table %s', relname)                                                                AS object,
  format('a partition that holds %s', to_char(next_month, 'YYYY-MM-DD'))                     AS expected,
  coalesce('none; the last one ends at ' || last_end, 'none')                                AS actual,
  CASE WHEN NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema') AND c.relname = part.name) THEN
    format('CREATE TABLE %1$I.%2$I PARTITION OF %1$I.%3$I FOR VALUES FROM (%4$L) TO (%5$L)', :'schema', part.name, relname, first, least(first + interval '1 month', next)) END AS sql
FROM gaps CROSS JOIN LATERAL (SELECT relname || to_char(next_month, '_YYYY_MM') AS name) AS part
ORDER BY relname;
