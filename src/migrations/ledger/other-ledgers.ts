import { SkillsError } from '../../core/errors.ts'
import { ledgerParts } from '../../core/ledger-name.ts'
import { shellWord } from '../../core/shell-word.ts'
import { plural } from '../../core/text.ts'
import { DatabaseError } from '../../db/database-error.ts'
import type { Db } from '../../db/db.ts'
import { quoteIdent } from '../../db/quote.ts'
import { SQLSTATE } from '../../db/sqlstates.ts'
import type { MigrationPlan } from './plan.ts'

/** Tables with the name and the columns of the ledger in other schemas. A view could run code of its owner. */
const OTHERS = `
  SELECT n.nspname AS schema, has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relname = $1 AND c.relkind IN ('r', 'p') AND n.nspname <> :'schema' AND n.nspname NOT LIKE 'pg\\_%'
     AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('version', 'applied_at') AND NOT a.attisdropped) = 2
   ORDER BY 1`

interface OtherLedger {
  schema: string
  /** The pending files that it contains; undefined: the role cannot read it. */
  versions: string[] | undefined
}

/** Throws LEDGER_ELSEWHERE when the ledger of another schema has pending files, or could have them and this schema has no history of its own. */
export async function refuseOtherLedgers(db: Db, ledger: string, { migrations, pending }: MigrationPlan): Promise<void> {
  const { table } = ledgerParts(ledger)
  const versions = pending.filter(({ row }) => row === undefined).map(({ file }) => file.version)
  const others: OtherLedger[] = []
  for (const { schema, readable } of await db.run(OTHERS, [table], { schema: 'text', readable: 'boolean' }))
    others.push({ schema, versions: readable ? await versionsIn(db, `${quoteIdent(schema)}.${quoteIdent(table)}`, versions) : undefined })
  const found = others.filter((other) => other.versions !== undefined && other.versions.length > 0)
  const isFirstRun = migrations.every(({ row }) => row === undefined)
  const unreadable = isFirstRun ? others.filter((other) => other.versions === undefined) : []
  if (found.length > 0 || unreadable.length > 0) throw elsewhere(db, table, found.length > 0 ? found : unreadable)
}

async function versionsIn(db: Db, name: string, versions: readonly string[]): Promise<string[] | undefined> {
  const spellings = [...versions, ...versions.map((version) => version.normalize('NFD'))]
  try {
    const rows = await db.run(
      `SELECT version::text AS version FROM ${name} WHERE version::text IN (SELECT json_array_elements_text($1::json)) ORDER BY 1`,
      [spellings],
      { version: 'text' },
    )
    return rows.map(({ version }) => version)
  } catch (error) {
    // row-level security
    if (error instanceof DatabaseError && error.code === SQLSTATE.insufficientPrivilege) return undefined
    throw error
  }
}

function elsewhere({ info }: Db, table: string, others: readonly OtherLedger[]): SkillsError {
  const what = others.map(({ schema, versions }) =>
    versions === undefined
      ? `the ledger ${schema}.${table}, which role ${info.user} cannot read, can contain the pending migrations`
      : `the ledger ${schema}.${table} contains ${plural(versions.length, 'migration')} that ${versions.length === 1 ? 'is' : 'are'} pending in the schema ${info.schema}: ${listed(versions)}`,
  )
  const names = others.map(({ schema }) => `--schema ${shellWord(schema)}`).join(' or ')
  return new SkillsError('LEDGER_ELSEWHERE', what.join('; '), {
    hint: `nothing was run; the schema ${info.schema} is only the first of the search_path: pass ${names} to continue there (SKILLS_SCHEMA, "schema" in the configuration file), or --schema ${shellWord(info.schema)} to apply them to ${info.schema} too`,
  })
}

function listed(versions: readonly string[]): string {
  const [first = '', second] = versions
  return versions.length > 2 ? `${first}, ...` : second === undefined ? first : `${first}, ${second}`
}
