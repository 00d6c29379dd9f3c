import { isSpace } from '../lexer/characters.ts'
import { blockCommentEnd, isCommentStart, lineEnd } from '../lexer/comments.ts'

export interface Directives {
  /** Run statement by statement, each in a transaction of its own. */
  noTransaction: boolean
  /** Words that are no directive, as written, with their UTF-16 offset in the text. */
  faults: { offset: number; word: string }[]
}

/**
 * Reads the directives of a migration file: comment lines `-- skills: word, word` before its first statement, in any
 * case. The same line further down is just a comment, as is one inside of a block comment.
 */
export function readDirectives(text: string): Directives {
  const directives: Directives = { noTransaction: false, faults: [] }
  for (const { start, end } of leadingLineComments(text)) {
    const comment = text.slice(start, end)
    const listAt = /^--[ \t]*skills:/i.exec(comment)?.[0].length
    if (listAt === undefined) continue
    for (const { 0: word, index } of comment.slice(listAt).matchAll(/[^\s,]+/g)) {
      if (word.toLowerCase() === 'no-transaction') directives.noTransaction = true
      else directives.faults.push({ offset: start + listAt + index, word })
    }
  }
  return directives
}

/** The `--` comments before the first token; block comments between them are passed over. */
function* leadingLineComments(text: string): Generator<{ start: number; end: number }> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++
    if (!isCommentStart(text, at)) return
    const isLine = text[at] === '-'
    const end = isLine ? lineEnd(text, at) : (blockCommentEnd(text, at) ?? text.length)
    if (isLine) yield { start: at, end }
    at = end
  }
}
