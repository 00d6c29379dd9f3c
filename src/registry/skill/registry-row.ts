import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { Db, Row } from '../../db/db.ts'

/** A row of skills_registry as sync reads and writes it; the server sets `updated_at`. */
export interface RegistryRow {
  skill_id: string
  version: string
  sha256: string | null
  enabled: boolean
  trust_level: number
  meta: JsonObject
}

/** The values in the file for the columns that an operator can change too, as of the last sync. */
export type Declared = Readonly<{ enabled: boolean; trust_level: number }>

/**
 * The keys of `meta` that sync writes and removes. Other keys belong to other tools and are kept. `root` is the label of the
 * skill's root, `digest` the version of the definition of sha256, `files` the digest of each file by path, `declared` is a
 * `Declared`, and `pruned` is true while the row is disabled because its folder does not exist.
 */
export const OWN_META_KEYS: ReadonlySet<string> = new Set([
  'name',
  'description',
  'tier',
  'category',
  'kind',
  'triggers',
  'elements',
  'realms',
  'tags',
  'license',
  'compatibility',
  'allowed_tools',
  'author',
  'root',
  'digest',
  'files',
  'declared',
  'pruned',
])

/** What no row can lack; other columns of older tools can be NULL. */
const KEY = { skill_id: 'text', version: 'text', enabled: 'boolean?', trust_level: 'number?' } as const

const COLUMNS = 'skill_id, version, sha256, enabled, trust_level, meta'

/** Some rows, in any order. */
export async function fetchRows(db: Db, ids: readonly string[]): Promise<RegistryRow[]> {
  const sql = `SELECT ${COLUMNS} FROM :"schema".skills_registry WHERE skill_id IN (SELECT jsonb_array_elements_text($1::jsonb))`
  return (await db.run(sql, [[...ids]], KEY)).map(asRegistryRow)
}

/** Some rows, locked until the end of the transaction. Waits for other writers of these rows, and reads what they committed. */
export async function lockRows(db: Db, ids: readonly string[]): Promise<RegistryRow[]> {
  const sql = `SELECT ${COLUMNS} FROM :"schema".skills_registry WHERE skill_id IN (SELECT jsonb_array_elements_text($1::jsonb)) ORDER BY skill_id FOR UPDATE`
  return (await db.run(sql, [[...ids]], KEY)).map(asRegistryRow)
}

/** The values in the file as of the last sync; undefined for a row that another tool wrote. */
export function declaredIn(meta: JsonObject): Declared | undefined {
  const declared = meta['declared']
  if (!isJsonObject(declared)) return undefined
  const { enabled, trust_level } = declared
  return typeof enabled === 'boolean' && typeof trust_level === 'number' ? { enabled, trust_level } : undefined
}

function asRegistryRow(row: Row): RegistryRow {
  const { skill_id, version, sha256, enabled, trust_level, meta } = row as Record<keyof RegistryRow, Json>
  return {
    skill_id: String(skill_id),
    version: String(version),
    sha256: typeof sha256 === 'string' ? sha256 : null,
    enabled: enabled === true,
    trust_level: Number(trust_level),
    meta: isJsonObject(meta) ? meta : {},
  }
}
