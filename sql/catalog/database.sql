-- Everything in the database, in all schemas, for the comparison of two databases that one role made on one server: each object, and its
-- owner, privileges and comment (`aspect`). Definitions are in objects.sql. Objects that an extension or another object brings are left out,
-- and the tables of $1 (a JSON list of names) in the schema of the connection.
WITH parts AS (
  SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype IN ('e', 'i')
), objects (class, oid, part, owner, acl, more) AS (
  SELECT 'pg_class'::regclass, c.oid, 0, c.relowner, c.relacl, CASE WHEN c.reltablespace <> 0 THEN 'tablespace ' || c.reltablespace END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind NOT IN ('i', 'I', 't') AND NOT (n.nspname = :'schema' AND c.relname::text IN (SELECT json_array_elements_text($1::text::json)))
  UNION ALL
  SELECT 'pg_class'::regclass, a.attrelid, a.attnum, 0, a.attacl, NULL FROM pg_attribute a WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, 0, p.proowner, p.proacl, NULL FROM pg_proc p
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, 0, t.typowner, t.typacl, NULL
  FROM pg_type t WHERE t.typtype <> 'b' AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
  UNION ALL
  SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspowner, n.nspacl, NULL FROM pg_namespace n WHERE n.nspname NOT LIKE 'pg\_t%'
  UNION ALL
  SELECT 'pg_extension'::regclass, e.oid, 0, e.extowner, NULL, e.extversion || ' in ' || e.extnamespace::regnamespace::text FROM pg_extension e
  UNION ALL
  SELECT 'pg_language'::regclass, l.oid, 0, l.lanowner, l.lanacl, NULL FROM pg_language l
  UNION ALL
  SELECT 'pg_event_trigger'::regclass, e.oid, 0, e.evtowner, NULL, concat_ws(' ', e.evtevent, e.evtenabled, e.evtfoid::regprocedure, e.evttags)
  FROM pg_event_trigger e
  UNION ALL
  SELECT 'pg_publication'::regclass, p.oid, 0, p.pubowner, NULL, (to_jsonb(p) - '{oid,pubname,pubowner}'::text[])::text FROM pg_publication p
  UNION ALL
  SELECT 'pg_publication_rel'::regclass, r.oid, 0, 0, NULL, (to_jsonb(r) ->> 'prattrs') || pg_get_expr((to_jsonb(r) ->> 'prqual')::pg_node_tree, r.prrelid)
  FROM pg_publication_rel r
  UNION ALL
  SELECT 'pg_foreign_data_wrapper'::regclass, f.oid, 0, f.fdwowner, f.fdwacl, concat_ws(' ', f.fdwhandler::regproc, f.fdwvalidator::regproc, f.fdwoptions)
  FROM pg_foreign_data_wrapper f
  UNION ALL
  SELECT 'pg_foreign_server'::regclass, s.oid, 0, s.srvowner, s.srvacl, concat_ws(' ', s.srvtype, s.srvversion, s.srvoptions) FROM pg_foreign_server s
  UNION ALL
  SELECT 'pg_collation'::regclass, c.oid, 0, c.collowner, NULL, NULL FROM pg_collation c
  UNION ALL
  SELECT 'pg_conversion'::regclass, c.oid, 0, c.conowner, NULL, NULL FROM pg_conversion c
  UNION ALL
  SELECT 'pg_operator'::regclass, o.oid, 0, o.oprowner, NULL, NULL FROM pg_operator o
  UNION ALL
  SELECT 'pg_opclass'::regclass, o.oid, 0, o.opcowner, NULL, NULL FROM pg_opclass o
  UNION ALL
  SELECT 'pg_opfamily'::regclass, o.oid, 0, o.opfowner, NULL, NULL FROM pg_opfamily o
  UNION ALL
  SELECT 'pg_cast'::regclass, c.oid, 0, 0, NULL, concat_ws(' ', c.castcontext, c.castmethod) FROM pg_cast c
  UNION ALL
  SELECT 'pg_am'::regclass, a.oid, 0, 0, NULL, a.amhandler::regproc::text FROM pg_am a
  UNION ALL
  SELECT 'pg_transform'::regclass, t.oid, 0, 0, NULL, NULL FROM pg_transform t
  UNION ALL
  SELECT 'pg_statistic_ext'::regclass, s.oid, 0, s.stxowner, NULL, NULL FROM pg_statistic_ext s
  UNION ALL
  SELECT 'pg_ts_config'::regclass, c.oid, 0, c.cfgowner, NULL, NULL FROM pg_ts_config c
  UNION ALL
  SELECT 'pg_ts_dict'::regclass, d.oid, 0, d.dictowner, NULL, d.dictinitoption FROM pg_ts_dict d
), identified AS (
  SELECT i.type, i.identity, o.*, acldefault(CASE i.type WHEN 'sequence' THEN 's'::"char" WHEN 'function' THEN 'f' WHEN 'procedure' THEN 'f' WHEN 'aggregate' THEN 'f'
    WHEN 'type' THEN 'T' WHEN 'domain' THEN 'T' WHEN 'schema' THEN 'n' WHEN 'language' THEN 'l' WHEN 'server' THEN 'S' WHEN 'foreign-data wrapper' THEN 'F'
    ELSE 'r' END, o.owner) AS usual
  FROM objects o, pg_identify_object(o.class, o.oid, o.part) AS i
  -- what initdb made counts when its privileges have changed
  WHERE (o.oid >= 16384 OR o.class IN ('pg_namespace'::regclass, 'pg_language'::regclass)
      OR (o.acl IS NOT NULL AND o.acl IS DISTINCT FROM (
        SELECT p.initprivs FROM pg_init_privs p WHERE p.classoid = o.class AND p.objoid = o.oid AND p.objsubid = o.part)))
    AND NOT EXISTS (SELECT FROM parts e WHERE e.classid = o.class AND e.objid = o.oid AND o.part = 0)
), rights AS (
  SELECT i.type, i.identity, string_agg(a.grantee::regrole || '=' || a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ' '
    ORDER BY a.grantee::regrole::text COLLATE "C", a.privilege_type COLLATE "C") AS text
  FROM identified i, aclexplode(CASE WHEN i.part = 0 THEN coalesce(i.acl, i.usual) ELSE i.acl END) AS a
  WHERE i.part <> 0 OR i.owner <> 0
  GROUP BY 1, 2
)
SELECT '' AS aspect, i.type AS kind, i.identity AS name, coalesce(i.more, '') AS text FROM identified i WHERE i.part = 0
UNION ALL
SELECT 'owner', i.type, i.identity, i.owner::regrole::text FROM identified i WHERE i.owner <> 0
UNION ALL
SELECT 'privileges', r.type, r.identity, r.text FROM rights r
UNION ALL
SELECT 'comment', i.type, i.identity, d.description
FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
WHERE (d.objoid >= 16384 OR d.classoid IN ('pg_namespace'::regclass, 'pg_language'::regclass))
  AND NOT EXISTS (SELECT FROM parts e WHERE e.classid = d.classoid AND e.objid = d.objoid)
