-- Objects of the schema whose definition is short: a statement for each, or NULL for one that a dump does not cover. Names in the statements
-- have their schema. `name` completes COMMENT ON.
WITH parts AS (
  SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype IN ('e', 'i')
), schema AS (
  SELECT n.oid FROM pg_namespace n WHERE n.nspname = :'schema'
), objects (class, oid, kind, name, statement) AS (
  SELECT 'pg_extension', e.oid, 'EXTENSION', quote_ident(e.extname),
    -- CREATE SCHEMA IF NOT EXISTS needs a privilege, also when there is nothing to do
    CASE WHEN n.nspname NOT IN (:'schema', 'pg_catalog') THEN 'DO $dump$ BEGIN IF pg_catalog.to_regnamespace('
      || quote_literal(quote_ident(n.nspname)) || ') IS NULL THEN CREATE SCHEMA ' || quote_ident(n.nspname) || E'; END IF; END $dump$;\n' ELSE '' END
    || 'CREATE EXTENSION IF NOT EXISTS ' || quote_ident(e.extname) || CASE n.nspname WHEN :'schema' THEN '' ELSE ' WITH SCHEMA ' || quote_ident(n.nspname) END
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'

  UNION ALL
  SELECT 'pg_collation', c.oid, 'COLLATION', quote_ident(c.collname), 'CREATE COLLATION ' || quote_ident(c.collname) || ' (' || concat_ws(', ',
      'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
      -- the locale of ICU was in collcollate before PostgreSQL 15, in colliculocale before 17, and is in colllocale
      'locale = ' || quote_literal(coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale',
        CASE WHEN c.collprovider = 'i' OR c.collcollate = c.collctype THEN c.collcollate::text END)),
      CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype
        THEN 'lc_collate = ' || quote_literal(c.collcollate) || ', lc_ctype = ' || quote_literal(c.collctype) END,
      'rules = ' || quote_literal(to_jsonb(c) ->> 'collicurules'), CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END) || ')'
  FROM pg_collation c WHERE c.collnamespace = (SELECT s.oid FROM schema s)

  UNION ALL
  SELECT 'pg_conversion', c.oid, 'CONVERSION', quote_ident(c.conname), 'CREATE ' || CASE WHEN c.condefault THEN 'DEFAULT ' ELSE '' END || 'CONVERSION '
    || quote_ident(c.conname) || ' FOR ' || quote_literal(pg_encoding_to_char(c.conforencoding)) || ' TO ' || quote_literal(pg_encoding_to_char(c.contoencoding))
    || ' FROM ' || c.conproc::text
  FROM pg_conversion c WHERE c.connamespace = (SELECT s.oid FROM schema s)

  UNION ALL
  SELECT 'pg_operator', o.oid, 'OPERATOR', o.oprname || ' (' || coalesce(nullif(o.oprleft, 0)::regtype::text, 'NONE') || ', '
      || coalesce(nullif(o.oprright, 0)::regtype::text, 'NONE') || ')',
    'CREATE OPERATOR ' || o.oprname || ' (' || concat_ws(', ', 'FUNCTION = ' || nullif(o.oprcode::oid, 0)::regproc::text,
      'LEFTARG = ' || nullif(o.oprleft, 0)::regtype::text, 'RIGHTARG = ' || nullif(o.oprright, 0)::regtype::text,
      'COMMUTATOR = OPERATOR(' || quote_ident(cn.nspname) || '.' || c.oprname || ')', 'NEGATOR = OPERATOR(' || quote_ident(nn.nspname) || '.' || g.oprname || ')',
      'RESTRICT = ' || nullif(o.oprrest::oid, 0)::regproc::text, 'JOIN = ' || nullif(o.oprjoin::oid, 0)::regproc::text,
      CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END) || ')'
  FROM pg_operator o
  LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_namespace cn ON cn.oid = c.oprnamespace
  LEFT JOIN pg_operator g ON g.oid = o.oprnegate LEFT JOIN pg_namespace nn ON nn.oid = g.oprnamespace
  WHERE o.oprnamespace = (SELECT s.oid FROM schema s) AND o.oprcode::oid <> 0

  UNION ALL
  -- a cast is in no schema: it belongs to those of its types and of its function
  SELECT 'pg_cast', c.oid, 'CAST', '(' || c.castsource::regtype::text || ' AS ' || c.casttarget::regtype::text || ')',
    'CREATE CAST (' || c.castsource::regtype::text || ' AS ' || c.casttarget::regtype::text || ') '
    || CASE c.castmethod WHEN 'b' THEN 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT' ELSE 'WITH FUNCTION ' || c.castfunc::regprocedure::text END
    || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END
  FROM pg_cast c
  WHERE c.oid >= 16384 AND (SELECT s.oid FROM schema s) IN (
    (SELECT t.typnamespace FROM pg_type t WHERE t.oid = c.castsource), (SELECT t.typnamespace FROM pg_type t WHERE t.oid = c.casttarget),
    coalesce((SELECT p.pronamespace FROM pg_proc p WHERE p.oid = c.castfunc), 0))

  UNION ALL
  SELECT 'pg_ts_dict', d.oid, 'TEXT SEARCH DICTIONARY', quote_ident(d.dictname), 'CREATE TEXT SEARCH DICTIONARY ' || quote_ident(d.dictname) || ' ('
    || concat_ws(', ', 'TEMPLATE = ' || quote_ident(n.nspname) || '.' || quote_ident(t.tmplname), d.dictinitoption) || ')'
  FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace n ON n.oid = t.tmplnamespace
  WHERE d.dictnamespace = (SELECT s.oid FROM schema s)

  UNION ALL
  SELECT 'pg_ts_config', c.oid, 'TEXT SEARCH CONFIGURATION', quote_ident(c.cfgname), concat_ws(E';\n',
    'CREATE TEXT SEARCH CONFIGURATION ' || quote_ident(c.cfgname) || ' (PARSER = ' || quote_ident(n.nspname) || '.' || quote_ident(p.prsname) || ')',
    (SELECT string_agg('ALTER TEXT SEARCH CONFIGURATION ' || quote_ident(c.cfgname) || ' ADD MAPPING FOR ' || m.token || ' WITH ' || m.dictionaries, E';\n' ORDER BY m.token)
     FROM (
       SELECT (SELECT k.alias FROM ts_token_type(c.cfgparser) k WHERE k.tokid = x.maptokentype) AS token,
         string_agg(x.mapdict::regdictionary::text, ', ' ORDER BY x.mapseqno) AS dictionaries
       FROM pg_ts_config_map x WHERE x.mapcfg = c.oid GROUP BY x.maptokentype
     ) AS m))
  FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace
  WHERE c.cfgnamespace = (SELECT s.oid FROM schema s)

  UNION ALL
  SELECT 'pg_ts_parser', p.oid, 'TEXT SEARCH PARSER', quote_ident(p.prsname), NULL FROM pg_ts_parser p WHERE p.prsnamespace = (SELECT s.oid FROM schema s)
  UNION ALL
  SELECT 'pg_ts_template', t.oid, 'TEXT SEARCH TEMPLATE', quote_ident(t.tmplname), NULL FROM pg_ts_template t WHERE t.tmplnamespace = (SELECT s.oid FROM schema s)
  UNION ALL
  SELECT 'pg_opclass', o.oid, 'OPERATOR CLASS', quote_ident(o.opcname) || ' USING ' || a.amname, NULL
  FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod WHERE o.opcnamespace = (SELECT s.oid FROM schema s)
  UNION ALL
  SELECT 'pg_opfamily', o.oid, 'OPERATOR FAMILY', quote_ident(o.opfname) || ' USING ' || a.amname, NULL
  FROM pg_opfamily o JOIN pg_am a ON a.oid = o.opfmethod WHERE o.opfnamespace = (SELECT s.oid FROM schema s)
)
SELECT o.class, o.oid, o.kind, o.name, o.statement FROM objects o
WHERE NOT EXISTS (SELECT FROM parts e WHERE e.classid = o.class::regclass AND e.objid = o.oid)
