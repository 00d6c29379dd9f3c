import type { Tool } from '../tool.ts'

/** `001.do.sql` and `001.undo.sql`, with a description after the direction or without. */
export const postgrator: Tool = {
  name: '',
  title: 'postgrator',
  fileName: (name) => {
    const [, direction] = /^\d+\.(do|undo)\.(?:[^]*\.)?sql$/i.exec(name) ?? []
    return direction === undefined ? undefined : direction.toLowerCase() === 'do' ? 'up' : 'down'
  },
}

/**
 * Two names that differ only in the direction: `x-up.sql` and `x-down.sql` of db-migrate, `x_upgrade.sql` and `x_downgrade.sql`, or
 * `x.sql` and `x_rollback.sql`. One of them alone is a name like any other: `20260101_scale_down.sql`.
 */
export const namedPair: Tool = {
  name: '',
  title: 'a tool with a file for each direction, such as db-migrate or yoyo',
  fileName: (name, others) => {
    const stem = name.replace(/\.sql$/i, '').toLowerCase()
    if (stem === 'down' || DOTTED.test(stem)) return 'down'
    for (const [up, down] of PAIRS) {
      if (partnersOf(stem, down, up).some((other) => others.has(`${other}.sql`))) return 'down'
      if (partnersOf(stem, up, down).some((other) => others.has(`${other}.sql`))) return 'up'
    }
    // `001_users.sql` and `001_users_rollback.sql`
    const [, whole] = /^(.+)[-_](?:down|downgrade|undo|rollback|revert)$/.exec(stem) ?? []
    return whole !== undefined && others.has(`${whole}.sql`) ? 'down' : undefined
  },
}

const DOTTED = /\.(?:undo|rollback|revert|downgrade)$/

const PAIRS = [
  ['up', 'down'],
  ['upgrade', 'downgrade'],
  ['do', 'undo'],
  ['migrate', 'rollback'],
  ['apply', 'rollback'],
  ['apply', 'revert'],
  ['deploy', 'revert'],
  ['forward', 'backward'],
  ['forward', 'reverse'],
] as const

/** The name with the other direction in place of this one, at its start or its end. */
function partnersOf(stem: string, direction: string, other: string): string[] {
  if (stem === direction) return [other]
  const [, before] = stem.endsWith(direction) ? (/^(.*[-_.])[a-z]+$/.exec(stem) ?? []) : []
  const [, after] = stem.startsWith(direction) ? (/^[a-z]+([-_.].*)$/.exec(stem) ?? []) : []
  return [...(before === undefined ? [] : [before + other]), ...(after === undefined ? [] : [other + after])]
}
