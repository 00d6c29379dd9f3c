import { expect, test } from 'vitest'
import { redact } from '../../../src/core/redaction.ts'

/** Every `§` is a part of a secret. */
const SPELLINGS = [
  // literals of SQL
  "ALTER ROLE app PASSWORD '§'",
  "alter user app with encrypted password '§'",
  "CREATE ROLE app UNENCRYPTED PASSWORD'§' LOGIN",
  "CREATE GROUP app PASSWORD '§''§' VALID UNTIL '2030-01-01'",
  "ALTER ROLE app PASSWORD '''§'''",
  String.raw`ALTER ROLE app PASSWORD E'§\'§'`,
  String.raw`ALTER ROLE app PASSWORD e'§\\' LOGIN`,
  String.raw`ALTER ROLE app PASSWORD U&'\0061§!' UESCAPE '!'`,
  "ALTER ROLE app PASSWORD N'§'",
  'ALTER ROLE app PASSWORD $$§$$',
  "ALTER ROLE app PASSWORD $pw$§'$$§$pw$",
  "ALTER ROLE app PASSWORD '§'\n  '§'",
  "ALTER ROLE app PASSWORD '§' -- first half\n  '§'",
  // between the keyword and the literal
  "ALTER ROLE app PASSWORD\n\t'§'",
  "ALTER ROLE app PASSWORD /* new */ '§'",
  "ALTER ROLE app PASSWORD /* a /* nested */ 'comment' */ '§'",
  "ALTER ROLE app PASSWORD/**/'§'",
  "ALTER ROLE app PASSWORD -- it's new\n '§'",
  "-- password\n-- old password '§'\nSELECT 1",
  // put on one line: the comment has no end
  "ALTER ROLE app PASSWORD -- new '§'",
  "ALTER ROLE app PASSWORD -- new '§' -- and so on",
  "ALTER ROLE app PASSWORD\u00a0'§'",
  // cut off
  "ALTER ROLE app PASSWORD '§",
  "ALTER ROLE app PASSWORD '§\nSELECT § ; §",
  'ALTER ROLE app PASSWORD $x$ § $$ §',
  "ALTER ROLE app PASSWORD '§''",
  // strings in strings
  "EXECUTE 'ALTER ROLE app PASSWORD ''§'''",
  "EXECUTE 'ALTER ROLE app PASSWORD ''§''''§'' LOGIN'",
  "EXECUTE 'EXECUTE ''ALTER ROLE app PASSWORD ''''§'''' '' '",
  String.raw`EXECUTE E'ALTER ROLE app PASSWORD \'§\''`,
  "DO $do$ BEGIN ALTER ROLE app PASSWORD '§'; END $do$",
  "EXECUTE format('ALTER ROLE %I PASSWORD %L', 'app', '§')",
  "EXECUTE 'ALTER ROLE app PASSWORD ' || quote_literal('§') || ' LOGIN'",
  String.raw`{"sql":"ALTER ROLE app PASSWORD '§'"}`,
  String.raw`"ALTER ROLE app PASSWORD\n'§'"`,
  // options and settings
  "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'app', password '§')",
  "ALTER USER MAPPING FOR app SERVER s OPTIONS (SET password '§', ADD sslpassword '§')",
  `CREATE USER MAPPING FOR app SERVER s OPTIONS ("password" '§')`,
  "SET app.password = '§'",
  "SET app.password TO '§'",
  'SET app.password TO §',
  "ALTER DATABASE d SET app.password TO '§'",
  "SELECT set_config('app.password', '§', true)",
  "SELECT set_config('app.password' , $$§$$, true)",
  // statements on a column
  "UPDATE users SET password = '§', name = 'x'",
  "UPDATE users SET password=md5('§' || '§')",
  "UPDATE users SET password = crypt('§', gen_salt('bf'))",
  "SELECT * FROM users WHERE password IN ('§', '§')",
  "SELECT * FROM users WHERE password::text = '§'",
  "INSERT INTO users (name, password) VALUES ('app', '§'), ('b', '§')",
  "INSERT INTO users (name, password, age) VALUES ('app', '§', 3)",
  `INSERT INTO "users" ("name", "password") VALUES ('app', '§')`,
  "CREATE TABLE t (password text NOT NULL DEFAULT '§')",
  "DECLARE v_password constant text := '§';",
  "SELECT login(name => 'app', password => '§')",
  "SELECT pgp_sym_encrypt('data', '§')",
  "SELECT pgp_sym_decrypt(data::bytea, '§', 'compress-algo=1')",
  "SELECT encrypt(data, '§', 'aes')",
  "SELECT hmac(data, '§', 'sha256')",
  // connection strings
  "CREATE SUBSCRIPTION s CONNECTION 'host=db user=app password=§' PUBLICATION p",
  "SELECT dblink_connect('host=db password=§ user=app')",
  "SELECT dblink_connect('host=db password = § user=app')",
  "SELECT dblink_connect('password=''§ §'' host=db')",
  String.raw`SELECT dblink_connect(E'password=\'§ §\' host=db')`,
  String.raw`password='§\'§' host=db`,
  String.raw`password=§\ § host=db`,
  "password=§'§ host=db",
  'password=§&§;§ host=db',
  'PASSWORD=§ host=db',
  'sslpassword=§ host=db',
  'passwd=§',
  'oauth_client_secret=§',
  'scram_client_key=§ scram_server_key=§',
  // URLs
  "SELECT dblink_connect('postgresql://app:§@db/x')",
  'postgres://app:§@§@db/x',
  'postgres://app:§"§@db/x',
  'postgres://db/x?user=app&password=§&sslmode=require',
  'postgres://db/x?sslpassword=§',
  String.raw`{"url":"postgres:\/\/app:§@db\/x"}`,
  'jdbc:postgresql://db/x?password=§',
  // the environment
  'PGPASSWORD=§ psql',
  "export PGPASSWORD='§ §'",
  'PGPASSWORD="§ §" psql',
  'PGPASSWORD: §',
  'DB_PASS=§',
  // JSON
  '{"password":"§"}',
  '{"password" : "§", "a": 1}',
  String.raw`{"password":"§\"§"}`,
  '{"password":\n  "§"}',
  '{"db_password":"§","dbPassword":"§"}',
  String.raw`"{\"password\":\"§\"}"`,
  String.raw`"{\"password\":\"§\\\"§\"}"`,
  `'{"password":"§''§"}'::jsonb`,
  '{"password":["§","§"]}',
  '{"password":12345§}',
  "{'password': '§'}",
  '{""password"":""§""}',
  '{"pwd":"§","pass":"§","db_pwd":"§"}',
  '{"client_secret":"§","api_key":"§","access_token":"§"}',
  "jsonb_build_object('password', '§')",
]

