-- GRANT and REVOKE. dump_reader and dump_writer are roles.
GRANT SELECT ON authors TO dump_reader;
GRANT ALL ON books TO dump_writer WITH GRANT OPTION;
GRANT SELECT (name, email), UPDATE (email) ON authors TO dump_writer;
GRANT USAGE ON SEQUENCE plain_seq TO dump_reader;
GRANT SELECT ON z_base TO PUBLIC;
REVOKE EXECUTE ON FUNCTION add(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION add(integer, integer) TO dump_reader;
REVOKE ALL ON PROCEDURE proceed(integer) FROM PUBLIC;
GRANT USAGE ON TYPE mood TO dump_reader;
GRANT USAGE ON SCHEMA public TO dump_reader;
GRANT CREATE ON SCHEMA public TO dump_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO dump_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO dump_writer;
CREATE POLICY theirs ON authors TO dump_reader, dump_writer USING (true);
