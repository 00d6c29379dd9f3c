import type { Db } from '../../src/db/db.ts'
import type { HarmlessState, VerifyFault } from './verify-faults/fault.ts'

/** So many that a report of all of them is still one that a person could read. */
const MOST_IN_GROUP = 10

/** What creates a name that another state could create too. */
const CREATED =
  /\bCREATE\s+(?:\w+\s+)*?(?:ROLE|SCHEMA|TABLE|VIEW|FUNCTION|TYPE|SEQUENCE|INDEX|EXTENSION|PUBLICATION)\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w."]+)/gi

/** Verify looks at nothing else without a table or behind row level security, or objects that are not named go with the named ones. */
const WIDE = /\b(?:UNLOGGED|ROW LEVEL SECURITY|DROP TABLE|RENAME TO|SET SCHEMA|CASCADE|ALL \w+ IN SCHEMA|DEFAULT PRIVILEGES)\b/i

type Single = VerifyFault | HarmlessState

/** The names of the tables, views, functions, sequences and indexes in the schema of the session. */
export async function namesIn(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.run(
    `SELECT relname::text AS name FROM pg_class WHERE relnamespace = $1::regnamespace
    UNION SELECT proname::text FROM pg_proc WHERE pronamespace = $1::regnamespace`,
    [db.info.schema],
    { name: 'text' },
  )
  return new Set(rows.map(({ name }) => name))
}

/**
 * Groups that one run of verify judges. The members concern different objects, are all errors or all warnings, and all have
 * statements or none: what verify reports about one does not depend on the others. A fault of no object of the schema has a group of
 * its own.
 */
export function groupsOf<T extends Single>(all: readonly T[], names: ReadonlySet<string>): T[][] {
  const groups: { kind: string; taken: Set<string>; members: T[] }[] = []
  for (const single of all) {
    const kind = kindOf(single)
    const concerned = concernedBy(single, names)
    const isFree = 'object' in single && (WIDE.test(single.sql) || !concerned.some((name) => names.has(name)))
    const group = groups.find(
      ({ kind: other, taken, members }) =>
        !isFree && kind === other && members.length < MOST_IN_GROUP && concerned.every((name) => !taken.has(name)),
    )
    if (group === undefined) groups.push({ kind: isFree ? 'alone' : kind, taken: new Set(concerned), members: [single] })
    else {
      group.members.push(single)
      for (const name of concerned) group.taken.add(name)
    }
  }
  return groups.map(({ members }) => members)
}

function kindOf(single: Single): string {
  return 'object' in single ? [single.warns === true, single.remedy, single.roles].join(' ') : 'harmless'
}

/** The names of the schema in the statements, and those that they create. */
function concernedBy({ sql }: Single, names: ReadonlySet<string>): string[] {
  const words = sql.match(/\w+/g) ?? []
  const created = [...sql.matchAll(CREATED)].map(([, name = '']) => name)
  return [...new Set([...words.filter((word) => names.has(word)), ...created])]
}
