import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Db, Row } from '../db/db.ts'
import { quoteIdent } from '../db/quote.ts'
import { withSkillsErrors } from '../db/skills-error.ts'
import { drawHash } from './skill-filter.ts'

/** An enabled skill of the registry. Frozen, because all callers share it. */
export interface ListedSkill {
  readonly id: string
  readonly version: string
  /** 1 to 5. */
  readonly trustLevel: number
  readonly tier: string | null
  readonly category: string | null
  readonly kind: string | null
  readonly description: string | null
  readonly elements: readonly string[]
  readonly realms: readonly string[]
  readonly triggers: readonly string[]
  readonly tags: readonly string[]
  /** Column `meta` of the registry, without `files`. */
  readonly meta: JsonObject
}

/** A skill in the cache. */
export interface KnownSkill {
  skill: ListedSkill
  /** Hash for the rollout, see `drawHash`. */
  draw: number
}

/** The enabled skills, bytewise by id. */
export async function fetchSkills(db: Db): Promise<KnownSkill[]> {
  const sql = `SELECT skill_id, version, trust_level, meta OPERATOR(pg_catalog.-) 'files'::pg_catalog.text AS meta
       FROM ${quoteIdent(db.info.schema)}.skills_registry WHERE enabled ORDER BY skill_id COLLATE pg_catalog."C"`
  const rows = await withSkillsErrors(db, { action: 'read the registry' }, () => db.query(sql, [], { skill_id: 'text', version: 'text' }))
  return rows.map((row) => {
    const skill = listed(row)
    return { skill, draw: drawHash(skill.id) }
  })
}

function listed(row: Row): ListedSkill {
  const meta = isJsonObject(row['meta']) ? row['meta'] : {}
  return Object.freeze({
    id: String(row['skill_id']),
    version: String(row['version']),
    trustLevel: Number(row['trust_level']),
    tier: text(meta, 'tier'),
    category: text(meta, 'category'),
    kind: text(meta, 'kind'),
    description: text(meta, 'description'),
    elements: texts(meta, 'elements'),
    realms: texts(meta, 'realms'),
    triggers: texts(meta, 'triggers'),
    tags: texts(meta, 'tags'),
    meta: Object.freeze(meta),
  })
}

function text(meta: JsonObject, key: string): string | null {
  const value = meta[key]
  return typeof value === 'string' ? value : null
}

function texts(meta: JsonObject, key: string): readonly string[] {
  const value = meta[key]
  const list = Array.isArray(value) ? value : typeof value === 'string' ? [value] : []
  return Object.freeze(list.filter((item): item is string => typeof item === 'string'))
}