test.each(SPELLINGS)('secrets: %j -> hidden', (text) => {
  const secret = 'S3kr1t'
  expect(redact(text.replaceAll('§', secret))).not.toContain(secret)
})

test.each(SPELLINGS)('secrets: %j, hidden -> unchanged when it is printed again', (text) => {
  const hidden = redact(text.replaceAll('§', 'S3kr1t'))
  expect(redact(hidden)).toBe(hidden)
})

test.each([
  "ALTER ROLE app PASSWORD NULL VALID UNTIL '2030-01-01'",
  "SET password_encryption = 'scram-sha-256'",
  'column "password" does not exist',
  `column "password" of relation "users" does not exist, hint: 'a'`,
  'syntax error at or near "password"',
  'CREATE TABLE users (id int, password text, name text)',
  'Unexpected token in JSON at position 4',
  `unexpected token '}', expected ','`,
  'ALTER ROLE app PASSWORD $1',
  "the password of 'app' is not set",
  'encrypted connection: yes',
  'cd $PWD; tests_pass and PWD=/work',
  'fe_sendauth: no password supplied',
])('no secret: %j -> unchanged', (text) => {
  expect(redact(text)).toBe(text)
})

test('secrets: the statements around them -> unchanged', () => {
  const sql = "SELECT 'a';\nALTER ROLE app PASSWORD 'S3kr1t' VALID UNTIL '2030-01-01';\nSELECT 'b';"
  expect(redact(sql)).toBe(sql.replace('S3kr1t', '***'))
})

test('secrets: a hidden text that was cut -> the text after it is unchanged', () => {
  const lines = "  ALTER ROLE app PASSWORD '**…\n  SELECT 'a'"
  expect(redact(lines)).toBe(lines)
})
