-- Settings of the server, the database and the roles that stop the package or change what it does, and the state of the server that will.
-- The package sets what its own statements need; applications that call the functions do not.
-- $1: {"tables": ["<name>"], "views": [], "functions": [], "comparedIndexes": []}

-- group: settings
-- about: A setting of a database or role applies to every new connection, also to those of agents, and is easily forgotten: ALTER DATABASE
--   and ALTER ROLE keep it in the catalog. `\drds` of psql lists these settings.

-- check: settings.stops
-- title: no setting stops writes, switches off triggers or hides views
-- input: settings
-- remedy: reset the setting where it is set: in the configuration or the command line of the server, or in the options of the connection
-- about: With `default_transaction_read_only` every write fails. With `session_replication_role` other than origin, foreign keys and
--   triggers do nothing. Settings of roles count when the role may call log_skill_usage; a role that only reads may be read-only. With
--   `restrict_nonsystem_relation_kind = view` nothing can be read from a view.
-- example: database app | default_transaction_read_only off | on
SELECT s.object, format('%s %s', s.name, s.good) AS expected, s.value AS actual, s.sql
FROM jsonb_to_recordset($1::jsonb->'settings') AS s (name text, value text, object text, good text, stops boolean, concerns_schema boolean, sql text)
WHERE s.good IS NOT NULL AND s.concerns_schema AND s.stops
ORDER BY 1, 2;

-- check: settings.changes
-- title: no setting of the database changes what the package or an agent does
-- severity: warning
-- input: settings
-- remedy: reset the setting where it is set: in the configuration or the command line of the server, or in the options of the connection
-- about: Isolation levels above READ COMMITTED make log_skill_usage_batch() store an event that is sent again, and writes fail with 40001. A
--   search_path without the schema makes unqualified names fail. Times that are not in ISO form are read wrongly by many clients. A time
--   limit of some seconds ends `skills migrate`, `rollup` and `stats`.
-- example: database app | default_transaction_isolation read committed | serializable
SELECT s.object, format('%s %s', s.name, s.good) AS expected, s.value AS actual, s.sql
FROM jsonb_to_recordset($1::jsonb->'settings') AS s (name text, value text, object text, good text, stops boolean, concerns_schema boolean, sql text)
WHERE s.good IS NOT NULL AND s.concerns_schema AND NOT s.stops
ORDER BY 1, 2;

-- check: settings.server
-- title: the server cleans up, and hides no damage
-- severity: warning
-- requires: server
-- remedy: run the printed statement, or change the setting in postgresql.conf
-- about: Without autovacuum or its statistics, tables grow and transaction IDs run out.
-- example: the server | autovacuum on | off
SELECT 'the server' AS object, format('%s %s', s.name, good.value) AS expected, s.reset_val AS actual,
  format('ALTER SYSTEM SET %s = %s; SELECT pg_reload_conf()', s.name, good.value) AS sql
FROM pg_settings s
JOIN (VALUES ('autovacuum', 'on'), ('track_counts', 'on'), ('zero_damaged_pages', 'off'), ('ignore_system_indexes', 'off')) AS good (name, value)
  ON good.name = s.name
WHERE s.reset_val <> good.value
ORDER BY s.name;

-- check: settings.durability
-- title: a crash of the machine loses nothing that is committed
-- severity: info
-- requires: server
-- remedy: do nothing on a server for tests; otherwise change the setting in postgresql.conf
-- about: Without fsync or full_page_writes a crash of the machine can destroy the database; without synchronous_commit it can lose the last
--   transactions.
-- example: the server | fsync on | off
SELECT 'the server' AS object, format('%s on', s.name) AS expected, s.reset_val AS actual
FROM pg_settings s
WHERE s.name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND s.reset_val = 'off'
ORDER BY s.name;

-- check: settings.autovacuum
-- title: autovacuum is on for every table
-- severity: warning
-- input: objects
-- remedy: run the printed ALTER TABLE statement
-- example: table skill_usage_events | autovacuum_enabled true | false
SELECT
  format('table %s', c.relname) AS object,
  format('%sautovacuum_enabled true', option.prefix) AS expected,
  split_part(option.text, '=', 2) AS actual,
  format('ALTER TABLE %I.%I RESET (%sautovacuum_enabled)', :'schema', c.relname, option.prefix) AS sql
FROM pg_class c
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
CROSS JOIN LATERAL (
  SELECT '' AS prefix, text FROM unnest(c.reloptions) AS text
  UNION ALL
  SELECT 'toast.', text FROM unnest(toast.reloptions) AS text
) AS option
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  AND $1::jsonb->'tables' ? c.relname
  AND option.text ~* '^autovacuum_enabled=(off|false|f|no|n|0)$'
ORDER BY c.relname, option.prefix;

