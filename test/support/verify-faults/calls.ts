import { fault, TABLES, UNLOCK, type VerifyFault } from './fault.ts'

/** Another check names most of the causes, with its remedy; this one says what the server answers to an application. */
const CALL: Partial<VerifyFault> = { check: 'functions.calls', remedy: 'words', roles: 'superuser' }
const READ: Partial<VerifyFault> = { ...CALL, check: 'views.reads' }

const INSERTED = TABLES.filter((table) => table !== 'skill_unlocks')

/** What `body` does in a trigger function of plpgsql. */
function trigger(body: string): string {
  return `CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN ${body} END$f$; REVOKE EXECUTE ON FUNCTION broken() FROM PUBLIC;`
}

const OF_TABLES: readonly VerifyFault[] = INSERTED.flatMap((table) => [
  fault(
    `a trigger that raises on ${table}`,
    `${trigger("RAISE EXCEPTION 'no more rows';")} CREATE TRIGGER broken BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION broken()`,
    `table ${table}: no more rows`,
    CALL,
  ),
  fault(
    `a trigger that needs a missing table on ${table}`,
    `${trigger('INSERT INTO gone VALUES (1); RETURN NULL;')} CREATE TRIGGER broken AFTER INSERT ON ${table} EXECUTE FUNCTION broken()`,
    `table ${table}: relation "gone" does not exist`,
    CALL,
  ),
  fault(
    `a trigger that discards rows of ${table}`,
    `${trigger('RETURN NULL;')} CREATE TRIGGER broken BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION broken()`,
    `table ${table}: an INSERT stored no row`,
    CALL,
  ),
  fault(
    `a rule that discards rows of ${table}`,
    `CREATE RULE broken AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
    `table ${table}: an INSERT stored no row`,
    CALL,
  ),
  fault(
    `a required column more on ${table}`,
    `ALTER TABLE ${table} ADD COLUMN needed integer NOT NULL DEFAULT 0; ALTER TABLE ${table} ALTER COLUMN needed DROP DEFAULT`,
    `table ${table}: null value in column "needed"`,
    CALL,
  ),
])

/** A role that owns the object and lacks what the object needs. */
const OWNER = 'CREATE ROLE poor_owner; GRANT USAGE ON SCHEMA public TO poor_owner;'

const OF_FUNCTIONS: readonly VerifyFault[] = [
  fault(
    'a deferred trigger that raises on skill_unlocks',
    `${trigger("RAISE EXCEPTION 'not now';")} CREATE CONSTRAINT TRIGGER broken AFTER INSERT ON skill_unlocks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION broken()`,
    `function ${UNLOCK}: not now`,
    CALL,
  ),
  fault(
    'a column renamed that unlock_skill writes',
    'ALTER TABLE skill_unlocks RENAME COLUMN unlock_reason TO why',
    `function ${UNLOCK}: column "unlock_reason"`,
    CALL,
  ),
  fault(
    'a function gone that unlock_skill calls',
    'DROP FUNCTION skill_text_fault(text, text, integer)',
    `function ${UNLOCK}: function skill_text_fault`,
    CALL,
  ),
  fault(
    'a function gone that log_skill_usage calls',
    'ALTER FUNCTION skill_usage_fault(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric) RENAME TO moved',
    'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric): function skill_usage_fault',
    CALL,
  ),
  fault(
    'a column gone that log_skill_usage writes',
    'ALTER TABLE skill_usage_events RENAME COLUMN input_hash TO hash',
    'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb, text, bigint, bigint, numeric): column "input_hash"',
    CALL,
  ),
  fault(
    'a function gone that log_skill_usage_batch calls',
    'ALTER FUNCTION skill_usage_unknown(uuid, jsonb) RENAME TO moved',
    'log_skill_usage_batch(uuid, jsonb, uuid, boolean): function skill_usage_unknown',
    CALL,
  ),
  fault(
    'the schema not in the search_path of unlock_skill',
    `ALTER FUNCTION ${UNLOCK} SET search_path TO pg_catalog`,
    `function ${UNLOCK}: function skill_text_fault`,
    CALL,
  ),
  fault(
    'an owner of unlock_skill without privileges',
    `${OWNER} ALTER FUNCTION ${UNLOCK} OWNER TO poor_owner`,
    `function ${UNLOCK}: permission denied`,
    CALL,
  ),
  fault(
    'an owner of log_skill_usage_batch without INSERT',
    `${OWNER} GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO poor_owner; GRANT SELECT ON ALL TABLES IN SCHEMA public TO poor_owner;
     ALTER FUNCTION log_skill_usage_batch(uuid, jsonb, uuid, boolean) OWNER TO poor_owner`,
    'log_skill_usage_batch(uuid, jsonb, uuid, boolean): permission denied for table skill_usage_events',
    CALL,
  ),
  fault(
    'an owner that row level security refuses',
    `${OWNER} GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO poor_owner; GRANT ALL ON ALL TABLES IN SCHEMA public TO poor_owner;
     ALTER FUNCTION ${UNLOCK} OWNER TO poor_owner; ALTER TABLE skill_unlocks ENABLE ROW LEVEL SECURITY`,
    `function ${UNLOCK}: new row violates row-level security policy`,
    CALL,
  ),
  fault(
    'a table of the rollups that refuses rows',
    `${trigger("RAISE EXCEPTION 'frozen';")} CREATE TRIGGER broken BEFORE UPDATE ON skill_rollup_state EXECUTE FUNCTION broken()`,
    'skill_rollup_events(integer, boolean): frozen',
    CALL,
  ),
]

const OF_VIEWS: readonly VerifyFault[] = ['v_skill_effectiveness', 'v_skill_cooccurrence'].flatMap((view) => [
  fault(
    `an owner of ${view} without privileges`,
    `${OWNER} ALTER VIEW ${view} OWNER TO poor_owner`,
    `view ${view}: permission denied`,
    READ,
  ),
  fault(
    `${view} as a materialized view without rows`,
    `ALTER VIEW ${view} RENAME TO was; CREATE MATERIALIZED VIEW ${view} AS SELECT * FROM was WITH NO DATA`,
    `materialized view ${view}: it has not been populated`,
    READ,
  ),
])

/** What applications find when they use functions, tables and views that exist and are defined as they should be. */
export const CALL_FAULTS: readonly VerifyFault[] = [...OF_TABLES, ...OF_FUNCTIONS, ...OF_VIEWS]
