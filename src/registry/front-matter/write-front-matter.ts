/** The content of a new SKILL.md. Keys without a value are omitted. */
export interface SkillText {
  name: string
  description: string
  license?: string | undefined
  compatibility?: string | undefined
  /** One text with spaces between the tools. */
  allowedTools?: string | undefined
  /** In this order. */
  metadata: readonly (readonly [key: string, value: string])[]
  body: string
}

/** The text of a SKILL.md as the specification requires it: each value is one line of text. */
export function skillText({ name, description, license, compatibility, allowedTools, metadata, body }: SkillText): string {
  const top: [string, string | undefined][] = [
    ['name', name],
    ['description', description],
    ['license', license],
    ['compatibility', compatibility],
    ['allowed-tools', allowedTools],
  ]
  const lines = top.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${yamlScalar(value)}`]))
  const inner = metadata.map(([key, value]) => `  ${yamlScalar(key)}: ${key === 'version' ? quoted(value) : yamlScalar(value)}`)
  return ['---', ...lines, ...(inner.length === 0 ? [] : ['metadata:', ...inner]), '---', '', `${body.trim()}\n`].join('\n')
}

/** A text as a YAML scalar on one line: unquoted if that is safe. */
export function yamlScalar(text: string): string {
  return PLAIN.test(text) && !AMBIGUOUS.test(text) ? text : quoted(text)
}

/** The text in double quotes; in single quotes if it contains double quotes or backslashes, which is easier to read. */
export function quoted(text: string): string {
  // line breaks and unprintable characters need the escapes of double quotes, which are those of JSON
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)) return JSON.stringify(text)
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`
}

/** Begins with a letter or digit, does not end with `:` or white space, contains neither `: ` nor ` #`. */
const PLAIN = /^[\p{L}\p{N}](?:(?!:\s|\s#)[\p{L}\p{N}\p{P}\p{S} ])*(?<![:\s])$/u
/** Texts that other YAML parsers read as a number, date, boolean or null. */
const AMBIGUOUS = /^(?:[-+.\d][\d._:eE+-]*(?:[tT ][\d:.+Z-]*)?|0[xob][\da-fA-F_]+|true|false|yes|no|on|off|null|y|n)$/i
