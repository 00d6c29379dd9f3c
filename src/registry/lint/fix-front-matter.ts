import { sameJson, type Json } from '../../core/json.ts'
import { explainYaml } from '../front-matter/explain-yaml.ts'
import { addVersion, fixToolsForm, quoteCutDescription, quoteFaultyValue } from './fixes.ts'
import type { RuleCode } from '../rules/rules.ts'
import { severityOf, type Severities } from '../rules/severities.ts'
import { HEAD_BYTES, splitFrontMatter } from '../front-matter/split-front-matter.ts'
import { YamlFault, type YamlParser } from '../front-matter/yaml.ts'

/** A file after its mechanical problems were fixed. */
export interface FixedFile {
  bytes: Buffer
  /** The rules that it broke, in the order of the fixes. */
  codes: RuleCode[]
}

/** The most values that are quoted in one file: a limit for the work. */
const MOST_QUOTED = 50

/** A change of front matter that is valid YAML; `keys` are the top-level keys whose values it may change. */
interface Fix {
  code: RuleCode
  keys: readonly string[]
  apply: (yaml: string, document: Readonly<Record<string, Json>>) => string | undefined
}

const FIXES: readonly Fix[] = [
  { code: 'SKILL_DESCRIPTION_CUT', keys: ['description'], apply: quoteCutDescription },
  { code: 'SKILL_TOOLS_FORM', keys: ['allowed-tools', 'allowed_tools', 'allowedTools'], apply: fixToolsForm },
  { code: 'SKILL_VERSION_MISSING', keys: ['metadata'], apply: addVersion },
]

/**
 * Fixes mechanical problems in a SKILL.md: missing quotes around one-line values, the form of allowed-tools, a missing version.
 * Keeps every other byte (comments, CRLF, byte order mark, the text below). A change is used only if the result is valid
 * YAML and all other values are unchanged. Undefined if there is nothing to fix.
 */
export function fixFrontMatter(bytes: Buffer, parse: YamlParser, severities: Severities): FixedFile | undefined {
  const split = splitFrontMatter(bytes.subarray(0, HEAD_BYTES), bytes.length > HEAD_BYTES)
  if (!split.ok) return undefined
  const before = split.text.slice(split.offset)
  const codes: RuleCode[] = []
  let yaml = quoteUntilItParses(before, parse, codes)
  for (const { code, keys, apply } of FIXES) {
    if (yaml === undefined) return undefined
    if (severityOf(code, severities) === 'off') continue
    const document = parseMap(yaml, parse)
    const changed = document === undefined ? undefined : apply(yaml, document)
    if (document === undefined || changed === undefined || !onlyChanges(document, parseMap(changed, parse), keys)) continue
    yaml = changed
    codes.push(code)
  }
  if (yaml === undefined || codes.length === 0) return undefined
  const head = split.text.slice(0, split.offset)
  return { bytes: Buffer.concat([Buffer.from(head + yaml), bytes.subarray(Buffer.byteLength(split.text))]), codes }
}

function quoteUntilItParses(before: string, parse: YamlParser, codes: RuleCode[]): string | undefined {
  let yaml = before
  for (let count = 0; count < MOST_QUOTED; count++) {
    try {
      parse(yaml)
      return yaml
    } catch (error) {
      if (!(error instanceof YamlFault)) throw error
      const { code, offset } = explainYaml(yaml, error)
      const quoted = quoteFaultyValue(yaml, code, offset)
      if (quoted === undefined) return undefined
      yaml = quoted
      if (!codes.includes(code)) codes.push(code)
    }
  }
  return undefined
}

function parseMap(yaml: string, parse: YamlParser): Readonly<Record<string, Json>> | undefined {
  try {
    const parsed = parse(yaml)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, Json>) : undefined
  } catch (error) {
    if (error instanceof YamlFault) return undefined
    throw error
  }
}

function onlyChanges(
  before: Readonly<Record<string, Json>>,
  after: Readonly<Record<string, Json>> | undefined,
  keys: readonly string[],
): boolean {
  if (after === undefined) return false
  const others = new Set([...Object.keys(before), ...Object.keys(after)].filter((key) => !keys.includes(key)))
  return [...others].every((key) => Object.hasOwn(before, key) && Object.hasOwn(after, key) && sameJson(before[key], after[key]))
}
