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
  const files = Object.fromEntries(parseFileDigests(fileDigests).map((file) => [file.path, file.sha256]))
  const own: Record<string, Json> = {
    name: meta.name,
    description,
    triggers: meta.triggers,
    elements: meta.elements,
    realms: meta.realms,
    tags: meta.tags,
    root,
    digest: DIGEST_VERSION,
    files,
    declared: { enabled, trust_level: trustLevel },
  }
  const optional: [key: string, value: Json | undefined][] = [
    ['tier', meta.tier],
    ['category', meta.category],
    ['kind', meta.kind],
    ['license', meta.license],
    ['compatibility', meta.compatibility],
    ['allowed_tools', meta.allowedTools],
    ['author', meta.author],
  ]
  for (const [key, value] of optional) if (value !== undefined) own[key] = value
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
