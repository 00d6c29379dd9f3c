import type { Difference } from '../db/catalog-diff.ts'
import { WHOLES } from './drift-objects.ts'

/** What brings an object back to what the files make of it: a statement where one is known, else the place in the file. */
export function remedyFor(difference: Difference, madeAt: Readonly<Record<string, string>>): string {
  const { kind, name, expected, actual } = difference
  if (expected === undefined)
    return `drop it, or write a migration that makes it${WHOLES.has(kind) ? '; without --exclusive it is not judged' : ''}`
  const [table = '', part = ''] = splitName(name)
  const again = runAgain(difference, madeAt)
  switch (kind) {
    case 'index':
      return `${actual === undefined ? '' : `DROP INDEX CONCURRENTLY ${name}; `}${expected.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')}`
    case 'constraint':
      return `${actual === undefined ? '' : `ALTER TABLE ${table} DROP CONSTRAINT ${part}; `}ALTER TABLE ${table} ADD CONSTRAINT ${part} ${expected.replace(/ \(not validated\)$/, '')}`
    case 'column':
      return actual === undefined
        ? `ALTER TABLE ${table} ADD COLUMN ${part} ${expected}`
        : `bring it back with ALTER TABLE ${table} ALTER COLUMN ${part} ...; ${again}`
    case 'trigger':
      return actual === undefined ? expected : `DROP TRIGGER ${part} ON ${table}; ${expected}`
    case 'storage':
      return `ALTER TABLE ${name} SET (${expected})`
    case 'comment':
      return 'run the COMMENT statements of the files again'
    case 'table':
    case 'partitioned table':
      return actual === undefined ? again : `bring it back with ALTER TABLE ${name} (row level security, LOGGED); ${again}`
    default:
      return again
  }
}

function runAgain({ kind, name }: Difference, madeAt: Readonly<Record<string, string>>): string {
  const bare = kind === 'function' || kind === 'procedure' ? name.replace(/\(.*$/s, '') : name
  const whole = splitName(name)[0] ?? ''
  const place = madeAt[`${kind} ${bare}`] ?? madeAt[`table ${whole}`] ?? madeAt[`view ${whole}`]
  return place === undefined ? 'run the statement that makes it again' : `the statement that makes it is ${place}`
}

function splitName(name: string): string[] {
  const dot = name.indexOf('.')
  return dot === -1 ? [name] : [name.slice(0, dot), name.slice(dot + 1)]
}
