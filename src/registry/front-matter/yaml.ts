import type { EventType, State } from 'js-yaml'
import { MAX_DEPTH } from '../skill/document.ts'

/** Parses the text between the two `---` lines. Every scalar is a string, an empty value is null. Throws `YamlFault`. */
export type YamlParser = (yaml: string) => unknown

export type YamlReason = 'depth' | 'anchor' | 'syntax'

/** YAML that we refuse, or that is none. */
export class YamlFault extends Error {
  readonly kind: YamlReason
  /** UTF-16 offset in the YAML at which the parser stopped; the cause can lie before it. */
  readonly offset: number

  constructor(kind: YamlReason, offset: number, message: string) {
    super(message)
    this.name = 'YamlFault'
    this.kind = kind
    this.offset = offset
  }
}

/**
 * Loads gray-matter and its js-yaml 3, and closes their traps:
 * - options are always given: without them gray-matter caches a broken document and returns `{}` for it the second time;
 * - it gets nothing but `---`, a line feed and the YAML, and a closing delimiter that cannot occur, so it neither sees a
 *   language nor finds another end than ours; its engines for JSON and JavaScript throw;
 * - the FAILSAFE schema knows no types (`1.10`, `014`, `12:30`, `yes` and dates stay text) and no merge keys;
 * - anchors, and with them aliases, are refused: 430 bytes of them can take minutes to print;
 * - the result is wrapped, so that no key of a document (`excerpt_separator`) reaches gray-matter.
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
  // gray-matter leaves the line break after the opening `---` in front of the YAML
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
  throw new YamlFault('syntax', 0, 'front matter in another language than YAML')
}

/** Called by js-yaml before and after each node. */
type Listener = (event: EventType, state: State) => void

/** Watches one document while it is parsed. */
function guard(): Listener {
  let depth = 0
  return (event, state) => {
    if (event === 'open') depth++
    // a node inside of MAX_DEPTH lists or maps is still allowed
    if (depth > MAX_DEPTH + 1) throw new YamlFault('depth', state.position, `nested more than ${MAX_DEPTH} deep`)
    if (event === 'open') return
    depth--
    // its types leave this field out
    const { anchor } = state as State & { anchor?: string | null }
    if (typeof anchor === 'string') throw new YamlFault('anchor', state.position, `the anchor &${anchor}`)
  }
}

/** The YAMLException of js-yaml has `reason` and `mark`; a RangeError means that its recursion hit the end of the stack. */
function translate(error: unknown): unknown {
  if (error instanceof YamlFault) return error
  if (error instanceof RangeError) return new YamlFault('depth', 0, `nested more than ${MAX_DEPTH} deep`)
  const { reason, mark } = error as { reason?: unknown; mark?: { position?: unknown } }
  if (typeof reason !== 'string') return error
  return new YamlFault('syntax', typeof mark?.position === 'number' ? mark.position : 0, reason)
}
