import { fault, TABLES, type VerifyFault } from './fault.ts'

const TRIGGER_FUNCTION = "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
const TRIGGERS = [
  'BEFORE UPDATE ON % FOR EACH ROW',
  'AFTER DELETE ON % FOR EACH ROW',
  'BEFORE TRUNCATE ON % FOR EACH STATEMENT',
  'AFTER INSERT OR UPDATE ON % FOR EACH STATEMENT',
]
const RULES = [
  'UPDATE TO % DO INSTEAD NOTHING',
  'DELETE TO % DO INSTEAD NOTHING',
  'INSERT TO % DO ALSO NOTIFY theirs',
  'UPDATE TO % DO ALSO NOTIFY theirs',
]
const POLICIES = [
  'AS RESTRICTIVE FOR SELECT USING (false)',
  'FOR INSERT WITH CHECK (false)',
  'FOR DELETE USING (true)',
  'FOR UPDATE USING (true)',
]

const on = (text: string, table: string): string => text.replace('%', table)

/** It is in the scratch schema of verify too. */
export const SECURING_EVENT_TRIGGER = `CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $f$ DECLARE r record; BEGIN
  FOR r IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE TABLE' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.object_identity);
  END LOOP;
END $f$; CREATE EVENT TRIGGER theirs ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION on_ddl()`

/** What somebody adds to a table, and properties of the table itself, for each table that applications use. */
export const TABLE_FAULTS: readonly VerifyFault[] = TABLES.flatMap((table) => {
  const object = `table ${table}`
  const part = `${table}.theirs`
  const constraint = (definition: string): string => `ALTER TABLE ${table} ADD CONSTRAINT theirs ${definition}`
  return [
    fault(`row level security of ${table}`, `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`, object),
    fault(
      `row level security of ${table}, with an event trigger that enables it`,
      `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY; ${SECURING_EVENT_TRIGGER}`,
      object,
      { backends: 'server' },
    ),
    fault(`forced row level security of ${table}`, `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`, object),
    fault(`unlogged ${table}`, `ALTER TABLE ${table} SET UNLOGGED`, object),
    fault(`rename ${table}`, `ALTER TABLE ${table} RENAME TO renamed`, object),
    fault(`${table} in another schema`, `CREATE SCHEMA elsewhere; ALTER TABLE ${table} SET SCHEMA elsewhere`, object),
    fault(`a view in place of ${table}`, `ALTER TABLE ${table} RENAME TO renamed; CREATE VIEW ${table} AS SELECT * FROM renamed`, object),
    fault(
      `a materialized view in place of ${table}`,
      `ALTER TABLE ${table} RENAME TO renamed; CREATE MATERIALIZED VIEW ${table} AS SELECT * FROM renamed`,
      object,
    ),
    ...TRIGGERS.map((text, i) =>
      fault(
        `trigger ${i + 1} on ${table}`,
        `${TRIGGER_FUNCTION}; CREATE TRIGGER theirs ${on(text, table)} EXECUTE FUNCTION theirs()`,
        part,
      ),
    ).filter((_, i) => (i + TABLES.indexOf(table)) % 2 === 0),
    ...RULES.map((text, i) => fault(`rule ${i + 1} on ${table}`, `CREATE RULE theirs AS ON ${on(text, table)}`, part)).filter(
      (_, i) => (i + TABLES.indexOf(table)) % 2 === 0,
    ),
    ...POLICIES.map((text, i) => fault(`policy ${i + 1} on ${table}`, `CREATE POLICY theirs ON ${table} ${text}`, part)).filter(
      (_, i) => (i + TABLES.indexOf(table)) % 2 === 1,
    ),
    fault(`a CHECK more on ${table}`, constraint('CHECK (true) NOT VALID'), part),
    fault(`a column more of ${table}`, `ALTER TABLE ${table} ADD COLUMN theirs integer NOT NULL DEFAULT 0`, part),
    fault(`a generated column more of ${table}`, `ALTER TABLE ${table} ADD COLUMN theirs text GENERATED ALWAYS AS ('x') STORED`, part),
    fault(
      `a unique index more on ${table}`,
      `CREATE UNIQUE INDEX theirs ON ${table} (${table === 'agent_emergence_candidates' ? 'tier' : 'skill_id'}) WHERE false`,
      'index theirs',
    ),
  ]
})
