-- What is attached to the relations of the schema: triggers, rules, policies and statistics. `setting`: when a trigger or rule fires, the target
-- of statistics. A trigger of a parent table is listed only where it fires differently.
SELECT 'trigger' AS kind, t.oid, t.tgrelid AS relation, quote_ident(t.tgname) AS name, t.tgenabled::text AS setting, p.oid IS NOT NULL AS of_parent,
  NULL::boolean AS permissive, NULL::text AS command, '[]'::jsonb AS roles
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
LEFT JOIN pg_trigger p ON p.oid = t.tgparentid
WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema')
  AND (CASE WHEN p.oid IS NULL THEN NOT t.tgisinternal ELSE t.tgenabled <> p.tgenabled AND NOT p.tgisinternal END)
UNION ALL
SELECT 'rule', r.oid, r.ev_class, quote_ident(r.rulename), r.ev_enabled::text, false, NULL, NULL, '[]'
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema') AND r.rulename <> '_RETURN'
UNION ALL
SELECT 'policy', p.oid, p.polrelid, quote_ident(p.polname), 'O', false, p.polpermissive, p.polcmd::text,
  (SELECT jsonb_agg(CASE x.role WHEN 0 THEN 'PUBLIC' ELSE x.role::regrole::text END ORDER BY x.role::regrole::text) FROM unnest(p.polroles) AS x (role))
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema')
UNION ALL
SELECT 'statistics', s.oid, s.stxrelid, quote_ident(s.stxname), coalesce(s.stxstattarget::text, '-1'), false, NULL, NULL, '[]'
FROM pg_statistic_ext s WHERE s.stxnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema')
