import { randomBytes } from 'node:crypto'
import { DatabaseError } from './database-error.ts'
import type { Db } from './db.ts'
import type { ExtensionSchemas } from './extension-schemas.ts'
import { queryAside } from './query-aside.ts'
import { quoteIdent, searchPath } from './quote.ts'
import { isPassing, MOST_ATTEMPTS } from './retry.ts'

const SAVEPOINT = 'skills_scratch'
const STEP = 'skills_step'

export interface ScratchOptions {
  /** The statements to run in the schema of that name, in order; one that fails is rolled back and skipped. */
  statements: (schema: string) => readonly string[]
  /** Schemas after the scratch schema in the search_path. */
  others: readonly string[]
  /** For each statement; a tenth of it for a lock. */
  timeoutMs: number
  /** The role that the statements run under, and that owns the schema. Default: that of the connection. */
  role?: string | undefined
  /** Schemas whose extensions the statements may use. `uses`: whether a statement has one of the names. */
  extensions?: { schemas: ExtensionSchemas; uses: (statement: string, names: ReadonlySet<string>) => boolean } | undefined
}

/** A schema in the transaction of the caller, with what the statements created. It is first in the search_path until it is dropped. */
export interface ScratchSchema {
  name: string
  /** The search_path in which names mean objects of the scratch schema, and members of extensions. */
  path: string
  /** The schemas in it with other objects than members of extensions, which are hidden as far as that is possible. */
  shared: readonly string[]
  /** The statements that ran. */
  statements: readonly string[]
  /** Those that failed. */
  failures: { index: number; error: DatabaseError }[]
  /** Undoes everything since it was made. */
  drop(): Promise<void>
}

/**
 * Creates a scratch schema and runs the statements in it. Call it, and drop the schema, in one transaction. Throws the
 * `DatabaseError` of a server that refuses (42501: the role cannot create a schema; 25006: the database is read-only); the
 * transaction is then as before.
 */
