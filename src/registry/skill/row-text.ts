import { bytewise } from '../../core/bytewise.ts'
import type { JsonObject } from '../../core/json.ts'
import { DIGEST_VERSION, filesIn, manifestOf } from './skill-files.ts'
import type { RegistryRow } from './registry-row.ts'
import type { Skill, SkillMeta } from './skill.ts'

/** What a row is made from. */
export type RowSource = Pick<Skill, 'id' | 'version' | 'description' | 'enabled' | 'trustLevel' | 'meta' | 'sha256' | 'manifest' | 'root'>

/**
 * What the row of a skill holds beside its id and time, as PostgreSQL writes
 * `jsonb_build_array(version, sha256, enabled, trust_level, meta)`. It is written directly, for each skill of each run: to
 * make the row first took three times as long. Holds whole numbers only, and no control characters.
 */
export function rowText(source: RowSource): string {
  const { version, sha256, enabled, trustLevel } = source
  return `[${jsonbString(version)}, "${sha256}", ${enabled}, ${trustLevel}, ${metaText(source)}]`
}

/** The row that a text stands for. */
export function rowFromText(skill_id: string, text: string): RegistryRow {
  const [version, sha256, enabled, trust_level, meta] = JSON.parse(text) as [string, string, boolean, number, JsonObject]
  return { skill_id, version, sha256, enabled, trust_level, meta }
}

/** The row that a skill makes, without what an operator or another tool has put into it. */
export function rowFor(skill: RowSource): RegistryRow {
  return rowFromText(skill.id, rowText(skill))
}

/** The keys stand in the order of jsonb; see OWN_META_KEYS for what they mean. */
function metaText({ enabled, trustLevel, description, root, manifest, meta }: RowSource): string {
  const members =
    optional('kind', meta.kind) +
    `, "name": ${jsonbString(meta.name)}, "root": ${jsonbString(root)}, "tags": ${list(meta.tags)}` +
    optional('tier', meta.tier) +
    `, "files": ${filesText(manifest)}` +
    optional('author', meta.author) +
    `, "digest": "${DIGEST_VERSION}", "realms": ${list(meta.realms)}` +
    optional('license', meta.license) +
    optional('category', meta.category) +
    `, "declared": {"enabled": ${enabled}, "trust_level": ${trustLevel}}, "elements": ${list(meta.elements)}` +
    `, "triggers": ${list(meta.triggers)}, "description": ${jsonbString(description)}` +
    (meta.allowedTools === undefined ? '' : `, "allowed_tools": ${list(meta.allowedTools)}`) +
    optional('compatibility', meta.compatibility)
  return `{${members.slice(SEPARATOR.length)}}`
}

const SEPARATOR = ', '

function optional(key: string, text: string | undefined): string {
  return text === undefined ? '' : `, "${key}": ${jsonbString(text)}`
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? '[]' : `[${texts.map(jsonbString).join(SEPARATOR)}]`
}

function filesText(manifest: string): string {
  const compare = jsonbOrder(manifest)
  let members = ''
  for (const { path, sha256 } of filesIn(manifest).toSorted((a, b) => compare(a.path, b.path)))
    members += `, ${jsonbString(path)}: "${sha256}"`
  return `{${members.slice(SEPARATOR.length)}}`
}

/** The reverse of `rowFor`, for a row that it has made. */
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
    manifest: manifestOf(digests.toSorted((a, b) => bytewise(a.path, b.path))),
    root: String(root),
  }
}

/**
 * Compares keys of an object in the order in which jsonb keeps them: by their length in bytes, then bytewise (jsonb_util.c,
 * lengthCompareJsonbStringValue). `all` is any text that they all are in.
 */
export function jsonbOrder(all: string): (a: string, b: string) => number {
  return BEYOND_ASCII.test(all) ? byBytes : byUnits
}

function byUnits(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}

function byBytes(a: string, b: string): number {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length - right.length || Buffer.compare(left, right)
}

/** Text as PostgreSQL writes it in a jsonb. Most needs no escape, and to find that out is faster than to ask JSON. */
export function jsonbString(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`
}

// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/
// eslint-disable-next-line no-control-regex
const BEYOND_ASCII = /[^\u0000-\u007f]/
