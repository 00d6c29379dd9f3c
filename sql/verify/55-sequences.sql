-- The sequences that number rows. $1: {"tables": ["<name>"], "own": {"tables": []}}, also in skills_verify.input.

-- group: sequences
-- about: A sequence gives each new row its number. The migrations decide about its type, increment and bounds, see `drift.different`.

-- check: sequences.next-value
-- title: the next number of every sequence is free
-- input: objects
-- remedy: run the printed statement, which sets the sequence behind the largest number of the column
-- about: After setval, a restore of rows alone, or rows that were copied with their numbers, a sequence can give numbers that rows already have:
--   every INSERT fails until it has passed them. The check reads one row of an index for each sequence. A column without an index that begins
--   with it is left out.
-- example: sequence skill_usage_events_id_seq | a next number above 48210, the largest skill_usage_events.id | 1
SELECT set_config('skills_verify.schema', :'schema', true);
DO $check$
DECLARE
  v_tables    jsonb := current_setting('skills_verify.input')::jsonb->'tables';
  v_found     jsonb := '[]';
  v_one       record;
  v_edge      numeric;
  v_last      numeric;
  v_is_called boolean;
  v_next      numeric;
  v_is_taken  boolean;
  v_column    text;
BEGIN
  FOR v_one IN
    SELECT DISTINCT s.oid, s.relname AS sequence, n.nspname AS sequence_schema, t.relname, tn.nspname AS table_schema, a.attname, a.attnum,
      q.seqincrement AS increment, q.seqcycle, q.seqmin,
      -- rows of children are not numbered by it; those of partitions are
      CASE t.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END || format('%I.%I', tn.nspname, t.relname) AS place,
      has_table_privilege(t.oid, 'SELECT') AS can_read, has_sequence_privilege(s.oid, 'SELECT') AS can_read_sequence,
      EXISTS (
        SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
        WHERE i.indrelid = t.oid AND m.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum
      ) AS is_indexed
    FROM pg_class t
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef f ON f.adrelid = t.oid AND f.adnum = a.attnum
    JOIN pg_depend d ON (d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid = a.attnum AND d.deptype = 'i')
      OR (d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass AND pg_get_expr(f.adbin, f.adrelid) ~ '^nextval\(''.*''::regclass\)$')
    JOIN pg_class s ON s.oid = CASE d.deptype WHEN 'i' THEN d.objid ELSE d.refobjid END AND s.relkind = 'S'
    JOIN pg_namespace n ON n.oid = s.relnamespace
    JOIN pg_sequence q ON q.seqrelid = s.oid
    WHERE tn.nspname = current_setting('skills_verify.schema') AND t.relkind IN ('r', 'p') AND v_tables ? t.relname
      AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
    ORDER BY 2, 4, 6
  LOOP
    v_column := format('%s.%s', v_one.relname, v_one.attname);
    IF NOT v_one.is_indexed THEN
      v_found := v_found || jsonb_build_object('gap', false, 'skipped', format('%s: no index begins with the column', v_column));
      CONTINUE;
    ELSIF NOT v_one.can_read THEN
      v_found := v_found || jsonb_build_object('gap', true, 'skipped', format('the role lacks SELECT on the table %s', v_one.relname));
      CONTINUE;
    END IF;
    BEGIN
      -- first the rows, then the sequence: a row that another session inserts meanwhile has a number that the sequence gave before
      IF abs(v_one.increment) = 1 THEN
        EXECUTE format('SELECT %1$I FROM %2$s WHERE %1$I IS NOT NULL ORDER BY %1$I %3$s LIMIT 1', v_one.attname, v_one.place, CASE WHEN v_one.increment > 0 THEN 'DESC' ELSE 'ASC' END) INTO v_edge;
        CONTINUE WHEN v_edge IS NULL;
      END IF;
      IF NOT v_one.can_read_sequence THEN
        v_found := v_found || jsonb_build_object('gap', true, 'skipped', format('the role lacks SELECT on the sequence %s', v_one.sequence));
        CONTINUE;
      END IF;
      FOR v_try IN 1 .. 2 LOOP
        EXECUTE format('SELECT last_value, is_called FROM %I.%I', v_one.sequence_schema, v_one.sequence) INTO v_last, v_is_called;
        v_next := v_last + CASE WHEN v_is_called THEN v_one.increment ELSE 0 END;
        EXIT WHEN abs(v_one.increment) = 1 OR v_try = 2;
        -- others can give the numbers between, as where several servers write
        EXECUTE format('SELECT %1$I FROM %2$s WHERE %1$I %4$s %5$s AND (%1$I - %5$s) %% %6$s = 0 ORDER BY %1$I %3$s LIMIT 1', v_one.attname, v_one.place,
          CASE WHEN v_one.increment > 0 THEN 'DESC' ELSE 'ASC' END, CASE WHEN v_one.increment > 0 THEN '>=' ELSE '<=' END, v_next, abs(v_one.increment)) INTO v_edge;
      END LOOP;
      CONTINUE WHEN v_edge IS NULL;
      -- a sequence that begins again must find its numbers free
      IF v_one.seqcycle THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %2$s WHERE %1$I = %3$s)', v_one.attname, v_one.place, v_next) INTO v_is_taken;
      ELSE
        v_is_taken := CASE WHEN v_one.increment > 0 THEN v_next <= v_edge ELSE v_next >= v_edge END;
      END IF;
      IF v_is_taken THEN
        v_found := v_found || jsonb_build_object('object', format('sequence %s', v_one.sequence), 'actual', v_next::text,
          'expected', format('a next number %s %s, the %s %s', CASE WHEN v_one.increment > 0 THEN 'above' ELSE 'below' END, v_edge,
            CASE WHEN v_one.increment > 0 THEN 'largest' ELSE 'smallest' END, v_column),
          'sql', format('SELECT pg_catalog.setval(%L, %s)', format('%I.%I', v_one.sequence_schema, v_one.sequence),
            CASE WHEN abs(v_one.increment) > 1 THEN v_edge::text
              ELSE format('(SELECT pg_catalog.%s(%I)::pg_catalog.int8 FROM %I.%I)', CASE WHEN v_one.increment > 0 THEN 'max' ELSE 'min' END,
                v_one.attname, v_one.table_schema, v_one.relname) END));
      ELSIF v_one.increment < 0 AND NOT v_one.seqcycle AND v_next < v_one.seqmin THEN
        v_found := v_found || jsonb_build_object('object', format('sequence %s', v_one.sequence), 'actual', 'all numbers are used',
          'expected', format('a next number from %s on', v_one.seqmin),
          'remedy', 'give the sequence a lower MINVALUE if the type of the column has more numbers; otherwise change the column to bigint first');
      END IF;
    EXCEPTION WHEN insufficient_privilege OR lock_not_available THEN
      v_found := v_found || jsonb_build_object('gap', true, 'skipped', format('sequence %s: %s', v_one.sequence, SQLERRM));
    END;
  END LOOP;
  PERFORM set_config('skills_verify.found', v_found::text, true);