export async function makeScratchSchema(db: Db, options: ScratchOptions): Promise<ScratchSchema> {
  const { statements, others, timeoutMs, role, extensions } = options
  // concurrent runs must not wait for each other
  const name = `skills_scratch_${randomBytes(4).toString('hex')}`
  await db.exec(`SAVEPOINT ${SAVEPOINT}`)
  const drop = (): Promise<void> => db.exec(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`)
  try {
    const [owner, under] = role === undefined ? ['', ''] : [` AUTHORIZATION ${quoteIdent(role)}`, `SET LOCAL ROLE ${quoteIdent(role)};`]
    const usual = searchPath(name, [...others, ...(extensions?.schemas.dedicated ?? [])])
    // one round trip
    const [resets] = await Promise.all([
      queryAside(db, DEFAULT_PRIVILEGES, [role ?? null], { statement: 'text' }),
      db.exec(`CREATE SCHEMA ${quoteIdent(name)}${owner}; ${under} SET LOCAL search_path TO ${usual};
        SET LOCAL check_function_bodies TO off; SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL lock_timeout = ${Math.ceil(timeoutMs / 10)}`),
    ])
    if (resets.length > 0) await db.exec(resets.map(({ statement }) => statement).join('; '))
    const texts = statements(name)
    const usesMembers = texts.map((text) => extensions?.uses(text, extensions.schemas.members) === true)
    const shared = usesMembers.includes(true) ? await hideOthers(db, extensions?.schemas) : []
    const path = [usual, ...shared.map(quoteIdent)].join(', ')
    const failures = await runStatements(
      db,
      texts.map((text, i) =>
        usesMembers[i] === true && shared.length > 0
          ? `SET LOCAL search_path TO ${path};\n${text}\n;SET LOCAL search_path TO ${usual}`
          : text,
      ),
    )
    await db.exec('SET LOCAL statement_timeout = 0')
    return { name, path, shared, statements: texts, failures, drop }
  } catch (error) {
    if (error instanceof DatabaseError) await drop()
    throw error
  }
}

/**
 * Statements that give new objects of the role the privileges of PostgreSQL: those of ALTER DEFAULT PRIVILEGES are no part of
 * what the statements create. Almost every role has none.
 */
const DEFAULT_PRIVILEGES = `
  SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES REVOKE ALL ON %s FROM %s', kinds.name, pg_catalog.string_agg(DISTINCT
      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END, ', '))
    || pg_catalog.format('; ALTER DEFAULT PRIVILEGES GRANT ALL ON %s TO %s', kinds.name, d.defaclrole::pg_catalog.regrole::text || kinds.public) AS statement
  FROM pg_catalog.pg_default_acl d
  JOIN (VALUES ('r', 'TABLES', ''), ('S', 'SEQUENCES', ''), ('f', 'FUNCTIONS', ', PUBLIC'), ('T', 'TYPES', ', PUBLIC')) AS kinds (type, name, public)
    ON kinds.type = d.defaclobjtype::text
  LEFT JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a ON true
  WHERE d.defaclnamespace = 0 AND d.defaclrole = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = coalesce($1::text, current_user::text))
  GROUP BY d.oid, d.defaclrole, kinds.name, kinds.public`

/**
 * Hides what belongs to no extension in the shared schemas, which come last in the search_path: no statement may lock, change or read a
 * table of the user there. Returns the schemas; none when the role may not create temporary objects.
 */
async function hideOthers(db: Db, { shared, hidden }: ExtensionSchemas = NO_EXTENSIONS): Promise<readonly string[]> {
  const views = hidden.map((name) => `CREATE TEMPORARY VIEW ${quoteIdent(name)} AS SELECT`)
  const [outcome] = await db.pipeline([[`SAVEPOINT ${STEP}`, ...views, 'RELEASE SAVEPOINT skills_step'].join('; ')])
  if (outcome?.ok === true) return shared
  await db.exec('ROLLBACK TO SAVEPOINT skills_step; RELEASE SAVEPOINT skills_step')
  return []
}

const NO_EXTENSIONS: ExtensionSchemas = { dedicated: [], shared: [], members: new Set(), hidden: [] }

/** Statements under one savepoint. */
const BATCH = 50
/**
 * The server keeps 64 subtransactions of a transaction in memory. With more, each snapshot of every session reads from disk which
 * of them are done, and the whole server becomes slow.
 */
const MOST_BATCHES = 40

/**
 * Runs the statements in order, in batches of one round trip, each under a savepoint. A batch with a statement that fails is rolled back
 * and runs again without it.
 */
export async function runStatements(db: Db, statements: readonly string[]): Promise<ScratchSchema['failures']> {
  const failures: ScratchSchema['failures'] = []
  const size = Math.max(BATCH, Math.ceil(statements.length / MOST_BATCHES))
  for (let first = 0; first < statements.length; first += size) {
    let batch = statements.slice(first, first + size).map((text, i) => ({ text, index: first + i }))
    const attempts = new Map<number, number>()
    for (;;) {
      const outcomes = await db.pipeline([`SAVEPOINT ${STEP}`, ...batch.map(({ text }) => text), `RELEASE SAVEPOINT ${STEP}`])
      const failed = outcomes.findIndex((outcome) => !outcome.ok)
      const outcome = outcomes[failed]
      if (outcome === undefined || outcome.ok) break
      const statement = batch[failed - 1]
      if (statement === undefined) throw outcome.error
      await db.exec(`ROLLBACK TO SAVEPOINT ${STEP}; RELEASE SAVEPOINT ${STEP}`)
      const attempt = (attempts.get(statement.index) ?? 0) + 1
      attempts.set(statement.index, attempt)
      if (isPassing(outcome.error) && attempt < MOST_ATTEMPTS) continue
      failures.push({ index: statement.index, error: outcome.error })
      batch = batch.filter((other) => other !== statement)
    }
  }
  return failures.toSorted((x, y) => x.index - y.index)
}
