-- The privileges of the role on the objects of the package. $1: the schema, $2: names of relations, without the rollups, as a JSON list,
-- $3: the privileges that commands need, [{"on", "name", "privileges": [], "columns": []?}], a function with its argument types, by its name
-- alone, or, with * at the end, by the beginning of its name,
-- $4, $5: schema and name of the ledger; in another schema its row is of the kind `ledger`, with the qualified name.
-- One row for each privilege; `owned`: the role is the owner, or a member of it, and has every privilege.
with needed as (
  select g."on", g.name, g.columns, privilege
    from json_to_recordset($3::json) as g ("on" text, name text, privileges json, columns json),
         json_array_elements_text(g.privileges) as privilege
)
select 'relation' as kind, c.relname::text as name, p.privilege, has_table_privilege(c.oid, p.privilege) as granted,
       pg_has_role(c.relowner, 'USAGE') as owned
  from pg_class c cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as p(privilege)
 where c.relnamespace = (select oid from pg_namespace where nspname = $1)
   and c.relkind in ('r', 'p', 'v', 'm')
   and (c.relname in (select json_array_elements_text($2::json)) or c.relname like 'skill\_rollup\_%')
union all
select case when n.nspname = $1 then 'relation' else 'ledger' end,
       case when n.nspname = $1 then c.relname::text else format('%I.%I', n.nspname, c.relname) end, 'SELECT', has_table_privilege(c.oid, 'SELECT'), pg_has_role(c.relowner, 'USAGE')
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = $4 and c.relname = $5
union all
-- as in a GRANT: "UPDATE (a, b)"
select 'columns', c.relname, format('%s (%s)', needed.privilege, string_agg(listed.name, ', ' order by place)),
       bool_and(has_column_privilege(c.oid, a.attnum, needed.privilege)), pg_has_role(c.relowner, 'USAGE')
  from needed
  join pg_class c on c.relname = needed.name and c.relnamespace = (select oid from pg_namespace where nspname = $1)
 cross join json_array_elements_text(needed.columns) with ordinality as listed (name, place)
  join pg_attribute a on a.attrelid = c.oid and a.attname = listed.name and not a.attisdropped
 where needed."on" = 'table'
 group by c.relname, c.relowner, needed.privilege, needed.columns::text
union all
select 'sequence', c.relname, p.privilege, has_sequence_privilege(c.oid, p.privilege), pg_has_role(c.relowner, 'USAGE')
  from pg_class c cross join unnest(array['USAGE', 'SELECT']) as p(privilege)
 where c.relnamespace = (select oid from pg_namespace where nspname = $1) and c.relkind = 'S'
union all
select distinct 'function', p.signature, needed.privilege, has_function_privilege(p.oid, needed.privilege), pg_has_role(p.proowner, 'USAGE')
  from needed
  join (select f.*, format('%s(%s)', f.proname, oidvectortypes(f.proargtypes)) as signature from pg_proc f) as p
    on needed.name in (p.signature, p.proname) or (right(needed.name, 1) = '*' and starts_with(p.proname, left(needed.name, -1)))
 where needed."on" = 'function' and p.pronamespace = (select oid from pg_namespace where nspname = $1)
union all
select 'schema', n.nspname, p.privilege, has_schema_privilege(n.oid, p.privilege), pg_has_role(n.nspowner, 'USAGE')
  from pg_namespace n cross join unnest(array['USAGE', 'CREATE']) as p(privilege)
 where n.nspname = $1
union all
select 'ledger schema', n.nspname, 'USAGE', has_schema_privilege(n.oid, 'USAGE'), pg_has_role(n.nspowner, 'USAGE')
  from pg_namespace n
 where n.nspname = $4 and n.nspname <> $1
union all
select 'database', current_database(), 'CREATE', has_database_privilege(current_database(), 'CREATE'), false
