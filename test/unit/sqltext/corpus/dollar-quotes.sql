SELECT $$a;b$$;
SELECT $$$$;
SELECT $$'$$; SELECT $$"$$; SELECT $$--$$; SELECT $$/*$$;
SELECT $$
-- it's; not a comment
/* neither; is this
$$;
SELECT $a$;$a$;
SELECT $a$ $b$ ; $b$ $$ ; $$ $a$;
SELECT $a$ $a ; $a$;
SELECT $a$$;$a$;
SELECT $a$ $b$a$;
SELECT $a$x$$a$;
SELECT $body_1$ ; $body$ ; $body_1$;
SELECT $_$;$_$, $_1$;$_1$;
SELECT $A$ ; $a$ ; $A$;
SELECT $é$ ; $e$ ; $é$;
SELECT $日本$ ; $日本$;
SELECT $x😀$ ; $x😀$;
SELECT $$$ ; $$;
SELECT $$a$ ; $$;
SELECT $a$;$$;$a$ || $$;$a$;$$;
SELECT $1||$$;$$ FROM t;
PREPARE p (int) AS SELECT $1; EXECUTE p(1); DEALLOCATE p;
PREPARE q AS SELECT $1 + $2, '$3;';
SELECT a$b FROM t; SELECT a$ FROM t;
SELECT a$$ FROM t; SELECT b$$ FROM t;
SELECT a$x$ FROM t; SELECT x$a$x FROM t;
SELECT é$$ FROM t; SELECT 1 AS _$$;
SELECT "a"$$;$$;
SELECT 'a'||$$;$$ FROM t;
SELECT f($$;$$), (($$)$$)), ARRAY[$$]$$];
SELECT*,$$;$$FROM t;
SELECT 1+$$2;$$;
SELECT -$$2;$$;
DO $$ BEGIN PERFORM 1; END $$;
DO $do$
DECLARE
  v text := 'it''s; fine';
BEGIN
  EXECUTE $q$ CREATE TABLE x (a int); $q$;
  -- a comment; with a $$ in it
  IF v = $$x;y$$ THEN RAISE NOTICE '%', v; END IF;
END;
$do$ LANGUAGE plpgsql;
DO LANGUAGE plpgsql $$BEGIN NULL; END$$;
DO 'BEGIN PERFORM ''a;b''; END';
CREATE FUNCTION f1() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
CREATE OR REPLACE FUNCTION f2(a text DEFAULT $$;$$) RETURNS text AS $fn$
  SELECT $inner$ ; $inner$ || a;
$fn$ LANGUAGE sql IMMUTABLE;
CREATE FUNCTION f3() RETURNS trigger AS $BODY$
BEGIN
  CASE NEW.a WHEN 1 THEN NULL; ELSE RETURN NULL; END CASE;
  RETURN NEW;
END
$BODY$
LANGUAGE plpgsql
SET search_path FROM CURRENT;
CREATE FUNCTION f4() RETURNS int AS 'SELECT 1;' LANGUAGE sql;
CREATE FUNCTION f5() RETURNS int AS E'SELECT \'a;\'::int;' LANGUAGE sql;
CREATE FUNCTION f6() RETURNS int AS 'lib', 'symbol;' LANGUAGE c;
COMMENT ON FUNCTION f1() IS $$ a; comment $$;
SELECT $$a$$ , $b$c$b$;SELECT $$d$$;SELECT($$e;$$);
