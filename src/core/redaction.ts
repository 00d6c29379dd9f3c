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

/** The forms of a password in text. Each rule also matches a password that was cut off. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host: the last @ before a blank or a quote ends the password
  [/(\b[a-zA-Z][a-zA-Z0-9+.-]*:\/\/(?!USER:PASSWORD@)[^\s:/]*:)[^\s]*?(@)(?=[^\s@]*(?:\s|$|["'`)]))/g, '$1***$2'],
  // ?password=..., PGPASSWORD=..., conninfo strings
  [/((?:\b|PG|ssl)password=)[^\s&"'`]+/gi, '$1***'],
  // SQL: '...', E'...', U&'...', $$...$$
  [/(\bpassword\s*=?\s*)(?:e'(?:[^'\\]|''|\\[^]?)*(?:'|$)|(?:u&)?'(?:[^']|'')*(?:'|$)|\$(\w*)\$[^]*?(?:\$\2\$|$))/gi, "$1'***'"],
]

/** Replaces registered secrets, passwords in URLs and `password '...'` in SQL text by `***`. */
export function redact(text: string): string {
  let out = text
  for (const [pattern, replacement] of RULES) out = out.replace(pattern, replacement)
  // longest first: a secret can contain another one
  for (const secret of [...secrets].toSorted((a, b) => b.length - a.length)) out = out.replaceAll(secret, '***')
  return out
}

/** Data as JSON without secrets. Value by value: in the finished text a secret can be escaped, or equal to a word of JSON. */
export function jsonWithoutSecrets(data: object): string {
  return JSON.stringify(data, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value), 2)
}

/** A copy of plain data without secrets, for other formats. */
export function withoutSecrets<T extends object>(data: T): T {
  return JSON.parse(jsonWithoutSecrets(data)) as T
}
