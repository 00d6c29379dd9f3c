import { identifierName } from '../lexer/identifiers.ts'
import { Scanner } from '../lexer/scanner.ts'

/**
 * Replaces the schema `from` with `to` where it qualifies a name or follows the word SCHEMA, also inside literals and
 * function bodies, where it is found by its text alone. Comments do not change.
 */
export function renameSchema(statement: string, from: string, to: string): string {
  const scanner = new Scanner(statement)
  const quoted = `"${to.replaceAll('"', '""')}"`
  let result = ''
  let copied = 0
  let previousWord = ''
  const put = (start: number, end: number, text: string): void => {
    result += statement.slice(copied, start) + text
    copied = end
  }
  while (scanner.next() !== 'end') {
    const { kind, start, end } = scanner
    const source = statement.slice(start, end)
    if (kind === 'string') put(start, end, renameInText(source, from, to))
    else if ((kind === 'word' || kind === 'quoted') && identifierName(source) === from) {
      if (previousWord === 'schema' || isFollowedByDot(statement, end)) put(start, end, quoted)
    }
    previousWord = kind === 'word' ? source.toLowerCase() : ''
  }
  return result + statement.slice(copied)
}

function isFollowedByDot(text: string, at: number): boolean {
  return /^\.(?!\.)/.test(text.slice(at, at + 40).trimStart())
}

/** In a literal: replaces `from.` and `"from".` unless they are part of a longer name. */
function renameInText(text: string, from: string, to: string): string {
  return [from, `"${from.replaceAll('"', '""')}"`].reduce((renamed, spelling) => renameSpelling(renamed, spelling, to), text)
}

function renameSpelling(text: string, spelling: string, to: string): string {
  let result = ''
  let copied = 0
  for (let at = text.indexOf(spelling); at !== -1; at = text.indexOf(spelling, at + spelling.length)) {
    const end = at + spelling.length
    if (/[\w."$]/.test(text.charAt(at - 1)) || !/^\.[\w"%]/.test(text.slice(end, end + 2))) continue
    result += text.slice(copied, at) + to
    copied = end
  }
  return result + text.slice(copied)
}
