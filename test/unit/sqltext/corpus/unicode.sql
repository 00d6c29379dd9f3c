-- é ü 😀 日本語 in a comment; before
SELECT 'é';
SELECT '😀;', '👨‍👩‍👧‍👦;' /* 😀; */ AS "😀;";
SELECT naïve, straße, Ελληνικά, переменная, 変数 FROM tablé;
CREATE TABLE "Größe;😀" ("Ä;" int, ö text DEFAULT 'ü;');
/* 😀 */ SELECT 1; /* 😀😀 */ SELECT 2; -- 😀
SELECT $😀$;$😀$;
SELECT é$$ FROM t; SELECT 1;
SELECT 'e' || 'é;'; SELECT E'é\';😀';
SELECT "e" FROM é; SELECT 'combining é;';
SELECT 𝒳 FROM 𝒴; SELECT '𝒵;';
SELECT 'right-to-left עברית;' ; SELECT 1 AS עברית;
INSERT INTO t VALUES ('zero width ​;'), ('no-break space  ;');
SELECT a AS ÉCOLE, b AS École; SELECT ';é', ';😀';
COMMENT ON TABLE "Größe;😀" IS '😀; done';
SELECT '￿', '퟿', ''; SELECT ';';
