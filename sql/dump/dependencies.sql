-- What each object of a user needs, by class and OID. The rule of a view counts as the view.
SELECT DISTINCT CASE WHEN r.rulename = '_RETURN' THEN 'pg_class' ELSE d.classid::regclass::text END AS class,
  CASE WHEN r.rulename = '_RETURN' THEN r.ev_class ELSE d.objid END AS oid, d.refclassid::regclass::text AS needed_class, d.refobjid AS needed_oid
FROM pg_depend d
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype NOT IN ('e', 'P', 'S')
