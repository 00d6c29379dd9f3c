import type { Diagnostic } from '../../core/diagnostics.ts'
import { SkillsError } from '../../core/errors.ts'
import type { Db, DbInfo } from '../../db/db.ts'
import { quoteIdent } from '../../db/quote.ts'
import type { ParsedMigration } from '../files/parse-migration.ts'

// SET ROLE asks whether the role of the login, not the current one, is a member; PostgreSQL 16 has a privilege of its own for it.
const ROLES = `
  SELECT wanted.name, r.oid IS NOT NULL AS exists,
         coalesce(pg_has_role(session_user, r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END), false) AS usable,
         coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) AS sees
    FROM json_array_elements_text($1::json) AS wanted (name)
    LEFT JOIN pg_roles r ON r.rolname = wanted.name
    LEFT JOIN pg_namespace n ON n.nspname = :'schema'`

const ROLE = { name: 'text', exists: 'boolean', usable: 'boolean', sees: 'boolean' } as const

/**
 * Throws ROLE_UNUSABLE when a file is to run under a role that does not exist, that the role of the login cannot take, or that
 * cannot use the schema: then no file runs.
 */
export async function refuseRoles(db: Db, pending: readonly ParsedMigration[]): Promise<void> {
  const wanted = [...new Set(pending.flatMap(({ directives }) => directives.role ?? []))]
  if (wanted.length === 0) return
  const problems = (await db.run(ROLES, [wanted], ROLE)).flatMap((row) => {
    const problem = problemOf(row, db.info)
    return problem === undefined ? [] : [{ role: row.name, ...problem }]
  })
  const [first] = problems
  if (first === undefined) return
  throw new SkillsError('ROLE_UNUSABLE', problems.map(({ message }) => message).join('; '), {
    hint: `nothing was run; ${problems.map(({ hint }) => hint).join('; ')}`,
    diagnostics: problems.flatMap((problem) => placesOf(problem, pending)),
  })
}

function problemOf(
  { name, exists, usable, sees }: { name: string; exists: boolean; usable: boolean; sees: boolean },
  { user, schema, schemaExists, database }: DbInfo,
): { message: string; hint: string } | undefined {
  const role = quoteIdent(name)
  const grantSchema = `GRANT USAGE, CREATE ON SCHEMA ${quoteIdent(schema)} TO ${role}`
  if (!exists)
    return {
      message: `the role ${name} does not exist`,
      hint: `create it: CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO ${quoteIdent(user)}`,
    }
  if (!usable) {
    return {
      message: `role ${user} cannot take the role ${name}: it is not a member of it`,
      hint: `as a superuser, or as a role with ADMIN OPTION: GRANT ${role} TO ${quoteIdent(user)}`,
    }
  }
  if (!schemaExists) {
    return {
      message: `the role ${name} cannot create objects in the schema ${schema}, which does not exist`,
      hint: `as a role with CREATE on the database ${database}: CREATE SCHEMA ${quoteIdent(schema)}; ${grantSchema}`,
    }
  }
  if (!sees) return { message: `the role ${name} has no USAGE on the schema ${schema}`, hint: `as the owner of the schema: ${grantSchema}` }
  return undefined
}

/** The directives that name the role; none when an option or a setting does. */
function placesOf({ role, message }: { role: string; message: string }, pending: readonly ParsedMigration[]): Diagnostic[] {
  return pending.flatMap(({ file, directives }) => {
    const place = directives.places.get('role')
    if (directives.role !== role || place === undefined) return []
    return [{ severity: 'error', code: 'ROLE_UNUSABLE', message, file, line: place.line, column: place.column }]
  })
}
