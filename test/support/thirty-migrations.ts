/** Thirty migrations as a project collects them: renames, drops, rebuilds, changed types, and objects that need each other. No rows. */
export const THIRTY: Readonly<Record<string, string>> = {
  '001_users': 'CREATE TABLE users (id serial PRIMARY KEY, name text, email varchar(50) UNIQUE);',
  '002_posts': 'CREATE TABLE posts (id bigserial PRIMARY KEY, author integer REFERENCES users, title text NOT NULL, body text);',
  '003_email': 'ALTER TABLE users ALTER COLUMN email TYPE text, ALTER COLUMN email SET NOT NULL;',
  '004_rename_user': 'ALTER TABLE users RENAME TO accounts;',
  '005_rename_column': 'ALTER TABLE accounts RENAME COLUMN name TO full_name;',
  '006_status': "CREATE TYPE status AS ENUM ('new', 'old');\nALTER TABLE posts ADD COLUMN status status NOT NULL DEFAULT 'new';",
  '007_status_value': "ALTER TYPE status ADD VALUE 'gone';",
  '008_view': 'CREATE VIEW all_posts AS SELECT p.id, p.title, a.full_name FROM posts p JOIN accounts a ON a.id = p.author;',
  '009_drop_view': 'DROP VIEW all_posts;',
  '010_function':
    "CREATE FUNCTION count_posts(integer) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM posts WHERE author = $1';",
  '011_replace_function':
    "CREATE OR REPLACE FUNCTION count_posts(integer) RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS 'SELECT count(*) FROM posts WHERE author = $1';",
  '012_index': 'CREATE INDEX posts_title ON posts (title);',
  '013_concurrently': '-- skills: no-transaction\nCREATE INDEX CONCURRENTLY posts_author ON posts (author);',
  '014_drop_index': 'DROP INDEX posts_title;',
  '015_unlogged': 'CREATE UNLOGGED TABLE jobs (id integer GENERATED ALWAYS AS IDENTITY, payload jsonb);',
  '016_tags': 'CREATE TABLE tags (post bigint, tag text);',
  '017_rebuild':
    'CREATE TABLE tags_new (post bigint NOT NULL REFERENCES posts ON DELETE CASCADE, tag text NOT NULL, PRIMARY KEY (post, tag));\nINSERT INTO tags_new SELECT post, tag FROM tags;\nDROP TABLE tags;\nALTER TABLE tags_new RENAME TO tags;',
  '018_check': 'ALTER TABLE posts ADD CONSTRAINT short CHECK (length(title) < 200) NOT VALID;',
  '019_validate': 'ALTER TABLE posts VALIDATE CONSTRAINT short;',
  '020_trigger':
    'CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;\nCREATE TRIGGER touch BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION touched();',
  '021_drop_column': 'ALTER TABLE posts DROP COLUMN body;',
  '022_add_column': "ALTER TABLE posts ADD COLUMN body jsonb NOT NULL DEFAULT '{}';",
  '023_comment': "COMMENT ON TABLE accounts IS 'Who writes';\nCOMMENT ON COLUMN posts.body IS 'blocks';",
  '024_partitions':
    "CREATE TABLE hits (at date NOT NULL, post bigint) PARTITION BY RANGE (at);\nCREATE TABLE hits_2026 PARTITION OF hits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\nCREATE INDEX hits_post ON hits (post);",
  '025_rls': 'ALTER TABLE posts ENABLE ROW LEVEL SECURITY;\nCREATE POLICY everything ON posts USING (true);',
  '026_domain': "CREATE DOMAIN slug AS text CHECK (VALUE ~ '^[a-z-]+$');\nALTER TABLE posts ADD COLUMN slug slug;",
  '027_matview': 'CREATE MATERIALIZED VIEW totals AS SELECT author, count(*) AS n FROM posts GROUP BY author;',
  '028_circular': 'ALTER TABLE accounts ADD COLUMN best_post bigint REFERENCES posts;',
  '029_default': 'ALTER TABLE accounts ADD COLUMN posts bigint DEFAULT count_posts(0);',
  '030_grants':
    'REVOKE ALL ON FUNCTION count_posts(integer) FROM PUBLIC;\nCREATE VIEW readers AS SELECT * FROM totals;\nGRANT SELECT ON readers TO PUBLIC;',
}

/** As files of a folder. */
export function migrationFiles(folder: string, migrations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(migrations).map(([version, sql]) => [`${folder}/${version}.sql`, `${sql}\n`]))
}
