-- The settings of this connection and its server. One row.
select clock_timestamp() as now,
       current_setting('max_connections')::int as max_connections,
       (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
       pg_database_size(current_database())::text as database_bytes,
       current_setting('default_transaction_read_only') = 'on' as read_only,
       (select nullif(r.rolconnlimit, -1) from pg_roles r where r.rolname = session_user) as role_limit,
       (select count(*)::int from pg_stat_activity a where a.usename = session_user and a.backend_type = 'client backend') as role_connections,
       (select nullif(d.datconnlimit, -1) from pg_database d where d.datname = current_database()) as database_limit,
       (select count(*)::int from pg_stat_activity a where a.datname = current_database() and a.backend_type = 'client backend') as database_connections,
       (select r.rolvaliduntil from pg_roles r where r.rolname = session_user and isfinite(r.rolvaliduntil)) as valid_until,
       current_setting('TimeZone') as time_zone,
       (select to_json(array_agg(json_build_object('name', e.extname, 'installed', e.extversion, 'available', a.default_version) order by e.extname))
          from pg_extension e left join pg_available_extensions a on a.name = e.extname) as extensions
