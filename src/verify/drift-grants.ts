import type { CatalogObject } from '../db/catalog.ts'
import type { Drift, DriftContext } from './drift-context.ts'

/**
 * Rights that the files give, against those that are there. What PUBLIC may do must be just that; a role must have at
 * least what a file gives it, and may have been given more by an administrator (with `exclusive` it may not).
 */
export function grantDrift(
  expected: readonly CatalogObject[],
  actual: readonly CatalogObject[],
  { exclusive }: Pick<DriftContext, 'exclusive'>,
): { name: string; drift: Drift }[] {
  const [wanted, found] = [grantsOf(expected), grantsOf(actual)]
  const owners = new Map(actual.filter(({ kind }) => kind === 'owner').map(({ name, definition }) => [name, definition]))
  const objects = new Set(expected.filter(({ kind }) => kind === 'owner').map(({ name }) => name))
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((key) => {
    const [object = '', role = ''] = key.split(' to ')
    const whole = object.startsWith('column ') ? `table ${object.slice('column '.length).replace(/\..*$/, '')}` : object
    const owner = owners.get(whole)
    // an object of somebody else, one that is missing (told already), or the owner, who may do everything
    if (!objects.has(whole) || owner === undefined || owner === role) return []
    const [want, have] = [wanted.get(key), found.get(key)]
    const problem = role === 'PUBLIC' ? publicProblem(want, have) : roleProblem(want, have, exclusive)
    if (problem === undefined) return []
    const drift: Drift = { kind: 'grant', object: `rights of ${role} on ${object}`, ...problem, remedy: remedy(object, role, want, have) }
    return [{ name: object.replace(/^\w+ /, ''), drift }]
  })
}

interface Rights {
  list: string[]
  /** What the owner's new objects get anyway. */
  isDefault: boolean
}

const NONE: Rights = { list: [], isDefault: true }

function grantsOf(objects: readonly CatalogObject[]): Map<string, Rights> {
  const rows = objects.filter(({ kind }) => kind === 'grant')
  return new Map(
    rows.map(({ name, definition }) => [
      name,
      {
        list: definition
          .replace(/ \(default\)$/, '')
          .split(', ')
          .filter((right) => right !== ''),
        isDefault: definition.endsWith(' (default)'),
      },
    ]),
  )
}

type Problem = Pick<Drift, 'expected' | 'actual'> | undefined

function publicProblem(want: Rights = NONE, have: Rights = NONE): Problem {
  if ((want.isDefault && have.isDefault) || want.list.join() === have.list.join()) return undefined
  return { expected: told(want), actual: told(have) }
}

function roleProblem(want: Rights | undefined, have: Rights | undefined, exclusive: boolean): Problem {
  const isShort = want !== undefined && want.list.some((right) => have?.list.includes(right) !== true)
  const isOver = exclusive && have !== undefined && have.list.some((right) => want?.list.includes(right) !== true)
  return isShort || isOver ? { expected: told(want), actual: told(have) } : undefined
}

function told(rights: Rights | undefined): string {
  return rights === undefined || rights.list.length === 0 ? 'none' : rights.list.join(', ')
}

function remedy(object: string, role: string, want: Rights = NONE, have: Rights = NONE): string {
  const on = object.replace(/^(\w+)/, (kind) => kind.toUpperCase())
  const lacking = want.list.filter((right) => !have.list.includes(right))
  const over = have.list.filter((right) => !want.list.includes(right))
  return [
    ...(lacking.length === 0 ? [] : [`GRANT ${lacking.join(', ')} ON ${on} TO ${role}`]),
    ...(over.length === 0 ? [] : [`REVOKE ${over.join(', ')} ON ${on} FROM ${role}`]),
  ].join('; ')
}
