import type { Db } from '../../src/db/db.ts'

/** One fault in a healthy database, and the object that verify must name. */
export interface Mutation {
  title: string
  sql: string
  object: string
  /** The check that must report it, where others could too, or where it is only a warning. */
  check?: string
}

const TABLES = ['skills_registry', 'skill_unlocks', 'skill_usage_events', 'skill_feedback', 'agent_emergence_candidates']
const LOG = 'log_skill_usage(uuid, text, text, text, text, text, integer, text, jsonb, jsonb)'
const ASK = 'is_skill_unlocked(uuid, text)'
const UNLOCK = 'unlock_skill(uuid, text, text)'

interface Column {
  table: string
  name: string
  type: string
  notNull: boolean
  default: string | null
  isKey: boolean
}

/** One fault in each column, index, function and view of the five tables, and in everything else that verify checks. */
export async function mutationsOf(db: Db): Promise<Mutation[]> {
  const columns = await readColumns(db)
  return [
    ...TABLES.map((table) => one(`drop table ${table}`, `DROP TABLE ${table} CASCADE`, `table ${table}`)),
    ...columns.flatMap(columnMutations),
    ...(await indexMutations(db)),
    ...[LOG, ASK, UNLOCK].flatMap((name) => functionMutations(name)),
    ...(await bodyMutations(db)),
    ...(await viewMutations(db)),
    ...STRUCTURE,
    ...RIGHTS,
    ...LEDGER,
    ...REGISTRY,
  ]
}

function one(title: string, sql: string, object: string, check?: string): Mutation {
  return { title, sql, object, ...(check === undefined ? {} : { check }) }
}

async function readColumns(db: Db): Promise<Column[]> {
  return db.query(
    `SELECT c.relname::text AS "table", a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
       pg_get_expr(d.adbin, d.adrelid) AS "default", EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS "isKey"
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relname IN (SELECT jsonb_array_elements_text($1::jsonb)) AND c.relkind = 'r' ORDER BY c.oid, a.attnum`,
    [[...TABLES]],
  ) as Promise<never[]>
}

const OTHER_TYPE: Readonly<Record<string, string>> = {
  text: 'varchar(40)',
  integer: 'bigint',
  bigint: 'numeric',
  uuid: 'text',
  numeric: 'double precision',
  'timestamp with time zone': 'timestamp',
  jsonb: 'json',
  'text[]': 'varchar[]',
}

function columnMutations({ table, name, type, notNull, default: standard, isKey }: Column): Mutation[] {
  const object = `column ${table}.${name}`
  const alter = (what: string): string => `ALTER TABLE ${table} ALTER COLUMN ${name} ${what}`
  const other = OTHER_TYPE[type]
  return [
    one(`drop ${object}`, `ALTER TABLE ${table} DROP COLUMN ${name} CASCADE`, object),
    ...(other === undefined || name === 'meta'
      ? []
      : [
          one(
            `type of ${object}`,
            `DROP VIEW v_skill_effectiveness, v_skill_cooccurrence; ${alter(`TYPE ${other} USING ${name}::${other}`)}`,
            object,
          ),
        ]),
    ...(isKey ? [] : [one(`nullability of ${object}`, notNull ? alter('DROP NOT NULL') : alter('SET NOT NULL'), object)]),
    ...(standard === null
      ? [
          one(
            `a default for ${object}`,
            alter(`SET DEFAULT ${type === 'uuid' ? 'gen_random_uuid()' : type === 'text' ? "'x'" : 'NULL::' + type}`),
            object,
          ),
        ].filter(() => type === 'uuid' || type === 'text')
      : [one(`no default for ${object}`, alter('DROP DEFAULT'), object)]),
  ]
}

