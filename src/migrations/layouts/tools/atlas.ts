import type { Tool } from '../tool.ts'

/** A file of Atlas with several parts: `-- atlas:txtar`, then `-- checks.sql --`, `-- migration.sql --`, `-- down.sql --`. */
export const atlas: Tool = {
  name: '',
  title: 'Atlas, with several parts in a file',
  comment: (text) => {
    if (/^--\s*atlas:txtar$/i.test(text)) return 'mark'
    const [, part] = /^-- (checks|migration|down)(?:\.sql|\/[\w.-]+) --$/i.exec(text) ?? []
    return part === undefined ? undefined : part.toLowerCase() === 'down' ? 'down' : 'up'
  },
  // the parts count below the first line only
  owns: (marks) => marks.some(({ role }) => role === 'mark'),
}
