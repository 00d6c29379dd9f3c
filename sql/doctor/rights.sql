-- What the role may do with the objects of this tool. $1: the schema, $2: names of relations beside the rollups, $3: names of functions (json lists).
-- A row for each right; `owned` says that the role may do everything with the object.
select 'relation' as kind, c.relname as name, p.privilege, has_table_privilege(c.oid, p.privilege) as granted,
       pg_has_role(c.relowner, 'USAGE') as owned
  from pg_class c cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as p(privilege)
 where c.relnamespace = (select oid from pg_namespace where nspname = $1)
   and c.relkind in ('r', 'p', 'v', 'm')
   and (c.relname in (select json_array_elements_text($2::json)) or c.relname like 'skill\_rollup\_%')
union all
select 'function', p.proname, 'EXECUTE', has_function_privilege(p.oid, 'EXECUTE'), pg_has_role(p.proowner, 'USAGE')
  from pg_proc p
 where p.pronamespace = (select oid from pg_namespace where nspname = $1)
   and p.proname in (select json_array_elements_text($3::json))
union all
select 'schema', n.nspname, p.privilege, has_schema_privilege(n.oid, p.privilege), pg_has_role(n.nspowner, 'USAGE')
  from pg_namespace n cross join unnest(array['USAGE', 'CREATE']) as p(privilege)
 where n.nspname = $1
union all
select 'database', current_database(), 'CREATE', has_database_privilege(current_database(), 'CREATE'), false