-- check: settings.collation
-- title: the collations have the version with which their indexes were built
-- severity: warning
-- requires: server
-- remedy: rebuild the indexes on text, then run REFRESH COLLATION VERSION
-- about: The operating system or ICU was updated, and sorts text in another way. Indexes on text can then miss rows, and unique ones accept
--   duplicates, until they are rebuilt.
-- example: collation de_DE | collation version 2.36 | 2.31: indexes on text may be wrong
SELECT DISTINCT format('collation %s', co.oid::regcollation) AS object, format('collation version %s', pg_collation_actual_version(co.oid)) AS expected,
  format('%s: indexes on text may be wrong', co.collversion) AS actual,
  format('REINDEX SCHEMA %I; ALTER COLLATION %s REFRESH VERSION', :'schema', co.oid::regcollation) AS sql
FROM pg_collation co
JOIN pg_attribute a ON a.attcollation = co.oid
JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
WHERE co.collversion <> pg_collation_actual_version(co.oid)
ORDER BY 1;

-- check: settings.database-collation
-- title: the collation of the database has the version with which its indexes were built
-- severity: warning
-- requires: server, server-version 15
-- remedy: rebuild the indexes on text, then run REFRESH COLLATION VERSION
-- about: As settings.collation, for the collation of columns that name none.
-- example: database app | collation version 2.36 | 2.31: indexes on text may be wrong
SELECT format('database %s', datname) AS object, format('collation version %s', pg_database_collation_actual_version(oid)) AS expected,
  format('%s: indexes on text may be wrong', datcollversion) AS actual,
  format('REINDEX DATABASE %1$I; ALTER DATABASE %1$I REFRESH COLLATION VERSION', datname) AS sql
FROM pg_database
WHERE datname = current_database() AND datcollversion <> pg_database_collation_actual_version(oid);

-- check: settings.wraparound
-- title: vacuum freezes old rows in time
-- severity: warning
-- requires: server
-- remedy: run VACUUM FREEZE as the owner of the database, and find out what holds autovacuum back: an old transaction, a prepared one, a slot
-- about: A database whose oldest transaction ID is two billion transactions old accepts no writes. Autovacuum prevents that; an age of one
--   billion means that it cannot.
-- example: database app | the oldest transaction ID under 1000000000 transactions old | 1400000000
SELECT object, format('the oldest %s under 1000000000 old', what) AS expected, age::text AS actual, sql
FROM (
  SELECT format('database %s', datname) AS object, 'transaction ID' AS what, age(datfrozenxid)::bigint AS age, 'VACUUM (FREEZE)' AS sql
  FROM pg_database WHERE datname = current_database()
  UNION ALL
  SELECT format('database %s', datname), 'multixact ID', mxid_age(datminmxid), 'VACUUM (FREEZE)' FROM pg_database WHERE datname = current_database()
  UNION ALL
  SELECT format('table %s', c.relname), 'transaction ID', age(c.relfrozenxid), format('VACUUM (FREEZE) %I.%I', :'schema', c.relname)
  FROM pg_class c
  WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema') AND c.relkind IN ('r', 'm') AND c.relfrozenxid <> '0'::xid
) AS ages
WHERE age >= 1000000000
ORDER BY 1, 2;

-- check: settings.replication-slots
-- title: every replication slot is in use
-- severity: warning
-- requires: server
-- remedy: start its consumer, or drop the slot
-- about: The server keeps every WAL file that a slot has not read, until the disk is full, and a slot keeps old rows from VACUUM.
-- example: replication slot reporting | in use | inactive; keeps 12 GB of WAL
SELECT
  format('replication slot %s', s.slot_name) AS object,
  'in use' AS expected,
  format('inactive; keeps %s of WAL', coalesce(pg_size_pretty(pg_wal_lsn_diff(
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, s.restart_lsn)), 'nothing')) AS actual,
  format('SELECT pg_drop_replication_slot(%L)', s.slot_name) AS sql, true AS destructive
FROM pg_replication_slots s
WHERE NOT s.active AND NOT s.temporary AND s.wal_status IS DISTINCT FROM 'lost'
ORDER BY s.slot_name;

-- check: settings.prepared-transactions
-- title: no prepared transaction is older than an hour
-- severity: warning
-- requires: server
-- remedy: COMMIT PREPARED or ROLLBACK PREPARED it, as its coordinator decides
-- about: A prepared transaction keeps its locks and keeps old rows from VACUUM, also over a restart of the server.
-- example: prepared transaction order-17 | finished within an hour | prepared at 2026-11-21 02:02:57+00 by app
SELECT
  format('prepared transaction %s', p.gid)                                       AS object,
  'finished within an hour'                                                      AS expected,
  format('prepared at %s by %s', p.prepared::timestamptz(0), p.owner)            AS actual