async function indexMutations(db: Db): Promise<Mutation[]> {
  const rows = await db.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'idx%' ORDER BY 1`,
  )
  return rows.flatMap(({ name, definition }) => {
    const object = `index ${name}`
    const again = (text: string): string => `DROP INDEX ${name}; ${text}`
    return [
      one(`drop ${object}`, `DROP INDEX ${name}`, object),
      one(
        `order of ${object}`,
        again(/ DESC\)/.test(definition) ? definition.replace(' DESC)', ')') : definition.replace(/\)( WHERE .*)?$/, ' DESC)$1')),
        object,
      ),
      ...(/ WHERE /.test(definition) ? [one(`no predicate of ${object}`, again(definition.replace(/ WHERE .*/, '')), object)] : []),
      ...(name.endsWith('user_time') || name.endsWith('signature')
        ? [
            one(`invalid ${object}`, `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${name}'::regclass`, object),
            one(`unique ${object}`, again(definition.replace('CREATE INDEX', 'CREATE UNIQUE INDEX')), object),
            one(`method of ${object}`, again(definition.replace('USING btree', 'USING brin').replaceAll(' DESC', '')), object),
          ]
        : []),
    ]
  })
}

function functionMutations(name: string): Mutation[] {
  const object = `function ${name.replace(/\(.*/, '')}`
  return [
    one(`drop ${object}`, `DROP FUNCTION ${name}`, object),
    one(`security of ${object}`, `ALTER FUNCTION ${name} SECURITY INVOKER`, object),
    one(`no search_path of ${object}`, `ALTER FUNCTION ${name} RESET search_path`, object),
    one(`other search_path of ${object}`, `ALTER FUNCTION ${name} SET search_path TO pg_catalog`, object),
    one(`search_path of ${object} without pg_temp`, `ALTER FUNCTION ${name} SET search_path TO public`, object),
    one(`a setting of ${object}`, `ALTER FUNCTION ${name} SET work_mem TO '64kB'`, object),
    one(`volatility of ${object}`, `ALTER FUNCTION ${name} IMMUTABLE`, object),
    one(`strictness of ${object}`, `ALTER FUNCTION ${name} STRICT`, object),
    one(`parallel safety of ${object}`, `ALTER FUNCTION ${name} PARALLEL SAFE`, object),
    one(`rename ${object}`, `ALTER FUNCTION ${name} RENAME TO renamed`, object),
  ]
}

/** Changes to the text of a function, most of which change its behaviour. */
const BODY_CHANGES: readonly (readonly [signature: string, from: string, to: string])[] = [
  [LOG, "coalesce(p_state_snapshot, '{}'::jsonb)", 'p_state_snapshot'],
  [LOG, 'RETURN v_event_id', 'RETURN 1'],
  [LOG, 'p_user_id, p_session_id', 'p_user_id, NULL'],
  [LOG, 'p_tier, p_outcome', "p_tier, 'success'"],
  [ASK, "= 'foundational'", "= 'lineage'"],
  [ASK, 'AND u.unlocked', ''],
  [ASK, 'AND u.skill_id = p_skill_id', ''],
  [ASK, 'u.user_id = p_user_id AND ', ''],
  [UNLOCK, 'unlock_reason = excluded.unlock_reason', 'unlock_reason = skill_unlocks.unlock_reason'],
  [UNLOCK, 'unlocked      = excluded.unlocked', 'unlocked = skill_unlocks.unlocked'],
  [UNLOCK, 'RETURN true', 'RETURN false'],
  [UNLOCK, 'true, pg_catalog.now(), p_unlock_reason', 'true, NULL, p_unlock_reason'],
  [UNLOCK, '-- now() is in VALUES', '-- now() stays in VALUES'],
]

