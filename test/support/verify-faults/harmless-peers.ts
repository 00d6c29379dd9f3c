import type { HarmlessState } from './fault.ts'

const state = (title: string, sql: string, more: Partial<HarmlessState> = {}): HarmlessState => ({ title, sql, ...more })
const LARGE = "SELECT NULL, repeat('x', 100) FROM generate_series(1, 12000)"

/** What looks like a fault that splinter, pghero and similar tools report. */
export const HARMLESS_PEERS: readonly HarmlessState[] = [
  state(
    'a large table with an index on the columns of its foreign key in another order',
    `CREATE TABLE theirs (skill text, notes text, of_user uuid, FOREIGN KEY (of_user, skill) REFERENCES skill_unlocks);
    CREATE INDEX ON theirs (skill, of_user, notes); INSERT INTO theirs ${LARGE}`,
  ),
  state(
    'a large table with a foreign key to a table of the user',
    `CREATE TABLE other (id int PRIMARY KEY); CREATE TABLE theirs (id int REFERENCES other, notes text); INSERT INTO theirs ${LARGE}`,
  ),
  state(
    'a CHECK and a foreign key of a table of the user that are not validated',
    `CREATE TABLE other (id int PRIMARY KEY); CREATE TABLE theirs (id int);
    ALTER TABLE theirs ADD CONSTRAINT c CHECK (id > 0) NOT VALID; ALTER TABLE theirs ADD FOREIGN KEY (id) REFERENCES other NOT VALID`,
  ),
  state(
    'a foreign key that is not enforced',
    'CREATE TABLE theirs (skill text, FOREIGN KEY (skill) REFERENCES skills_registry NOT ENFORCED)',
    { minVersion: 18 },
  ),
  state(
    'a database with a connection limit',
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 100', current_database()); END $$",
    {
      backends: 'server',
    },
  ),
]
