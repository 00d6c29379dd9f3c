import type { BigIntStats } from 'node:fs'
import type { Diagnostic } from '../../core/diagnostics.ts'
import { digestFiles } from './digest.ts'
import { under } from '../skill/paths.ts'
import { ruleDiagnostic } from '../rules/rules.ts'
import { readFrontMatter, type ReadDocument } from '../front-matter/front-matter.ts'
import { MAX_META_JSON, readMetaJson } from '../front-matter/meta-json.ts'
import { contentOf, type RawSkill } from '../skill/raw-skill.ts'
import { META_JSON } from '../skill/skill-files.ts'
import type { FoundSkill } from './list-skill.ts'
import { HEAD_BYTES } from '../front-matter/split-front-matter.ts'
import { validateOlderSkill, validateSkill } from '../front-matter/validate.ts'
import type { YamlParser } from '../front-matter/yaml.ts'

export interface ReadSkillOptions {
  parse: YamlParser
  /** Read a value with an unquoted `: ` as if it were quoted. */
  lenient?: boolean | undefined
}

export interface ReadRaw {
  raw: RawSkill
  /** The state of each file of the listing when it was opened; absent when a file could not be read. */
  stats?: readonly BigIntStats[]
}

/** Reads one skill, each file once. Problems with its files become diagnostics, not exceptions. */
export function readSkill(location: FoundSkill, { parse, lenient = false }: ReadSkillOptions): ReadRaw {
  const { folder, listing, path: shown } = location
  const file = under(shown, location.file)
  const isOlder = location.file === META_JSON
  let read: ReadDocument = { diagnostics: [] }
  const head = {
    limit: isOlder ? MAX_META_JSON : HEAD_BYTES,
    read: (bytes: Uint8Array, truncated: boolean): void => {
      read = isOlder ? readMetaJson(bytes, truncated, file) : readFrontMatter(bytes, truncated, file, parse, lenient)
    },
  }
  const digest = digestFiles(folder, shown, listing.files, { file: location.file, head })
  const ofFiles = [...listing.diagnostics, ...digest.diagnostics]
  const stats = ofFiles.length === 0 ? { stats: digest.stats } : {}
  const { document, diagnostics: ofDocument } = read
  const { files } = listing
  if (document === undefined) {
    const diagnostics = ofDocument.length > 0 ? ofDocument : [whyUnread(file, ofFiles)]
    return { raw: { files, diagnostics }, ...stats }
  }
  const validated = isOlder ? validateOlderSkill(document, location.name) : validateSkill(document, location.name)
  const { id, fields } = validated
  const raw: RawSkill = { files, diagnostics: [...ofDocument, ...validated.diagnostics, ...ofFiles] }
  if (id !== undefined) {
    raw.id = id
    raw.idPlace = document.place([isOlder ? 'id' : 'name'])
  }
  if (fields !== undefined) raw.content = contentOf(fields, digest, location.root.label)
  return { raw, ...stats }
}

/** Why the file that describes a skill could not be opened, with a position like the other diagnostics of the file. */
function whyUnread(file: string, diagnostics: readonly Diagnostic[]): Diagnostic {
  const known = diagnostics.find((one) => one.file === file && one.severity === 'error')
  return { ...(known ?? ruleDiagnostic('SKILL_FILE_KIND', 'not a regular file', file)), line: 1, column: 1 }
}