async function bodyMutations(db: Db): Promise<Mutation[]> {
  const made: Mutation[] = []
  for (const [signature, from, to] of BODY_CHANGES) {
    const object = `function ${signature.replace(/\(.*/, '')}`
    const [row] = await db.query<{ text: string }>(`SELECT pg_get_functiondef('${signature}'::regprocedure) AS text`)
    made.push(one(`body of ${object}: ${to}`, changed(row?.text ?? '', from, to), object))
  }
  const [ask] = await db.query<{ text: string }>(`SELECT pg_get_functiondef('${ASK}'::regprocedure) AS text`)
  const [log] = await db.query<{ text: string }>(`SELECT pg_get_functiondef('${LOG}'::regprocedure) AS text`)
  return [
    ...made,
    one(
      'language of is_skill_unlocked',
      `DROP FUNCTION ${ASK}; ${changed(ask?.text ?? '', 'LANGUAGE plpgsql', 'LANGUAGE sql').replace(/AS \$function\$[^]*\$function\$/, 'AS $f$ SELECT false $f$')}`,
      'function is_skill_unlocked',
    ),
    one(
      'a default of log_skill_usage',
      `DROP FUNCTION ${LOG}; ${changed(log?.text ?? '', 'DEFAULT NULL::integer', 'DEFAULT 0')}`,
      'function log_skill_usage',
    ),
    one(
      'argument of unlock_skill',
      `DROP FUNCTION ${UNLOCK}; CREATE FUNCTION unlock_skill(a uuid, b text, c text) RETURNS boolean LANGUAGE sql AS 'SELECT true'`,
      'function unlock_skill',
    ),
    one(
      'result of log_skill_usage',
      `DROP FUNCTION ${LOG}; ${changed(log?.text ?? '', 'RETURNS bigint', 'RETURNS text')}`,
      'function log_skill_usage',
    ),
  ]
}

const VIEW_CHANGES: readonly (readonly [view: string, from: RegExp, to: string])[] = [
  ['v_skill_effectiveness', /'success'/, "'soft_fail'"],
  ['v_skill_effectiveness', /100\.0/, '10.0'],
  ['v_skill_effectiveness', /LEFT JOIN/, 'JOIN'],
  ['v_skill_effectiveness', /min\((\w+\.)?created_at\)/, 'max(created_at)'],
  ['v_skill_cooccurrence', />= 2/, '>= 3'],
  ['v_skill_cooccurrence', />= 3/, '>= 2'],
  ['v_skill_cooccurrence', /(\w+\.)?session_id IS NOT NULL/, 'true'],
  ['v_skill_cooccurrence', /count\(DISTINCT (\w+\.)?user_id\)/, 'count(user_id)'],
]

async function viewMutations(db: Db): Promise<Mutation[]> {
  const made: Mutation[] = []
  for (const view of ['v_skill_effectiveness', 'v_skill_cooccurrence']) {
    made.push(
      one(`drop ${view}`, `DROP VIEW ${view}`, `view ${view}`),
      one(`options of ${view}`, `ALTER VIEW ${view} SET (security_barrier = true)`, `view ${view}`),
      one(
        `a table in place of ${view}`,
        `CREATE TABLE other AS TABLE ${view}; DROP VIEW ${view}; ALTER TABLE other RENAME TO ${view}`,
        `view ${view}`,
      ),
    )
  }
  for (const [view, from, to] of VIEW_CHANGES) {
    const [row] = await db.query<{ text: string }>(`SELECT pg_get_viewdef('${view}'::regclass, true) AS text`)
    made.push(one(`${view} with ${to}`, `CREATE OR REPLACE VIEW ${view} AS ${changed(row?.text ?? '', from, to)}`, `view ${view}`))
  }
  return [
    ...made,
    one(
      'rename a column of a view',
      'ALTER VIEW v_skill_effectiveness RENAME COLUMN avg_rating TO rating',
      'v_skill_effectiveness.avg_rating',
    ),
  ]
}

/** Throws when the text is not found: an unchanged definition is not a mutation. */
function changed(text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, () => to)
  if (result === text) throw new Error(`there is no ${from} in ${text}`)
  return result
}

const FOREIGN_FUNCTION = `CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`

