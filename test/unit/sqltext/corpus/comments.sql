-- leading; comment
/* leading; block */ -- and; another
SELECT 1; -- trailing; comment
-- between; the two
SELECT 2 /* inside; */ + /* ; */ 2;
SELECT 3 -- inside; the statement
  + 3;
/* before */ SELECT 4 /* after */ ; /* far after */
;
;;
; -- nothing; here
/* nor; here */ ;
SELECT 5;;;SELECT 6;
/* one /* two; */ still; */ SELECT 7;
/* /* /* ; */ ; */ ; */ SELECT 8;
/**/ SELECT 9; /***/ SELECT 10; /* * / */ SELECT 11; /*/ ; */ SELECT 12;
/*/**/*/ SELECT 13;
/* it's; "odd */ SELECT 14; -- it's "odd
SELECT 15; --
--
SELECT 16;--;
SELECT 17;-- no space
SELECT 18/* no space; */;SELECT/**/19;
SELECT 20--;
;
SELECT
-- each
21,
-- line;
22
-- commented;
;
--------; SELECT 0;
SELECT 23 --- ;
;
/* $$ ; */ SELECT 24; /* $$ */
-- $$ ; '
SELECT 25; -- $$ "
SELECT 1 -/* ; */- 2;
SELECT 1 +-- ;
2;
SELECT 1 */* ; */2;
SELECT 4 // 2 */* ; */ 3;
SELECT @-/* ; */5;
SELECT a <--;
b FROM t;
SELECT a </* ; */ b FROM t;
SELECT a @>/* /* ; */ ; */ b FROM t;
SELECT a -- > ; 'b'
-> 'c' FROM t;
SELECT '/*', 1, '*/'; SELECT "--", 2 FROM t;
/* SELECT 'a
*/ SELECT 26;
/* unbalanced quote ' */ SELECT 27; /* unbalanced quote ' */
-- last; comment without a statement
