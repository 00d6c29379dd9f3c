-- What PostgreSQL prints of objects, with the schema first in the search_path: its names have no qualifier. Everybody can create functions and
-- operators there, so each one here has its schema. $1: OIDs of relations, $2: of routines that are no aggregates, $3: of all routines,
-- $4: of types.
SELECT 'column' AS kind, a.attrelid AS oid, a.attnum::pg_catalog.int4 AS part, pg_catalog.format_type(a.atttypid, a.atttypmod) AS text
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid
WHERE a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2 AND NOT a.attisdropped
UNION ALL
SELECT 'default', d.oid, 0, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'partition key', r.oid, 0, pg_catalog.pg_get_partkeydef(r.oid) FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
UNION ALL
SELECT 'bound', c.oid, 0, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.oid
WHERE c.relispartition
UNION ALL
SELECT 'view', r.oid, 0, pg_catalog.pg_get_viewdef(r.oid) FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
UNION ALL
-- a foreign key has no expression, and its table has no qualifier only in the short form
SELECT 'constraint', o.oid, 0, pg_catalog.pg_get_constraintdef(o.oid, o.contype OPERATOR(pg_catalog.=) 'f'::"char")
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_constraint o ON o.conrelid OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'constraint', o.oid, 0, pg_catalog.pg_get_constraintdef(o.oid)
FROM pg_catalog.unnest($4::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_constraint o ON o.contypid OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'index', i.indexrelid, 0, pg_catalog.pg_get_indexdef(i.indexrelid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_index i ON i.indrelid OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'statistics', s.oid, 0, pg_catalog.pg_get_statisticsobjdef(s.oid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_statistic_ext s ON s.stxrelid OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'trigger', t.oid, 0, pg_catalog.pg_get_triggerdef(t.oid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_trigger t ON t.tgrelid OPERATOR(pg_catalog.=) r.oid
WHERE NOT t.tgisinternal
UNION ALL
SELECT 'rule', w.oid, 0, pg_catalog.pg_get_ruledef(w.oid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_rewrite w ON w.ev_class OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'using', p.oid, 0, pg_catalog.pg_get_expr(p.polqual, p.polrelid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_policy p ON p.polrelid OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'check', p.oid, 0, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_catalog.unnest($1::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_policy p ON p.polrelid OPERATOR(pg_catalog.=) r.oid
UNION ALL
SELECT 'routine', f.oid, 0, pg_catalog.pg_get_functiondef(f.oid) FROM pg_catalog.unnest($2::pg_catalog.text::pg_catalog.oid[]) AS f (oid)
UNION ALL
SELECT 'arguments', f.oid, 0, pg_catalog.pg_get_function_identity_arguments(f.oid) FROM pg_catalog.unnest($3::pg_catalog.text::pg_catalog.oid[]) AS f (oid)
UNION ALL
SELECT 'aggregate state', g.aggfnoid, 0, pg_catalog.format_type(g.aggtranstype, NULL)
FROM pg_catalog.unnest($3::pg_catalog.text::pg_catalog.oid[]) AS f (oid)
JOIN pg_catalog.pg_aggregate g ON g.aggfnoid::pg_catalog.oid OPERATOR(pg_catalog.=) f.oid
UNION ALL
SELECT 'moving state', g.aggfnoid, 0, pg_catalog.format_type(g.aggmtranstype, NULL)
FROM pg_catalog.unnest($3::pg_catalog.text::pg_catalog.oid[]) AS f (oid)
JOIN pg_catalog.pg_aggregate g ON g.aggfnoid::pg_catalog.oid OPERATOR(pg_catalog.=) f.oid
WHERE g.aggmtranstype OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
UNION ALL
SELECT 'base', t.oid, 0, pg_catalog.format_type(t.typbasetype, t.typtypmod)
FROM pg_catalog.unnest($4::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) r.oid
WHERE t.typbasetype OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
UNION ALL
SELECT 'type default', t.oid, 0, coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0::pg_catalog.oid), t.typdefault)
FROM pg_catalog.unnest($4::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) r.oid
WHERE t.typdefault IS NOT NULL
UNION ALL
SELECT 'subtype', g.rngtypid, 0, pg_catalog.format_type(g.rngsubtype, NULL)
FROM pg_catalog.unnest($4::pg_catalog.text::pg_catalog.oid[]) AS r (oid)
JOIN pg_catalog.pg_range g ON g.rngtypid OPERATOR(pg_catalog.=) r.oid