UNION ALL
SELECT 'comment', 'database', '', d.description FROM pg_shdescription d
WHERE d.classoid = 'pg_database'::regclass AND d.objoid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
UNION ALL
SELECT 'privileges', 'database', '', d.datacl::text FROM pg_database d WHERE d.datname = current_database() AND d.datacl IS NOT NULL
UNION ALL
SELECT '', 'settings of', CASE s.setrole WHEN 0 THEN 'the database' ELSE 'role ' || s.setrole::regrole::text || ' in the database' END, s.setconfig::text
FROM pg_db_role_setting s WHERE s.setdatabase = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
UNION ALL
SELECT '', 'default privileges of', concat_ws(' ', d.defaclrole::regrole, 'on', d.defaclobjtype, 'in ' || nullif(d.defaclnamespace, 0)::regnamespace), d.defaclacl::text
FROM pg_default_acl d
UNION ALL
SELECT '', 'user mapping', u.srvname || ' for ' || u.usename, coalesce(u.umoptions::text, '') FROM pg_user_mappings u
UNION ALL
SELECT '', 'security label', concat_ws(' ', s.objtype, s.objname, s.provider), s.label FROM pg_seclabels s
UNION ALL
SELECT '', 'large objects', '', count(*)::text FROM pg_largeobject_metadata
