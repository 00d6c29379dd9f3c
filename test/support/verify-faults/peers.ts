import type { Db } from '../../../src/db/db.ts'
import type { VerifyFault } from './fault.ts'

const warns = (title: string, check: string, sql: string, object: string): VerifyFault => ({ title, sql, object, check, warns: true })

/** Rows of about 1.5 MB. */
const LARGE = "SELECT NULL, repeat('x', 100) FROM generate_series(1, 12000)"

/** What splinter, pghero and similar tools report too: foreign keys, space and connections. */
export async function peerFaults(db: Db): Promise<VerifyFault[]> {
  const [row] = await db.query<{ name: string }>('SELECT current_database()::text AS name')
  return [
    warns(
      'a large table with a foreign key without an index',
      'health.constraints',
      `CREATE TABLE theirs (skill text REFERENCES skills_registry, notes text); INSERT INTO theirs ${LARGE}`,
      'foreign key theirs.theirs_skill_fkey: none',
    ),
    warns(
      'a large table with a foreign key of two columns and an index on one',
      'health.constraints',
      `CREATE TABLE theirs (skill text, notes text, of_user uuid, FOREIGN KEY (of_user, skill) REFERENCES skill_unlocks);
      CREATE INDEX ON theirs (skill); INSERT INTO theirs ${LARGE}`,
      'foreign key theirs.theirs_of_user_skill_fkey: none',
    ),
    warns(
      'a large table with a foreign key and an index on some rows',
      'health.constraints',
      `CREATE TABLE theirs (skill text REFERENCES skills_registry, notes text); INSERT INTO theirs ${LARGE};
      CREATE INDEX ON theirs (skill) WHERE skill <> ''`,
      'foreign key theirs.theirs_skill_fkey: none',
    ),
    warns(
      'a foreign key to the events that is not validated',
      'health.constraints',
      `CREATE SCHEMA "of Them"; CREATE TABLE "of Them"."a Table" (event bigint);
      ALTER TABLE "of Them"."a Table" ADD CONSTRAINT "a Key" FOREIGN KEY (event) REFERENCES skill_usage_events (id) NOT VALID`,
      'foreign key of Them.a Table.a Key: NOT VALID',
    ),
    {
      ...warns(
        'an index that is much larger than its entries',
        'health.bloat',
        `INSERT INTO agent_emergence_candidates (signature_hash) SELECT 'hash ' || n FROM generate_series(1, 200) AS n;
        ANALYZE agent_emergence_candidates;
        UPDATE pg_class SET relpages = 50000 WHERE relname = 'agent_emergence_candidates_pkey'`,
        'index agent_emergence_candidates_pkey: 391 MB',
      ),
      backends: 'server',
    },
    {
      ...warns(
        'a database whose connections are used up',
        'settings.connections',
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 1', current_database()); END $$",
        `database ${row?.name}`,
      ),
      backends: 'server',
    },
  ]
}
