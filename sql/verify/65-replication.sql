-- Whether logical replication stops a statement on a table of the applied migrations: $1 as in 60-health.sql.

-- check: health.replica-identity
-- title: every table in a publication has a replica identity that UPDATE and DELETE need
-- input: objects
-- remedy: run the printed ALTER TABLE statement; with a column list, publish the columns of the replica identity too
-- about: A publication of updates and deletes identifies rows by the replica identity of the table, by default its primary key. Without one, or
--   when a column list or a row filter does not fit to it, the server refuses every UPDATE and DELETE of the table.
-- example: table skill_unlocks | a replica identity, for the publication reports | none: every UPDATE and DELETE fails
WITH published AS (
  SELECT c.oid, c.relname, c.relreplident::text AS identity, p.pubname, to_jsonb(r) -> 'prattrs' AS list, to_jsonb(r) ->> 'prqual' AS filter
  FROM pg_publication p
  JOIN pg_publication_tables t ON t.pubname = p.pubname
  JOIN pg_namespace n ON n.nspname = t.schemaname
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
  LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
  WHERE (p.pubupdate OR p.pubdelete) AND n.nspname = :'schema' AND $1::jsonb->'tables' ? c.relname
), identified AS (
  SELECT p.*, i.indkey::smallint[] AS keys, EXISTS (SELECT FROM pg_index k WHERE k.indrelid = p.oid AND k.indisprimary) AS has_key
  FROM published p
  LEFT JOIN pg_index i ON i.indrelid = p.oid AND CASE p.identity WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END
), judged AS (
  SELECT p.*,
    CASE
      WHEN p.identity <> 'f' AND p.keys IS NULL THEN 'none: every UPDATE and DELETE fails'
      WHEN jsonb_typeof(p.list) = 'array' AND (p.identity = 'f' OR NOT p.keys <@ ARRAY(SELECT n::smallint FROM jsonb_array_elements_text(p.list) AS n))
        THEN 'the column list does not have all its columns: every UPDATE and DELETE fails'
      WHEN p.identity <> 'f' AND EXISTS (
        SELECT FROM regexp_matches(p.filter, ':varattno (\d+)', 'g') AS used (number) WHERE used.number[1]::smallint <> ALL (p.keys))
        THEN 'the row filter uses other columns: every UPDATE and DELETE fails'
    END AS problem
  FROM identified p
)
SELECT
  format('table %s', j.relname)                                   AS object,
  format('a replica identity, for the publication %s', j.pubname) AS expected,
  j.problem                                                       AS actual,
  CASE WHEN j.problem LIKE 'the column list%' THEN format('publish the columns of the replica identity too, or only inserts: other servers read the publication %s', j.pubname) END AS remedy,
  CASE
    WHEN j.problem LIKE 'the column list%' THEN NULL
    WHEN j.problem LIKE 'none%' AND j.has_key THEN format('ALTER TABLE %I.%I REPLICA IDENTITY DEFAULT', :'schema'::text, j.relname)
    ELSE format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', :'schema'::text, j.relname)
  END                                                             AS sql
FROM judged j
WHERE j.problem IS NOT NULL
ORDER BY j.relname, j.pubname;
