-- Settings of roles, databases and the server that stop or change the work of this tool or of an application. One row for each setting with another
-- value than usual, and each place that sets it; `object`: what ALTER ... RESET names; NULL: the source in pg_settings.
with wanted (name, usual) as (
  values ('session_replication_role', 'origin'), ('default_transaction_isolation', 'read committed'), ('default_transaction_read_only', 'off'),
    ('row_security', 'on'), ('datestyle', 'ISO, MDY'), ('search_path', '"$user", public'), ('statement_timeout', '0'), ('lock_timeout', '0'),
    ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), ('transaction_timeout', '0')
)
select w.name, given.value,
       case when s.setrole = 0 and s.setdatabase = 0 then 'ROLE ALL'
         when s.setrole = 0 then format('DATABASE %I', d.datname)
         when s.setdatabase = 0 then format('ROLE %s', s.setrole::regrole)
         else format('ROLE %s IN DATABASE %I', s.setrole::regrole, d.datname) end as object, null as source
  from pg_db_role_setting s
 cross join unnest(s.setconfig) as entry (setting)
 cross join lateral (select lower(split_part(entry.setting, '=', 1)) as name, substr(entry.setting, position('=' in entry.setting) + 1) as value) as given
  join wanted w on w.name = given.name
  left join pg_database d on d.oid = s.setdatabase
 where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
   and lower(given.value) <> lower(w.usual) and not (w.usual = '0' and given.value ~ '^0[a-z]*$')
union all
select w.name, p.reset_val || coalesce(p.unit, ''), null, p.source
  from pg_settings p join wanted w on w.name = lower(p.name)
 where p.source in ('configuration file', 'command line', 'environment variable', 'global', 'client') and lower(p.reset_val) <> lower(w.usual)
 order by 1, 3, 4