const STRUCTURE: readonly Mutation[] = [
  ...TABLES.map((table) => one(`no key of ${table}`, `ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`, `primary key ${table}`)),
  one(
    'order of a key',
    'ALTER TABLE skill_unlocks DROP CONSTRAINT skill_unlocks_pkey, ADD PRIMARY KEY (skill_id, user_id)',
    'primary key skill_unlocks',
  ),
  one('no CHECK', 'ALTER TABLE skills_registry DROP CONSTRAINT skills_registry_trust_level_check', 'skills_registry_trust_level_check'),
  one(
    'another CHECK',
    'ALTER TABLE skills_registry DROP CONSTRAINT skills_registry_trust_level_check, ADD CONSTRAINT skills_registry_trust_level_check CHECK (trust_level BETWEEN 0 AND 9)',
    'skills_registry_trust_level_check',
  ),
  one(
    'a CHECK that was never validated',
    'ALTER TABLE skills_registry DROP CONSTRAINT skills_registry_trust_level_check, ADD CONSTRAINT skills_registry_trust_level_check CHECK (trust_level >= 1 AND trust_level <= 5) NOT VALID',
    'constraint skills_registry.skills_registry_trust_level_check',
    'tables.rows',
  ),
  one('one CHECK more', "ALTER TABLE skill_usage_events ADD CONSTRAINT theirs CHECK (outcome <> 'soft_fail')", 'skill_usage_events.theirs'),
  one(
    'a foreign key more',
    'ALTER TABLE skill_feedback ADD CONSTRAINT theirs FOREIGN KEY (skill_id) REFERENCES skills_registry',
    'skill_feedback.theirs',
  ),
  one('a unique index more', 'CREATE UNIQUE INDEX theirs ON agent_emergence_candidates (signature_hash)', 'index theirs'),
  one('a column more', 'ALTER TABLE skill_usage_events ADD COLUMN theirs text', 'skill_usage_events.theirs'),
  one(
    'a trigger',
    `${FOREIGN_FUNCTION}; CREATE TRIGGER theirs BEFORE INSERT ON skill_usage_events FOR EACH ROW EXECUTE FUNCTION theirs()`,
    'skill_usage_events.theirs',
  ),
  one('a rule', 'CREATE RULE theirs AS ON INSERT TO skill_feedback DO INSTEAD NOTHING', 'skill_feedback.theirs'),
  one('a policy', 'CREATE POLICY theirs ON skill_unlocks USING (false)', 'skill_unlocks.theirs'),
  one('row level security', 'ALTER TABLE skill_unlocks ENABLE ROW LEVEL SECURITY', 'table skill_unlocks'),
  one('an unlogged table', 'ALTER TABLE skill_feedback SET UNLOGGED', 'table skill_feedback'),
  one('step of a sequence', 'ALTER SEQUENCE skill_usage_events_id_seq INCREMENT BY -1', 'skill_usage_events_id_seq'),
  one('end of a sequence', 'ALTER SEQUENCE skill_feedback_id_seq MAXVALUE 1000', 'skill_feedback_id_seq'),
]

