-- The comments on objects of users in this database. An extension comments itself.
SELECT d.classoid::regclass::text AS class, d.objoid AS oid, d.objsubid AS part, quote_literal(d.description) AS text
FROM pg_description d
WHERE d.objoid >= 16384 AND NOT (d.classoid = 'pg_extension'::regclass AND EXISTS (
  SELECT FROM pg_extension e JOIN pg_available_extensions a ON a.name = e.extname WHERE e.oid = d.objoid AND a.comment = d.description))
