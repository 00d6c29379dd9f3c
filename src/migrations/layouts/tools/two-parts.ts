import { splitStatements } from '../../../sqltext/statements/split.ts'
import { UNDOES, undoesBefore } from '../undoes-before.ts'
import type { Mark, Role, Tool } from '../tool.ts'

/**
 * A file with a part for each direction under comments of one or two words: `-- rambler up`, `-- ==== DOWN ====` of shmig,
 * `-- !Downs` of Play, `-- //@UNDO` of MyBatis, `-- Up` and `/* DOWN *\/` of several small tools. These can be prose, so the part
 * that goes back must also look like one: it drops, deletes or alters something. Under other comments of a few words with a
 * direction (`-- name: down`, `-- rollback`), it drops exactly what the statements before it make.
 */
export const twoParts: Tool = {
  name: '',
  title: 'a tool with a part for each direction, such as rambler, shmig or MyBatis',
  blockComments: true,
  comment: (text) => {
    if (/!(?:Ups|Downs)\b/.test(text)) return text.includes('!Ups') ? 'up' : 'down'
    const words = text.toLowerCase().match(/[a-z]+/g) ?? []
    return PHRASES.get(words.join(' ')) ?? (words.length <= MOST_WORDS ? words.flatMap((word) => WORDS.get(word) ?? [])[0] : undefined)
  },
  owns: (marks, text) => {
    const first = marks.find(({ role }) => role === 'down')
    if (first === undefined) return false
    if (undoesBefore(text, first.offset)) return true
    const named = marks.filter((mark) => isPhrase(mark.text))
    const hasBoth = isPhrase(first.text) && (named.some(({ role }) => role === 'up') || /[@!]/.test(first.text))
    return hasBoth && partOf(first, marks, text).some((statement) => UNDOES.test(statement))
  },
}

const PHRASES: ReadonlyMap<string, Role> = new Map(
  [
    ['up', 'down'],
    ['ups', 'downs'],
    ['upgrade', 'downgrade'],
    ['do', 'undo'],
    ['apply', 'revert'],
    ['forward', 'backward'],
    ['migrate', 'rollback'],
  ].flatMap(([up = '', down = '']) => [...phrases(up, 'up'), ...phrases(down, 'down')]),
)

/** Of a comment that is a direction, and not prose with one. */
const MOST_WORDS = 5
const WORDS: ReadonlyMap<string, Role> = new Map(
  ['down', 'downs', 'downgrade', 'undo', 'rollback', 'revert', 'reverse', 'backward', 'backwards'].map((word) => [word, 'down']),
)

function isPhrase(text: string): boolean {
  return /!(?:Ups|Downs)\b/.test(text) || (!/\d/.test(text) && PHRASES.has((text.toLowerCase().match(/[a-z]+/g) ?? []).join(' ')))
}

function phrases(word: string, role: Role): [string, Role][] {
  const around = ['migration', 'migrate', 'script', 'section', 'sql', 'rambler']
  return [word, ...around.flatMap((other) => [`${word} ${other}`, `${other} ${word}`])].map((phrase) => [phrase, role])
}

/** The statements from the comment to the next one, or to the end. */
function partOf(mark: Mark, marks: readonly Mark[], text: string): string[] {
  const next = marks.find(({ offset }) => offset > mark.offset)
  return splitStatements(text.slice(mark.offset, next?.offset)).statements.map((statement) => statement.text)
}
