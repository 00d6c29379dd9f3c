-- The position of a tail: what is visible now, and in which history. A snapshot is not valid on another server, nor on a
-- server that was promoted in place of this one and may lack its last transactions. A standby does not list the running
-- transactions: there only events older than all of them count as visible, and the others follow later.
SELECT CASE WHEN pg_is_in_recovery() THEN format('%1$s:%1$s:', txid_snapshot_xmin(s.snapshot)) ELSE s.snapshot::text END AS snapshot,
  txid_snapshot_xmin(s.snapshot)::text AS xmin, txid_snapshot_xmax(s.snapshot)::text AS xmax,
  system.system_identifier || '/' || point.timeline_id AS history
FROM (SELECT txid_current_snapshot() AS snapshot) AS s, pg_control_system() AS system, pg_control_checkpoint() AS point;
