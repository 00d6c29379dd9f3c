import { fault, type VerifyFault } from './fault.ts'

const SHAPE = { check: 'ledger.shape' }
const ADDED = { check: 'ledger.additions' }
const LEDGER = 'table schema_migrations'
const TRIGGER = `CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`
const COLUMNS = ['checksum', 'duration_ms', 'statements', 'tolerated', 'applied_by', 'tool', 'replaces', 'variables']
const TYPES: Readonly<Record<string, string>> = {
  checksum: 'varchar(80)',
  duration_ms: 'bigint',
  statements: 'numeric',
  tolerated: 'json',
  applied_by: 'name',
  tool: 'varchar(20)',
}

const alter = (title: string, change: string, actual = '', more: Partial<VerifyFault> = SHAPE): VerifyFault =>
  fault(`ledger: ${title}`, `ALTER TABLE schema_migrations ${change}`, `${LEDGER}${actual}`, more)

/** The ledger as a table: its columns, key, storage, and what was added to it. */
export const LEDGER_TABLE_FAULTS: readonly VerifyFault[] = [
  alter('unlogged', 'SET UNLOGGED', ': UNLOGGED'),
  alter('no key', 'DROP CONSTRAINT schema_migrations_pkey', ': none'),
  alter('a deferrable key', 'DROP CONSTRAINT schema_migrations_pkey, ADD PRIMARY KEY (version) DEFERRABLE'),
  alter('a key of two columns', 'DROP CONSTRAINT schema_migrations_pkey, ADD PRIMARY KEY (version, applied_at)'),
  fault(
    'ledger: a version twice',
    "ALTER TABLE schema_migrations DROP CONSTRAINT schema_migrations_pkey; INSERT INTO schema_migrations SELECT * FROM schema_migrations WHERE version LIKE '%create%'",
    `${LEDGER}: none; the version 20251220_create_skill_system`,
    { ...SHAPE, remedy: 'words' },
  ),
  ...COLUMNS.map((column) => alter(`no column ${column}`, `DROP COLUMN ${column}`, ': missing')),
  ...Object.entries(TYPES).map(([column, type]) =>
    alter(`another type of ${column}`, `ALTER COLUMN ${column} TYPE ${type} USING ${column}::text::${type}`),
  ),
  ...COLUMNS.map((column) => alter(`${column} is NOT NULL`, `ALTER COLUMN ${column} SET NOT NULL`, ': it is NOT NULL')).filter(
    ({ title }) => / (?:checksum|tool|applied_by|duration_ms) /.test(title),
  ),
  fault(
    'ledger: replaces is NOT NULL',
    "UPDATE schema_migrations SET replaces = '{}'; ALTER TABLE schema_migrations ALTER COLUMN replaces SET NOT NULL",
    `${LEDGER}: it is NOT NULL`,
    SHAPE,
  ),
  alter('applied_at accepts NULL', 'ALTER COLUMN applied_at DROP NOT NULL', ': it accepts NULL'),
  fault(
    'ledger: applied_at is NULL',
    "ALTER TABLE schema_migrations ALTER COLUMN applied_at DROP NOT NULL; UPDATE schema_migrations SET applied_at = NULL WHERE version LIKE '%create%'",
    `${LEDGER}: it accepts NULL`,
    SHAPE,
  ),
  alter('applied_at without a default', 'ALTER COLUMN applied_at DROP DEFAULT', ': no default'),
  alter('applied_at with a constant default', "ALTER COLUMN applied_at SET DEFAULT '2000-01-01 00:00:00+00'"),
  alter('a generated column', "DROP COLUMN tool, ADD COLUMN tool text GENERATED ALWAYS AS ('skills 0.1.0') STORED", ': it is generated', {
    ...SHAPE,
  }),
  alter(
    'a column that must be filled',
    'ADD COLUMN theirs text NOT NULL DEFAULT 1; ALTER TABLE schema_migrations ALTER COLUMN theirs DROP DEFAULT',
    ': it is NOT NULL without a default',
    ADDED,
  ),
  alter('a constraint', "ADD CONSTRAINT theirs CHECK (version <> 'x')", ': constraint theirs', ADDED),
  alter('a unique constraint', 'ADD CONSTRAINT theirs UNIQUE (version, applied_at)', ': constraint theirs', ADDED),
  alter('a foreign key', 'ADD CONSTRAINT theirs FOREIGN KEY (version) REFERENCES skills_registry NOT VALID', ': constraint theirs', ADDED),
  alter('row level security', 'ENABLE ROW LEVEL SECURITY', ': enabled', { ...ADDED, roles: 'superuser' }),
  fault('ledger: a policy', 'CREATE POLICY theirs ON schema_migrations USING (false)', `${LEDGER}: policy theirs`, ADDED),
  fault(
    'ledger: a unique index',
    'CREATE UNIQUE INDEX theirs ON schema_migrations (applied_by, version) WHERE duration_ms < 0',
    `${LEDGER}: index theirs`,
    ADDED,
  ),
  ...['INSERT', 'UPDATE', 'DELETE'].map((event) =>
    fault(
      `ledger: a rule on ${event}`,
      `CREATE RULE theirs AS ON ${event} TO schema_migrations DO INSTEAD NOTHING`,
      `${LEDGER}: rule theirs`,
      ADDED,
    ),
  ),
  ...['BEFORE INSERT', 'AFTER DELETE', 'BEFORE UPDATE'].map((event) =>
    fault(
      `ledger: a trigger ${event}`,
      `${TRIGGER}; CREATE TRIGGER theirs ${event} ON schema_migrations FOR EACH ROW EXECUTE FUNCTION theirs()`,
      `${LEDGER}: trigger theirs`,
      ADDED,
    ),
  ),
  fault(
    'ledger: a trigger ALWAYS',
    `${TRIGGER}; CREATE TRIGGER theirs BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION theirs(); ALTER TABLE schema_migrations ENABLE ALWAYS TRIGGER theirs`,
    `${LEDGER}: trigger theirs`,
    ADDED,
  ),
  fault('ledger: rows of a child', 'CREATE TABLE theirs () INHERITS (schema_migrations)', `${LEDGER}: child `, ADDED),
  fault(
    'ledger: a parent',
    'CREATE TABLE theirs (version text); ALTER TABLE schema_migrations INHERIT theirs',
    `${LEDGER}: parent `,
    ADDED,
  ),
  fault(
    'progress: unlogged',
    'CREATE UNLOGGED TABLE schema_migrations_progress (version text, statement text, before jsonb, begun_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz, PRIMARY KEY (version, statement))',
    'table schema_migrations_progress: UNLOGGED',
    SHAPE,
  ),
  fault(
    'progress: no key',
    'CREATE TABLE schema_migrations_progress (version text NOT NULL, statement text NOT NULL, before jsonb, begun_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz)',
    'table schema_migrations_progress: none',
    SHAPE,
  ),
  fault(
    'ledger: tool and digest are emptied',
    "UPDATE schema_migrations SET tool = NULL, checksum = NULL WHERE version LIKE '%indexes'",
    '20251220_skill_system_rls_indexes',
  ),
  fault(
    'ledger: tool and digest are empty texts',
    "UPDATE schema_migrations SET tool = '', checksum = '' WHERE version LIKE '%indexes'",
    '20251220_skill_system_rls_indexes',
  ),
  fault(
    'ledger: a row of a file that is gone, without tool',
    "INSERT INTO schema_migrations (version, checksum, duration_ms, statements) VALUES ('20260101_gone', 'sha256:1', 4, 2)",
    '20260101_gone',
  ),
]
