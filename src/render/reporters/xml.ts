import { printable } from '../../core/text.ts'

/** Text for the content of an XML 1.0 element. Characters that XML forbids even as references become visible escapes. */
export function xmlText(text: string): string {
  return allowed(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** ` name="value"` for each value that is there. A parser makes blanks of plain newlines in attributes: they go as references. */
export function xmlAttributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([name, value]) => ` ${name}="${attributeValue(String(value))}"`)
    .join('')
}

function attributeValue(text: string): string {
  return xmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
}

/** XML 1.0, production 2 (Char): no control characters but tab and newline, no surrogates by themselves, no U+FFFE, U+FFFF. */
function allowed(text: string): string {
  return printable(text.replaceAll('\r\n', '\n')).replaceAll(/[\p{Cs}\uFFFE\uFFFF]/gu, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
}
