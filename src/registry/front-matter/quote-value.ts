/**
 * Puts the one-line value around an offset in single quotes, where what YAML finds in it is meant as text. A comment behind
 * it becomes part of it. Undefined when there is no `key: value` on the line.
 */
export function quoteValue(yaml: string, offset: number): string | undefined {
  const start = yaml.lastIndexOf('\n', offset - 1) + 1
  const end = yaml.indexOf('\n', offset)
  const line = yaml.slice(start, end === -1 ? yaml.length : end)
  const match = /^([ \t]*(?:- +)?(?:"[^"]*"|'[^']*'|[^\s"'][^:]*):[ \t]+)(\S.*?)([ \t]*\r?)$/.exec(line)
  if (match === null) return undefined
  const [all, key = '', value = '', rest = ''] = match
  return `${yaml.slice(0, start)}${key}'${value.replaceAll("'", "''")}'${rest}${yaml.slice(start + all.length)}`
}
