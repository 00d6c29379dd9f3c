import type { Mark, Tool } from '../tool.ts'

/**
 * `-- Up Migration`, `-- Down Migration`. The tool also reads a longer comment that begins so; this counts only beside the
 * other direction, because it can be prose: `-- Down migration: not possible`.
 */
export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  title: 'node-pg-migrate',
  comment: (text) => {
    const [, direction] = /^--[\s-]*(up|down)\s+migration/i.exec(text) ?? []
    return direction === undefined ? undefined : direction.toLowerCase() === 'up' ? 'up' : 'down'
  },
  owns: (marks) => {
    const down = marks.filter(({ role }) => role === 'down')
    return down.length > 0 && (down.length < marks.length || down.some(isAlone))
  },
}

function isAlone({ text }: Mark): boolean {
  return /^--[\s-]*down\s+migration[^\p{L}\p{N}]*$/iu.test(text)
}
