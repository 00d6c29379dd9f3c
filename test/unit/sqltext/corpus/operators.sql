SELECT 1+2, 1-2, 1*2, 1/2, 1%2, 2^3, |/4, ||/8, @-5, ~1, 1|2, 1&2, 1#2, 1<<2, 8>>1;
SELECT 1<2, 1>2, 1<=2, 1>=2, 1<>2, 1!=2, 1=2;
SELECT a->'b;', a->>'c;', a#>'{d}', a#>>'{e}' FROM t;
SELECT a@>b, a<@b, a?b, a?|b, a?&b, a||b, a-b, a #- b FROM t;
SELECT a~b, a~*b, a!~b, a!~*b, a~~b, a!~~b, a~~*b FROM t;
SELECT a @@ b, a @@@ b, a && b, a -|- b, a <-> b, a <#> b, a <=> b, a <+> b FROM t;
SELECT 1--1
+1;
SELECT 1 - -1, 1 - - 1, 1 + +1, 1 +-1, - -1;
SELECT a=-1, a<-1, a>+1, a@-1, a|-1 FROM t;
SELECT a::int, a::text::varchar(10), (a).b, (a).*, a[1], a[1:2], a[:2], a[1:], a[:] FROM t;
SELECT f(a => 1, b := 2, VARIADIC c => ARRAY[1, 2]);
SELECT a OPERATOR(pg_catalog.+) b, a OPERATOR(s.@@) b FROM t;
SELECT ARRAY[1, 2]::int[], ARRAY[[1], [2]], '{}'::int[];
SELECT (1, 2) = (3, 4), ROW(1, ';'), (SELECT ';'), EXISTS (SELECT 1);
SELECT count(*), count(DISTINCT a), a.* FROM t a;
SELECT*FROM t;SELECT+1;SELECT-1;SELECT(1);SELECT'a';SELECT"a"FROM t;SELECT.5;SELECT@1;
SELECT 1;SELECT 2;SELECT 3
;SELECT 4
; SELECT 5 ;
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
CREATE OPERATOR s.@#@ (RIGHTARG = int8, FUNCTION = numeric_fac);
CREATE OPERATOR || (LEFTARG = double precision, RIGHTARG = character varying, PROCEDURE = f, COMMUTATOR = OPERATOR(s.||));
CREATE OPERATOR <-> (LEFTARG = s."My Type", RIGHTARG = int[], FUNCTION = f);
CREATE OPERATOR - (RIGHTARG = x, FUNCTION = f);
CREATE OPERATOR /*c*/ ?/*c*/ (LEFTARG = x, FUNCTION = f);
ALTER OPERATOR === (int, int) OWNER TO r;
DROP OPERATOR === (int, int);
DROP OPERATOR IF EXISTS s.@#@ (NONE, int8);
CREATE OPERATOR CLASS oc DEFAULT FOR TYPE int4 USING btree AS OPERATOR 1 <, OPERATOR 2 <=, FUNCTION 1 btint4cmp(int4, int4);
CREATE OPERATOR FAMILY s.of USING hash;
ALTER OPERATOR FAMILY of USING btree ADD OPERATOR 1 < (int4, int2), FUNCTION 1 (int4, int2) f(int4, int2);
SELECT a IS NOT DISTINCT FROM b, a BETWEEN 1 AND 2, a IN (1, 2), a LIKE 'x;%' ESCAPE '\' FROM t;
SELECT a ILIKE ANY (ARRAY['a;', 'b']), a SIMILAR TO 'x' FROM t;
SELECT $$a$$ ~ $$b$$, 'a' ~ E'\\d;';
SELECT 1 WHERE a AND NOT b OR c; SELECT NULL, TRUE, CURRENT_DATE, CURRENT_TIMESTAMP(3);
