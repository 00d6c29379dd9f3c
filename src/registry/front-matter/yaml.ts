import type { EventType, State } from 'js-yaml'
import { MAX_DEPTH } from '../skill/document.ts'

/** Parses the text between the two `---` lines. Every scalar is a string, an empty value is null. Throws `YamlFault`. */
export type YamlParser = (yaml: string) => unknown

export type YamlReason = 'depth' | 'anchor' | 'syntax'

/** Invalid YAML, or YAML that is not allowed here. */
export class YamlFault extends Error {
  readonly kind: YamlReason
  /** UTF-16 offset in the YAML where the parser stopped; the cause may be before it. */
  readonly offset: number

  constructor(kind: YamlReason, offset: number, message: string) {
    super(message)
    this.name = 'YamlFault'
    this.kind = kind
    this.offset = offset
  }
}

/**
 * Loads gray-matter and its js-yaml 3, in a way that is safe for hostile input:
 * - options are always passed: without them gray-matter caches an invalid document and returns `{}` for it the second time;
 * - gray-matter gets only `---`, a line feed and the YAML, and a closing delimiter that cannot occur, so it finds neither a
 *   language nor another end; its engines for JSON and JavaScript throw;
 * - the FAILSAFE schema has no types (`1.10`, `014`, `12:30`, `yes` and dates stay text) and no merge keys;
 * - anchors, and so aliases, are rejected: 430 bytes of them can take minutes to print;
 * - the result is wrapped, so that no key of a document (`excerpt_separator`) has an effect on gray-matter.
 */
export async function loadYamlParser(): Promise<YamlParser> {
  const [{ default: matter }, { default: jsYaml }] = await Promise.all([import('gray-matter'), import('js-yaml')])
  const load = (text: string, listener: Listener): unknown => {
    try {
      return jsYaml.safeLoad(text, { schema: jsYaml.FAILSAFE_SCHEMA, listener })
    } catch (error) {
      throw translate(error)
    }
  }
  // gray-matter passes the line break after the opening `---` too
  const parse = (text: string): Wrapped => ({ value: load(text.slice(1), guard()) })
  const options = {
    language: 'yaml',
    delimiters: ['---', '\u0000'] as [string, string],
    engines: { yaml: { parse }, json: { parse: refuse }, javascript: { parse: refuse }, coffee: { parse: refuse } },
  }
  return (yaml) => (matter(`---\n${yaml}`, options).data as Partial<Wrapped>).value ?? null
}

interface Wrapped {
  value: unknown
}

function refuse(): never {
  throw new YamlFault('syntax', 0, 'front matter in a language other than YAML')
}

/** Called by js-yaml before and after each node. */
type Listener = (event: EventType, state: State) => void

/** Checks one document while it is parsed. */
function guard(): Listener {
  let depth = 0
  return (event, state) => {
    if (event === 'open') depth++
    // a node inside MAX_DEPTH lists or mappings is allowed
    if (depth > MAX_DEPTH + 1) throw new YamlFault('depth', state.position, `nested more than ${MAX_DEPTH} deep`)
    if (event === 'open') return
    depth--
    // missing in the types
    const { anchor } = state as State & { anchor?: string | null }
    if (typeof anchor === 'string') throw new YamlFault('anchor', state.position, `the anchor &${anchor}`)
  }
}

/** A YAMLException of js-yaml has `reason` and `mark`. A RangeError means that its recursion exceeded the stack. */
function translate(error: unknown): unknown {
  if (error instanceof YamlFault) return error
  if (error instanceof RangeError) return new YamlFault('depth', 0, `nested more than ${MAX_DEPTH} deep`)
  const { reason, mark } = error as { reason?: unknown; mark?: { position?: unknown } }
  if (typeof reason !== 'string') return error
  return new YamlFault('syntax', typeof mark?.position === 'number' ? mark.position : 0, reason)
}
