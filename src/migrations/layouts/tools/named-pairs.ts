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
 * Two names that differ only in the direction: `x-up.sql` and `x-down.sql` of db-migrate, `x_upgrade.sql` and `x_downgrade.sql`, `x_create.sql` and `x_drop.sql`, or
 * `x.sql` and `x_rollback.sql`. One of them alone is a name like any other: `20260101_scale_down.sql`.
 */
export const namedPair: Tool = {
  name: '',
  title: 'a tool with a file for each direction, such as db-migrate or yoyo',
  fileName: (name, others) => {
    const written = name.replace(/\.sql$/i, '')
    const stem = written.toLowerCase()
    if (stem === 'down' || DOTTED.test(stem)) return 'down'
    const role = roleInPair(written, (other) => others.has(`${other}.sql`))
    if (role !== undefined) return role
    // `001_users.sql` and `001_users_rollback.sql`
    const [, whole] = /^(.+)[-_.](?:down|downgrade|undo|rollback|revert|reverse)$/.exec(stem) ?? []
    return whole !== undefined && others.has(`${whole}.sql`) ? 'down' : undefined
  },
}

/** What a name without ending means beside the one with the other direction; `isThere` gets names in lower case. */
export function roleInPair(written: string, isThere: (other: string) => boolean): 'up' | 'down' | undefined {
  for (const [up, down] of PAIRS) {
    if (partnersOf(written, down, up).some(isThere)) return 'down'
    if (partnersOf(written, up, down).some(isThere)) return 'up'
  }
  return undefined
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
  ['forward', 'back'],
  ['forwards', 'backwards'],
  ['install', 'uninstall'],
  ['create', 'drop'],
] as const

/** The name with the other direction in place of this one, at its start or its end, in lower case. */
function partnersOf(written: string, direction: string, other: string): string[] {
  const stem = written.toLowerCase()
  if (stem === direction) return [other]
  const before = stem.endsWith(direction) ? stem.slice(0, -direction.length) : ''
  // `1-up`, `1up`, `usersUp`, but not `markup`
  const isWord = /[-_.\d]$/.test(before) || /[a-z][A-Z][a-z]*$/.test(written.slice(0, before.length + 2))
  // `create_users.sql` and `drop_users.sql` can be two steps forward
  const [, after] = stem.startsWith(direction) && other !== 'drop' && other !== 'create' ? (/^[a-z]+([-_.].*)$/.exec(stem) ?? []) : []
  return [...(before !== '' && isWord ? [before + other] : []), ...(after === undefined ? [] : [other + after])]
}
