import { bytewise } from '../../core/bytewise.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { jsonbText } from './jsonb-text.ts'
import type { RegistryRow } from './registry-row.ts'
import type { Skill, SkillMeta } from './skill.ts'
import { DIGEST_VERSION, parseFileDigests, formatFileDigests } from './skill-files.ts'

/** The parts of a skill from which its row is made. */
export type RowSource = Pick<
  Skill,
  'id' | 'version' | 'description' | 'enabled' | 'trustLevel' | 'meta' | 'sha256' | 'fileDigests' | 'root'
>

/** The registry row of a skill, without changes by an operator and keys of other tools. `OWN_META_KEYS` explains the keys. */
export function rowFor({ id, version, description, enabled, trustLevel, meta, sha256, fileDigests, root }: RowSource): RegistryRow {
  // not by assignment: a file can be named __proto__
  const files = Object.fromEntries(parseFileDigests(fileDigests).map((file) => [file.path, file.sha256]))
  // in the order of jsonb, so that `jsonbText` need not sort them
  const own: Record<string, Json> = {}
  if (meta.kind !== undefined) own['kind'] = meta.kind
  own['name'] = meta.name
  own['root'] = root
  own['tags'] = meta.tags
  if (meta.tier !== undefined) own['tier'] = meta.tier
  own['files'] = files
  if (meta.author !== undefined) own['author'] = meta.author
  own['digest'] = DIGEST_VERSION
  own['realms'] = meta.realms
  if (meta.license !== undefined) own['license'] = meta.license
  if (meta.category !== undefined) own['category'] = meta.category
  own['declared'] = { enabled, trust_level: trustLevel }
  own['elements'] = meta.elements
  own['triggers'] = meta.triggers
  own['description'] = description
  if (meta.allowedTools !== undefined) own['allowed_tools'] = meta.allowedTools
  if (meta.compatibility !== undefined) own['compatibility'] = meta.compatibility
  return { skill_id: id, version, sha256, enabled, trust_level: trustLevel, meta: own }
}

/** A row without its id and time, as PostgreSQL prints `jsonb_build_array(version, sha256, enabled, trust_level, meta)`. */
export function rowText({ version, sha256, enabled, trust_level, meta }: RegistryRow): string {
  return jsonbText([version, sha256, enabled, trust_level, meta])
}

/** The reverse of `rowText`. */
export function rowFromText(skill_id: string, text: string): RegistryRow {
  const [version, sha256, enabled, trust_level, meta] = JSON.parse(text) as [string, string, boolean, number, JsonObject]
  return { skill_id, version, sha256, enabled, trust_level, meta }
}

/** The reverse of `rowFor`, for a row that `rowFor` made. */
export function sourceOf({ skill_id, version, sha256, enabled, trust_level, meta }: RegistryRow): RowSource {
  const { description, allowed_tools: allowedTools, root, digest: _digest, files, declared: _declared, ...rest } = meta
  const digests = Object.entries(files as Readonly<Record<string, string>>).map(([path, of]) => ({ path, sha256: of }))
  return {
    id: skill_id,
    version,
    description: String(description),
    enabled,
    trustLevel: trust_level,
    meta: { ...(rest as unknown as SkillMeta), ...(allowedTools === undefined ? {} : { allowedTools: allowedTools as readonly string[] }) },
    sha256: sha256 ?? '',
    fileDigests: formatFileDigests(digests.toSorted((a, b) => bytewise(a.path, b.path))),
    root: String(root),
  }
}
