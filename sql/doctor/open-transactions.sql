-- Open transactions that have written, or will: rows of theirs, and a step reads all rows since the oldest. One row for each that was open at the
-- last step of the rollups, in this database, or for five minutes, in any. pg_locks has the process of every role; the other columns are NULL for a role that may not see them.
with state as (
  select source, snapshot, stepped_at, (select system_identifier from pg_control_system()) = system_identifier as here
    from :"schema".skill_rollup_state
),
open as (
  select x as txid, max(stepped_at) as seen from state, txid_snapshot_xip(snapshot) as x where here group by x
  union all
  select x, null from txid_snapshot_xip(txid_current_snapshot()) as x where not exists (select from state, txid_snapshot_xip(snapshot) as y where here and x = y)
)
select a.pid, a.usename::text as role, a.application_name as application, a.state, p.gid,
       coalesce(a.xact_start, p.prepared, o.seen) as since, extract(epoch from now() - coalesce(a.xact_start, p.prepared, o.seen))::float8 as seconds
  from open o
  left join pg_locks l on l.locktype = 'transactionid' and l.granted and l.mode = 'ExclusiveLock' and l.transactionid::text::bigint = o.txid % 4294967296
  left join pg_stat_activity a on a.pid = l.pid
  left join pg_prepared_xacts p on p.transaction::text::bigint = o.txid % 4294967296
 where coalesce(a.xact_start, p.prepared) < now() - interval '5 minutes' or (o.seen is not null and coalesce(a.datname, p.database) = current_database())
 order by since nulls last
