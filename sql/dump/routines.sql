-- The functions, procedures and aggregates of the schema, without those of extensions and the constructors of ranges. The last columns define an aggregate.
SELECT p.oid, p.prokind::text AS kind, quote_ident(p.proname) AS name, p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS signature,
  p.proowner::regrole::text AS owner, to_jsonb(coalesce(p.proconfig, '{}')) AS settings,
  g.aggkind::text AS aggregate_kind, g.aggnumdirectargs::integer AS direct_arguments, g.aggtransfn::text AS transition,
  nullif(g.aggtransspace, 0)::text AS space, nullif(g.aggfinalfn::oid, 0)::regproc::text AS final, g.aggfinalextra AS final_extra,
  g.aggfinalmodify::text AS final_modify, nullif(g.aggcombinefn::oid, 0)::regproc::text AS combine,
  nullif(g.aggserialfn::oid, 0)::regproc::text AS serial, nullif(g.aggdeserialfn::oid, 0)::regproc::text AS deserial,
  quote_literal(g.agginitval) AS initial, nullif(g.aggmtransfn::oid, 0)::regproc::text AS moving, nullif(g.aggminvtransfn::oid, 0)::regproc::text AS inverse,
  nullif(g.aggmtransspace, 0)::text AS moving_space, nullif(g.aggmfinalfn::oid, 0)::regproc::text AS moving_final, g.aggmfinalextra AS moving_final_extra,
  g.aggmfinalmodify::text AS moving_final_modify, quote_literal(g.aggminitval) AS moving_initial,
  (SELECT quote_ident(n.nspname) || '.' || s.oprname FROM pg_operator s JOIN pg_namespace n ON n.oid = s.oprnamespace WHERE s.oid = g.aggsortop) AS sort,
  p.proparallel::text AS parallel
FROM pg_proc p
LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
WHERE p.pronamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