const RIGHTS: readonly Mutation[] = [
  one('EXECUTE given to PUBLIC to log', `GRANT EXECUTE ON FUNCTION ${LOG} TO PUBLIC`, 'log_skill_usage'),
  one('EXECUTE given to PUBLIC to ask', `GRANT EXECUTE ON FUNCTION ${ASK} TO PUBLIC`, 'is_skill_unlocked'),
  one('EXECUTE given to PUBLIC', `GRANT EXECUTE ON FUNCTION ${UNLOCK} TO PUBLIC`, 'unlock_skill'),
  ...TABLES.map((table) => one(`PUBLIC writes to ${table}`, `GRANT INSERT ON ${table} TO PUBLIC`, `table ${table}`)),
  one('PUBLIC reads telemetry', 'GRANT SELECT ON skill_usage_events TO PUBLIC', 'table skill_usage_events'),
  one('PUBLIC reads a column', 'GRANT SELECT (notes) ON skill_feedback TO PUBLIC', 'column skill_feedback.notes'),
  one('PUBLIC reads a view', 'GRANT SELECT ON v_skill_effectiveness TO PUBLIC', 'v_skill_effectiveness'),
  one('PUBLIC takes numbers', 'GRANT USAGE ON SEQUENCE skill_feedback_id_seq TO PUBLIC', 'skill_feedback_id_seq'),
  one(
    'an owner without rights',
    `CREATE ROLE mutant; GRANT CREATE ON SCHEMA public TO mutant; ALTER FUNCTION ${LOG} OWNER TO mutant`,
    'log_skill_usage',
  ),
  one('an open API', 'CREATE ROLE anon; GRANT SELECT ON skill_feedback TO anon', 'table skill_feedback'),
]

const LEDGER: readonly Mutation[] = [
  one(
    'another digest',
    "UPDATE schema_migrations SET checksum = 'sha256:0' WHERE version LIKE '%indexes'",
    '20251220_skill_system_rls_indexes',
  ),
  one('no digest', "UPDATE schema_migrations SET checksum = NULL WHERE version LIKE '%indexes'", '20251220_skill_system_rls_indexes'),
  one('a row gone', "DELETE FROM schema_migrations WHERE version LIKE '%create%'", '20251220_create_skill_system'),
  one(
    'another version',
    "UPDATE schema_migrations SET version = 'x' WHERE version LIKE '%indexes'",
    'migration 20251220_skill_system_rls_indexes',
    'ledger.renamed',
  ),
  one(
    'a row of a file that is gone',
    "INSERT INTO schema_migrations (version, checksum, tool) VALUES ('20260101_gone', 'sha256:1', 'skills 0.1.0')",
    '20260101_gone',
  ),
  one('no key', 'ALTER TABLE schema_migrations DROP CONSTRAINT schema_migrations_pkey', 'table schema_migrations'),
  one(
    'a file that was interrupted',
    "CREATE TABLE schema_migrations_progress (version text, statement text); INSERT INTO schema_migrations_progress VALUES ('20260101_big', 'a')",
    '20260101_big',
  ),
]

const REGISTRY: readonly Mutation[] = [
  one('version behind', "UPDATE skills_registry SET version = '1.1.0' WHERE skill_id = 'one'", 'skill one'),
  one('version ahead', "UPDATE skills_registry SET version = '1.10.0' WHERE skill_id = 'one'", 'skill one'),
  one('another sha256', "UPDATE skills_registry SET sha256 = 'x' WHERE skill_id = 'one'", 'skill one'),
  one('no sha256', "UPDATE skills_registry SET sha256 = NULL WHERE skill_id = 'two'", 'skill two'),
  one('a gate opened', `UPDATE skills_registry SET meta = meta || '{"category": "foundational"}' WHERE skill_id = 'one'`, 'skill one'),
  one('a key of meta gone', "UPDATE skills_registry SET meta = meta - 'tier' WHERE skill_id = 'one'", 'skill one'),
  one('no meta', "UPDATE skills_registry SET meta = '{}' WHERE skill_id = 'two'", 'skill two'),
  one('a row gone', "DELETE FROM skills_registry WHERE skill_id = 'two'", 'skill two'),
  one('an orphan', `INSERT INTO skills_registry (skill_id, version, meta) VALUES ('gone', '1.0.0', '{"root": "skills"}')`, 'skill gone'),
]

