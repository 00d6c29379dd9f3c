-- Quotes of every kind, each holding what would end a statement if it were read wrongly.
SELECT 'a;b';
SELECT 'it''s; fine';
SELECT '';
SELECT '''';
SELECT '''''';
SELECT ''';''';
SELECT 'back\slash\';
SELECT '\'; SELECT 'after';
SELECT E'it\'s; escaped';
SELECT E'\\'; SELECT e'\\\'; still inside';
SELECT E'two '' quotes \' '' ; three';
SELECT E'';
SELECT E'''';
SELECT E'\'';
SELECT e'\\'';';
SELECT typE'x;\'; SELECT 'typE is a type name, no prefix';
SELECT U&'d\0061t\+000061;';
SELECT U&'no \\ escape;';
SELECT u&'!0061;' UESCAPE '!';
SELECT U &'a'; SELECT 1;
SELECT B'1010', b'', X'1FF', x'0', N'nchar;', n'it''s;';
SELECT 'first'
  'second; same literal';
SELECT 'first'

	'third; same literal'  ;
SELECT E'first'
  'sec\'ond; same literal, same escapes';
SELECT E'x'
'\'' ; SELECT 'next';
SELECT 'plain'
'no escape\'; SELECT 'next';
SELECT 'a' AS "b;c";
SELECT 1 AS "quote "" and ; semicolon";
SELECT 1 AS """";
SELECT 1 AS "'"; SELECT 1 AS "it's";
SELECT 1 AS "$$"; SELECT 1 AS "--"; SELECT 1 AS "/*";
SELECT 1 AS U&"d\0061t\+000061;";
SELECT 1 AS u&"!0061;" UESCAPE '!';
SELECT "a;b"."c;d" FROM "e;f" AS "g;h";
SELECT '--'; SELECT '/*'; SELECT '*/';
SELECT '$$'; SELECT '$a$ ; $a$';
SELECT '
multi;
line;
';
SELECT "
multi;
line" FROM t;
SELECT '"'; SELECT '";"';
SELECT 'tab	inside;', 'é;', '😀;', '日本語;';
INSERT INTO t VALUES ('a;', 'b''', E'c\';', $$d;'$$);
UPDATE t SET a = ';', b = ''';''' WHERE c = E'\\;';
SELECT 'x'::text, text 'y;', date '2020-01-01', interval '1 day;'::text;
SELECT 'a'/* c */, 'b' -- it's; a comment
, 'c';
SELECT 1e5, 1.5e-3, .5, 5., 0x1F, 0o17, 0b101, 1_000_000;
SELECT 1 WHERE 'a' < 'b' AND 'c' <> 'd;'
;
