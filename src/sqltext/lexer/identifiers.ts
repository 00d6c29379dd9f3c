import { foldCase } from './characters.ts'

/**
 * The name of an identifier as the catalogs store it: unquoted words folded, quotes and U& escapes decoded, cut to 63 bytes
 * (NAMEDATALEN - 1). Ignores a UESCAPE clause.
 */
export function identifierName(source: string): string {
  return truncateIdentifier(unquote(source))
}

/** The value of a plain or dollar-quoted literal of the source; undefined for other forms (E'', U&'', continued on a second line). */
export function literalValue(source: string): string | undefined {
  const tag = /^\$[^$]*\$/.exec(source)?.[0]
  if (tag !== undefined) return source.slice(tag.length, -tag.length)
  const inner = source.slice(1, -1)
  const isPlain = source.startsWith("'") && !inner.replaceAll("''", '').includes("'")
  return isPlain ? inner.replaceAll("''", "'") : undefined
}

const MAX_BYTES = 63

function unquote(source: string): string {
  if (source.startsWith('"')) return source.slice(1, -1).replaceAll('""', '"')
  if (/^u&"/i.test(source)) return unescape(source.slice(3, -1).replaceAll('""', '"'))
  return foldCase(source)
}

/** `\0061`, `\+000061` and `\\` of U&"..." (manual, "Identifiers and Key Words"). */
function unescape(text: string): string {
  return text.replace(/\\(?:(\\)|([\da-fA-F]{4})|\+([\da-fA-F]{6}))/g, (whole, backslash?: string, four?: string, six?: string) => {
    if (backslash !== undefined) return backslash
    const code = Number.parseInt(four ?? six ?? '', 16)
    return code > 0x10ffff ? whole : four === undefined ? String.fromCodePoint(code) : String.fromCharCode(code)
  })
}

/** Cuts at a character boundary, as pg_mbcliplen does. */
function truncateIdentifier(name: string): string {
  let bytes = 0
  let end = 0
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (bytes > MAX_BYTES) return name.slice(0, end)
    end += character.length
  }
  return name
}