END
$check$;
SELECT f.object, f.expected, f.actual, f.sql, f.remedy, f.skipped, f.gap
FROM jsonb_to_recordset(current_setting('skills_verify.found')::jsonb) AS f (object text, expected text, actual text, sql text, remedy text, skipped text, gap boolean)
WHERE $1::jsonb IS NOT NULL
ORDER BY 1, 2;

-- check: sequences.logged
-- title: a crash resets no sequence
-- input: objects
-- requires: server-version 15
-- remedy: run the printed ALTER SEQUENCE statement
-- about: A crash of the server sets an unlogged sequence to its first number, and the rows of the table stay.
-- example: sequence skill_usage_events_id_seq | a logged sequence, as the table is | unlogged
SELECT
  format('sequence %s', s.relname)                                       AS object,
  'a logged sequence, as the table is'                                   AS expected,
  'unlogged'                                                             AS actual,
  format('ALTER SEQUENCE %I.%I SET LOGGED', n.nspname, s.relname)        AS sql
FROM pg_class s
JOIN pg_namespace n ON n.oid = s.relnamespace
WHERE s.relkind = 'S' AND s.relpersistence = 'u'
  AND EXISTS (
    SELECT FROM pg_depend d
    LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    JOIN pg_class t ON t.oid = CASE WHEN f.oid IS NULL THEN d.refobjid ELSE f.adrelid END
    WHERE ((d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')) OR (f.oid IS NOT NULL AND d.refobjid = s.oid))
      AND t.relpersistence = 'p' AND $1::jsonb->'tables' ? t.relname AND t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
  )
ORDER BY 1;

-- check: sequences.ownership
-- title: every sequence belongs to the column that it numbers
-- severity: warning
-- input: objects
-- remedy: run the printed ALTER SEQUENCE statement, which makes the column the owner of the sequence
-- about: PostgreSQL drops a sequence with the column that owns it. One that belongs to another column takes the default of this one with it; one
--   that belongs to none stays behind, and TRUNCATE ... RESTART IDENTITY leaves it out.
-- example: sequence skill_feedback_id_seq | owned by skill_feedback.id | owned by no column
WITH numbered AS (
  SELECT t.relname, a.attname, s.relname AS sequence, n.nspname, owner.named AS owner, coalesce(owner.is_numbered, false) AS is_shared,
    n.oid = t.relnamespace AS is_here, EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = t.relnamespace AND c.relname = s.relname) AS is_taken,
    (SELECT format('%I.%I', o.relnamespace::regnamespace::name, o.relname)
      FROM pg_depend d JOIN pg_class o ON o.oid = d.objid AND o.relkind = 'S'
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid = a.attnum AND d.deptype = 'a'
      ORDER BY 1 LIMIT 1) AS its_own
  FROM pg_class t
  JOIN pg_attrdef f ON f.adrelid = t.oid
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.adnum
  JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid AND u.refclassid = 'pg_class'::regclass
  JOIN pg_class s ON s.oid = u.refobjid AND s.relkind = 'S'
  JOIN pg_namespace n ON n.oid = s.relnamespace
  LEFT JOIN LATERAL (
    SELECT d.refobjid, d.refobjsubid, format('%s.%s', o.relname, b.attname) AS named,
      -- the sequence numbers the column that owns it, too
      EXISTS (
        SELECT FROM pg_attrdef g JOIN pg_depend e ON e.classid = 'pg_attrdef'::regclass AND e.objid = g.oid AND e.refclassid = 'pg_class'::regclass
        WHERE g.adrelid = d.refobjid AND g.adnum = d.refobjsubid AND e.refobjid = s.oid
      ) AS is_numbered
    FROM pg_depend d JOIN pg_class o ON o.oid = d.refobjid JOIN pg_attribute b ON b.attrelid = d.refobjid AND b.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i') LIMIT 1
  ) AS owner ON true
  WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :'schema')
    AND $1::jsonb->'own'->'tables' ? t.relname
    AND (owner.refobjid, owner.refobjsubid) IS DISTINCT FROM (t.oid, a.attnum::integer)
)
SELECT
  format('sequence %s%s', CASE WHEN is_here THEN '' ELSE nspname || '.' END, sequence) AS object,
  format('owned by %s.%s', relname, attname)             AS expected,
  format('owned by %s', coalesce(owner, 'no column'))    AS actual,
  -- a column can only own a sequence of its schema
  CASE WHEN is_here OR (owner IS NULL AND NOT is_taken) THEN
    CASE WHEN is_here THEN '' ELSE format('ALTER SEQUENCE %I.%I SET SCHEMA %I; ', nspname, sequence, :'schema') END
      || format('ALTER SEQUENCE %1$I.%2$I OWNED BY %1$I.%3$I.%4$I', :'schema', sequence, relname, attname)
  END                                                    AS sql,
  CASE WHEN NOT is_here THEN 'give the column a sequence of its schema: CREATE SEQUENCE ... OWNED BY, then ALTER TABLE ... ALTER COLUMN ... SET DEFAULT nextval(...)' END AS remedy
FROM numbered
-- the statement of another fault gives the column a sequence that is missing
WHERE NOT is_shared AND (is_here OR NOT $1::jsonb->'reported' ? format('sequence %s', sequence))
UNION ALL
SELECT
  format('column %s.%s', relname, attname),
  'numbers of a sequence of its own',
  format('numbers of %s, the sequence of %s', sequence, owner),
  CASE WHEN its_own IS NOT NULL THEN
    format('ALTER TABLE %1$I.%2$I ALTER COLUMN %3$I SET DEFAULT pg_catalog.nextval(%4$L::pg_catalog.regclass); '
      'SELECT pg_catalog.setval(%4$L, (SELECT pg_catalog.max(%3$I)::pg_catalog.int8 FROM %1$I.%2$I))', :'schema', relname, attname, its_own)
  END,
  'give the column a sequence of its own: CREATE SEQUENCE ... OWNED BY, then ALTER TABLE ... ALTER COLUMN ... SET DEFAULT nextval(...)'
FROM numbered
WHERE is_shared
ORDER BY 1, 2;