FROM pg_prepared_xacts p
WHERE p.database = current_database() AND p.prepared < now() - interval '1 hour'
ORDER BY p.prepared;

-- check: settings.checksums
-- title: no page of the database has failed its checksum
-- requires: server
-- remedy: find the damaged table with pg_amcheck, restore it from a backup, and replace the disk
-- example: database app | no checksum failure | 3, the last at 2026-11-21 02:02:57+00
SELECT format('database %s', datname) AS object, 'no checksum failure' AS expected,
  format('%s, the last at %s', checksum_failures, checksum_last_failure::timestamptz(0)) AS actual
FROM pg_stat_database
WHERE datname = current_database() AND checksum_failures > 0;

-- check: settings.connections
-- title: the server and the database accept more connections
-- severity: warning
-- requires: server
-- remedy: find out who opens so many, use a pooler, or raise max_connections: that needs a restart
-- about: When all connections are in use, applications and `skills migrate` fail with 53300. Superusers have a few of their own, and the limit of
--   a database does not bind them.
-- example: the server | under 90 % of 97 connections in use | 95
SELECT object, format('under 90 %% of %s connections in use', most) AS expected, used::text AS actual, sql
FROM (
  SELECT 'the server' AS object, current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
    (SELECT sum(numbackends) FROM pg_stat_database) AS used, NULL AS sql
  UNION ALL
  SELECT format('database %s', d.datname), d.datconnlimit, s.numbackends,
    format('ALTER DATABASE %I CONNECTION LIMIT %s', d.datname, 2 * greatest(d.datconnlimit, s.numbackends))
  FROM pg_database d
  JOIN pg_stat_database s ON s.datid = d.oid
  WHERE d.datname = current_database() AND d.datconnlimit >= 0
) AS limits
WHERE used >= 0.9 * most
ORDER BY 1;

-- check: settings.transactions
-- title: no session has been idle in a transaction for an hour
-- severity: warning
-- requires: server
-- remedy: correct the application that leaves it open, and set idle_in_transaction_session_timeout
-- about: A transaction that is open keeps its locks and keeps old rows from VACUUM: tables grow. Only a member of pg_read_all_stats sees the sessions
--   of other roles.
-- example: process 4711 of app | a transaction of less than an hour | idle in a transaction that began at 2026-11-21 02:02:57+00
SELECT
  format('process %s of %s', a.pid, a.usename)                                             AS object,
  'a transaction of less than an hour'                                                     AS expected,
  format('idle in a transaction that began at %s', a.xact_start::timestamptz(0))           AS actual,
  format('SELECT pg_terminate_backend(%s)', a.pid) AS sql, true AS destructive
FROM pg_stat_activity a
WHERE a.datname = current_database()
  AND a.state IN ('idle in transaction', 'idle in transaction (aborted)')
  AND a.xact_start < now() - interval '1 hour'
ORDER BY a.xact_start;

-- check: settings.extensions
-- title: every extension that the schema uses has the version that is installed on the server
-- severity: warning
-- requires: server
-- remedy: run the printed ALTER EXTENSION statement
-- about: A new package of the server or of an extension contains a new version, and the database keeps the old one until it is
--   updated: corrections of its functions can be missing.
-- example: extension citext | version 1.6 | 1.4
WITH relations AS (
  SELECT c.oid FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
),
members AS (
  SELECT d.refclassid, d.refobjid FROM pg_depend d JOIN relations r ON d.classid = 'pg_class'::regclass AND d.objid = r.oid
  UNION
  SELECT d.refclassid, d.refobjid FROM relations r JOIN pg_attrdef a ON a.adrelid = r.oid
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
  UNION
  SELECT d.refclassid, d.refobjid FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
  WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
),
-- the versions of an extension are files of the server: they are read for the extensions that are used
used AS (
  SELECT DISTINCT e.extname, e.extversion
  FROM members m
  JOIN pg_depend d ON d.classid = m.refclassid AND d.objid = m.refobjid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
  JOIN pg_extension e ON e.oid = d.refobjid
  -- it has one version
  WHERE e.extname <> 'plpgsql'
)
SELECT format('extension %s', u.extname) AS object, format('version %s', latest.version) AS expected, u.extversion AS actual,
  format('ALTER EXTENSION %I UPDATE', u.extname) AS sql
FROM used u
CROSS JOIN LATERAL (SELECT a.default_version AS version FROM pg_available_extensions() a WHERE a.name = u.extname) AS latest
WHERE latest.version <> u.extversion
  AND EXISTS (
    SELECT FROM pg_extension_update_paths(u.extname) AS p WHERE p.source = u.extversion AND p.target = latest.version AND p.path IS NOT NULL)
ORDER BY 1;
