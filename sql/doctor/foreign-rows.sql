-- The rows that no step takes, because they came with the transaction ID of another server: those of a transaction that is yet to come
-- here, and those that the saved snapshot sees and the sums lack. Earlier transactions are looked for in tables of up to 64 MB. Also
-- whether the rollups are of another server.
with state as (
  select s.*, (select c.oid from pg_class c where c.relnamespace = (select n.oid from pg_namespace n where n.nspname = :'schema')
      and c.relname = case s.source when 'events' then 'skill_usage_events' else 'skill_feedback' end) as relation,
    s.system_identifier <> c.system_identifier or txid_snapshot_xmax(s.snapshot) > txid_snapshot_xmax(txid_current_snapshot()) as is_foreign
    from :"schema".skill_rollup_state s, pg_control_system() as c
),
rows as (
  select 'events' as source, e.skill_id, e.version, (e.created_at at time zone 'UTC')::date as day, e.txid, e.user_id, e.id from :"schema".skill_usage_events e
   where exists (select from state s where s.source = 'events' and pg_relation_size(s.relation) <= 67108864)
  union all
  select 'feedback', f.skill_id, f.version, null, f.txid, f.user_id, f.id from :"schema".skill_feedback f
   where exists (select from state s where s.source = 'feedback' and pg_relation_size(s.relation) <= 67108864)
),
cells as (
  select r.source, r.skill_id, r.version, r.day, count(*) as n
    from rows r join state s on s.source = r.source
   where (txid_visible_in_snapshot(r.txid, s.snapshot) or r.txid = coalesce(s.part_txid, -1) and r.id <= coalesce(s.part_id, 0))
     and not exists (select from :"schema".skill_rollup_set_aside a where a.source = r.source and a.user_id = r.user_id and a.id = r.id)
   group by r.source, r.skill_id, r.version, r.day
)
select (select count(*) <> 2 or bool_or(is_foreign) from state) as is_foreign,
  (select count(*) from :"schema".skill_usage_events where txid >= txid_snapshot_xmax(txid_current_snapshot()))
  + (select count(*) from :"schema".skill_feedback where txid >= txid_snapshot_xmax(txid_current_snapshot()))
  + (select coalesce(sum(greatest(c.n - coalesce(d.n, f.n, 0), 0)), 0)
       from cells c
       left join :"schema".skill_rollup_days d on d.day = c.day and d.skill_id = c.skill_id and d.version = c.version
       left join :"schema".skill_rollup_feedback f on c.day is null and f.skill_id = c.skill_id and f.version = c.version) as rows;
