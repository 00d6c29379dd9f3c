import path from 'node:path'
import type { Diagnostic } from '../core/diagnostics.ts'
import type { Position } from '../core/positions.ts'
import { digestFolder } from './digest.ts'
import { under } from './display.ts'
import { fileFinding } from './file-finding.ts'
import { readFrontMatter } from './front-matter.ts'
import type { ReadDocument } from './front-matter.ts'
import { META_JSON } from './locate.ts'
import type { SkillLocation } from './locate.ts'
import { MAX_META_JSON, readMetaJson } from './meta-json.ts'
import { readHead } from './open-regular.ts'
import type { Skill } from './skill.ts'
import type { Severities } from './severities.ts'
import { withSeverities } from './severities.ts'
import { HEAD_BYTES } from './split-front-matter.ts'
import { validateOlderSkill, validateSkill } from './validate.ts'
import type { YamlParser } from './yaml.ts'

export interface ReadSkill {
  location: SkillLocation
  /** The id, as far as it could be read. */
  id?: string
  /** Where the id stands in the file. */
  idPlace?: Position
  /** Absent when the skill is invalid, or is none. */
  skill?: Skill
  diagnostics: Diagnostic[]
}

/** Reads one skill. Whatever is wrong with its files becomes a diagnostic; nothing about them is thrown. */
export function readSkill(location: SkillLocation, parse: YamlParser, severities: Severities = new Map()): ReadSkill {
  const file = under(location.path, location.file)
  const { document, diagnostics: ofDocument } = readDocument(location, file, parse)
  if (document === undefined) return { location, diagnostics: withSeverities(ofDocument, severities) }
  const isOlder = location.file === META_JSON
  const validated = isOlder ? validateOlderSkill(document, location.name) : validateSkill(document, location.name)
  const digest = digestFolder(location.folder, location.path)
  const diagnostics = withSeverities([...ofDocument, ...validated.diagnostics, ...digest.diagnostics], severities)
  const { id, fields } = validated
  const known = id === undefined ? {} : { id, idPlace: document.place([isOlder ? 'id' : 'name']) }
  if (fields === undefined || diagnostics.some(({ severity }) => severity === 'error')) return { location, ...known, diagnostics }
  const skill: Skill = { ...fields, sha256: digest.sha256, manifest: digest.manifest, path: location.path, file, root: location.root.label }
  return { location, ...known, skill, diagnostics }
}

function readDocument(location: SkillLocation, file: string, parse: YamlParser): ReadDocument {
  const absolute = path.join(location.folder, location.file)
  const isOlder = location.file === META_JSON
  try {
    const { bytes, truncated } = readHead(absolute, isOlder ? MAX_META_JSON : HEAD_BYTES)
    return isOlder ? readMetaJson(bytes, truncated, file) : readFrontMatter(bytes, truncated, file, parse)
  } catch (error) {
    return { diagnostics: [fileFinding(error, file)] }
  }
}
