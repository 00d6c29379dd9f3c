import { splitStatements } from '../../../sqltext/statements/split.ts'
import type { Mark, Role, Tool } from '../tool.ts'

/**
 * A file with a part for each direction under comments of one or two words: `-- rambler up`, `-- ==== DOWN ====` of shmig,
 * `-- !Downs` of Play, `-- //@UNDO` of MyBatis, `-- Up` and `-- Down` of several small tools. These can be prose, so the part
 * that goes back must also look like one: it drops, deletes or alters something.
 */
export const twoParts: Tool = {
  name: '',
  title: 'a tool with a part for each direction, such as rambler, shmig or MyBatis',
  comment: (text) => {
    const words = text.toLowerCase().match(/[a-z]+/g)
    return /\d/.test(text) || words === null ? undefined : PHRASES.get(words.join(' '))
  },
  owns: (marks, text) => {
    const first = marks.find(({ role }) => role === 'down')
    if (first === undefined) return false
    const hasBoth = marks.some(({ role }) => role === 'up') || /[@!]/.test(first.text)
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

function phrases(word: string, role: Role): [string, Role][] {
  const around = ['migration', 'migrate', 'script', 'section', 'sql', 'rambler']
  return [word, ...around.flatMap((other) => [`${word} ${other}`, `${other} ${word}`])].map((phrase) => [phrase, role])
}

const UNDOES = /^(?:drop|delete|truncate|alter|revoke|update)\b/i

/** The statements from the comment to the next one, or to the end. */
function partOf(mark: Mark, marks: readonly Mark[], text: string): string[] {
  const next = marks.find(({ offset }) => offset > mark.offset)
  return splitStatements(text.slice(mark.offset, next?.offset)).statements.map((statement) => statement.text)
}
