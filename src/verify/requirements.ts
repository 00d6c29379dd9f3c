import type { Db } from '../db/db.ts'

/** One entry of a check's `requires:`, such as `extension pgcrypto` or `server-version 14`. */
export interface Requirement {
  kind: RequirementKind
  value: string
}

export type RequirementKind = 'pack' | 'migration' | 'role' | 'extension' | 'server-version' | 'server'

export const REQUIREMENT_FORMS = 'pack NAME, migration VERSION, role NAME, extension NAME, server-version N, server'

/** Reads `kind value`; undefined when it is none of the forms. */
export function parseRequirement(text: string): Requirement | undefined {
  if (text === 'server') return { kind: 'server', value: '' }
  const match = /^(pack|migration|role|extension|server-version)\s+(\S+)$/.exec(text)
  if (match === null) return undefined
  const [, kind = '', value = ''] = match
  if (kind === 'server-version' && !/^\d+$/.test(value)) return undefined
  return { kind: kind as RequirementKind, value }
}

/** What requirements are compared with. */
export interface Surroundings {
  embedded: boolean
  /** `server_version_num`. */
  version: number
  extensions: ReadonlySet<string>
  /** Roles that the role of the connection is a member of. */
  roles: ReadonlySet<string>
  migrations: ReadonlySet<string>
  packs: ReadonlySet<string>
}

/**
 * Reads everything in one query. Queries of the catalogs are long and their rows few, so the transaction goes on without JIT: compiling one
 * takes seconds.
 */
export async function readSurroundings(
  db: Db,
  applied: { migrations: readonly string[]; packs: readonly string[] },
): Promise<Surroundings> {
  const [row] = await db.run(
    `SELECT (SELECT coalesce(jsonb_agg(extname), '[]') FROM pg_catalog.pg_extension) AS extensions,
      (SELECT coalesce(jsonb_agg(rolname), '[]') FROM pg_catalog.pg_roles WHERE pg_has_role(oid, 'MEMBER')) AS roles,
      set_config('jit', 'off', true) AS jit`,
    [],
    { extensions: 'texts', roles: 'texts', jit: 'text' },
  )
  return {
    embedded: db.info.kind === 'embedded',
    version: db.info.version,
    extensions: new Set(row?.extensions),
    roles: new Set(row?.roles),
    migrations: new Set(applied.migrations),
    packs: new Set(applied.packs),
  }
}

/** Why a check does not run; undefined when every requirement is met. `applies` is false when the check does not apply to this database. */
export function unmetRequirement(requires: readonly Requirement[], around: Surroundings): { reason: string; applies: boolean } | undefined {
  for (const { kind, value } of requires) {
    if (kind === 'pack' && !around.packs.has(value)) return { reason: `the pack ${value} is not installed`, applies: false }
    if (kind === 'migration' && !around.migrations.has(value)) return { reason: `the migration ${value} is not applied`, applies: false }
    if (kind === 'server-version' && around.version < Number(value) * 10_000)
      return { reason: `needs PostgreSQL ${value}; this is ${Math.floor(around.version / 10_000)}`, applies: false }
    if (kind === 'server' && around.embedded) return { reason: 'does not apply to an embedded database', applies: false }
    if (kind === 'extension' && !around.extensions.has(value)) return { reason: `the extension ${value} is missing`, applies: true }
    if (kind === 'role' && !around.roles.has(value)) return { reason: `this role is not a member of ${value}`, applies: true }
  }
  return undefined
}
