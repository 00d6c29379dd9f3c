-- The comments on objects of users in this database.
SELECT d.classoid::regclass::text AS class, d.objoid AS oid, d.objsubid AS part, quote_literal(d.description) AS text
FROM pg_description d
WHERE d.objoid >= 16384
