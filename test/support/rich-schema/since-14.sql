-- Needs PostgreSQL 14: bodies that are parsed, and a view that such a body and the view need.
CREATE FUNCTION atomic(n bigint) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM authors WHERE id > n; SELECT n; END;
CREATE VIEW circular AS SELECT 1 AS one, 'x'::text COLLATE "C" AS letter;
CREATE FUNCTION of_circular() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT one FROM circular; END;
CREATE OR REPLACE VIEW circular AS SELECT of_circular() AS one, 'y'::text COLLATE "C" AS letter;
COMMENT ON VIEW circular IS 'needs a function that needs it';
CREATE TABLE compressed (body text COMPRESSION pglz);
CREATE STATISTICS on_expression ON (lower(email)), name FROM authors;
CREATE TABLE default_atomic (n bigint DEFAULT atomic(1), CONSTRAINT c CHECK (atomic(n) > 0));