/** Changes of administrators and other applications that verify must not report. */
export const HARMLESS: readonly { title: string; sql: string }[] = [
  { title: 'another table', sql: 'CREATE TABLE theirs (id int PRIMARY KEY)' },
  { title: 'another view', sql: 'CREATE VIEW theirs AS SELECT skill_id FROM skills_registry' },
  { title: 'a materialized view of ours', sql: 'CREATE MATERIALIZED VIEW mv_skill_cooccurrence AS SELECT * FROM v_skill_cooccurrence' },
  { title: 'another function', sql: FOREIGN_FUNCTION },
  { title: 'another type and sequence', sql: "CREATE TYPE mood AS ENUM ('good'); CREATE SEQUENCE theirs" },
  { title: 'an index on one of our tables', sql: 'CREATE INDEX theirs ON skill_usage_events (input_hash)' },
  { title: 'a partial index on one of our tables', sql: 'CREATE INDEX theirs ON skill_feedback (rating) WHERE rating < 3' },
  { title: 'extended statistics', sql: 'CREATE STATISTICS theirs ON user_id, skill_id FROM skill_usage_events' },
  {
    title: 'another owner of everything',
    sql: `CREATE ROLE other_owner; GRANT ALL ON SCHEMA public TO other_owner; ${TABLES.map((table) => `ALTER TABLE ${table} OWNER TO other_owner`).join('; ')};
      ALTER VIEW v_skill_effectiveness OWNER TO other_owner; ALTER VIEW v_skill_cooccurrence OWNER TO other_owner;
      ALTER FUNCTION ${LOG} OWNER TO other_owner; ALTER FUNCTION ${ASK} OWNER TO other_owner; ALTER FUNCTION ${UNLOCK} OWNER TO other_owner`,
  },
  { title: 'another owner of the feedback', sql: 'CREATE ROLE other_owner; ALTER TABLE skill_feedback OWNER TO other_owner' },
  { title: 'rights for a reporting role', sql: 'CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader' },
  {
    title: 'rights for the application',
    sql: `CREATE ROLE app; GRANT EXECUTE ON FUNCTION ${UNLOCK} TO app; GRANT INSERT, UPDATE ON skill_unlocks TO app`,
  },
  { title: 'default privileges', sql: 'CREATE ROLE reader; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader' },
  { title: 'tuning of autovacuum', sql: 'ALTER TABLE skill_usage_events SET (autovacuum_vacuum_scale_factor = 0.01)' },
  {
    title: 'tuning of the statistics',
    sql: 'ALTER TABLE skill_usage_events ALTER COLUMN skill_id SET STATISTICS 1000; ANALYZE skill_usage_events',
  },
  {
    title: 'events, unlocks and feedback',
    sql: `SELECT log_skill_usage(gen_random_uuid(), 's' || n, 'one', '1.2.0', 'CORE', 'success', n) FROM generate_series(1, 50) n;
      SELECT unlock_skill(gen_random_uuid(), 'two');
      INSERT INTO skill_feedback (user_id, skill_id, version, rating) VALUES (gen_random_uuid(), 'one', '1.2.0', 5)`,
  },
  {
    title: 'events of a skill that is not registered',
    sql: "SELECT log_skill_usage(gen_random_uuid(), NULL, 'unknown', '1.0.0', NULL, 'success')",
  },
  { title: 'a skill of another source', sql: "INSERT INTO skills_registry (skill_id, version) VALUES ('theirs', '0.1.0')" },
  { title: 'an operator’s switches', sql: "UPDATE skills_registry SET enabled = false, trust_level = 4 WHERE skill_id = 'one'" },
  { title: 'keys of meta of another tool', sql: `UPDATE skills_registry SET meta = meta || '{"owner": "team-a"}'` },
  { title: 'another comment', sql: "COMMENT ON TABLE skill_feedback IS 'feedback, see the wiki'" },
  { title: 'rows of another tool in the ledger', sql: "INSERT INTO schema_migrations (version) VALUES ('20240101_theirs')" },
  { title: 'candidates', sql: "INSERT INTO agent_emergence_candidates (signature_hash, status) VALUES ('x', 'review')" },
]
