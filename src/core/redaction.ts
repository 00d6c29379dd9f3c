import { jsonText } from './json.ts'
import { secretSpans, type Span } from './secret-spans.ts'

// the command line is built as several bundles: a secret that one registers must be hidden by all
const KEY = Symbol.for('skills-registry.secrets')
const shared = globalThis as { [KEY]?: Set<string> }
const secrets: Set<string> = (shared[KEY] ??= new Set())

/**
 * Registers a secret (a password, raw or URL-encoded) so that `redact` removes it from everything printed.
 * A secret shorter than three characters is not registered: it would hide ordinary text.
 */
export function registerSecret(secret: string | undefined): void {
  if (secret === undefined || secret.length < 3) return
  secrets.add(secret)
  secrets.add(encodeURIComponent(secret))
  try {
    secrets.add(decodeURIComponent(secret))
  } catch {
    // not URL-encoded: the raw form is registered
  }
}

/** Replaces registered secrets, passwords in URLs and `password '...'` in SQL text by `***`. */
export function redact(text: string): string {
  const spans = hiddenSpans(text)
  if (spans.length === 0) return text
  const kept = spans.map(({ start }, i) => text.slice(spans[i - 1]?.end ?? 0, start))
  return [...kept, text.slice(spans.at(-1)?.end)].join(HIDDEN)
}

/** What replaces a secret. */
export const HIDDEN = '***'

/** The parts of a text that `redact` replaces, in order. They do not overlap. */
export function hiddenSpans(text: string): Span[] {
  const merged: Span[] = []
  for (const span of [...secretSpans(text), ...registeredSpans(text)].toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end)
    else merged.push({ ...span })
  }
  return merged
}

function registeredSpans(text: string): Span[] {
  const spans: Span[] = []
  for (const secret of secrets) {
    for (let start = text.indexOf(secret); start !== -1; start = text.indexOf(secret, start + secret.length)) {
      spans.push({ start, end: start + secret.length })
    }
  }
  return spans
}

/** Data as JSON without secrets. Value by value: in the finished text a secret can be escaped, or equal to a word of JSON. */
export function jsonWithoutSecrets(data: object): string {
  return jsonText(data, 2, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value))
}

/** A copy of plain data without secrets, for other formats. */
export function withoutSecrets<T extends object>(data: T): T {
  return JSON.parse(jsonWithoutSecrets(data)) as T
}
