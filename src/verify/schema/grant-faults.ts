import type { CatalogObject } from '../../db/catalog.ts'
import { tableOf } from './canonical.ts'
import { asRemedy, type Remedies, type Remedy } from './remedies.ts'

/** Privileges that a role has and should not have, or the other way round. */
export interface GrantFault extends Remedy {
  /** Without its kind. */
  name: string
  object: string
  expected: string
  actual: string
}

/** Privileges of PUBLIC on a table that only the check `safety.public-writes` judges: it forbids them. */
const WRITES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES'])

/**
 * Compares the privileges that the migrations grant with those in the database. PUBLIC must have those of the migrations, and no
 * others beyond the defaults of PostgreSQL; a role must have at least those that a migration grants, and with `exclusive` no others.
 */
export function grantFaults(
  expected: readonly CatalogObject[],
  actual: readonly CatalogObject[],
  { exclusive, judgedApart, remedies }: { exclusive: boolean; judgedApart: (role: string, object: string) => boolean; remedies: Remedies },
): GrantFault[] {
  const [wanted, found] = [grantsOf(expected), grantsOf(actual)]
  const owners = new Map(actual.filter(({ kind }) => kind === 'owner').map(({ name, definition }) => [name, definition]))
  // `safety.owner-rights` requires what the function of another owner needs
  const isOwner = new Set(owners.values())
  const objects = new Set(expected.filter(({ kind }) => kind === 'owner').map(({ name }) => name))
  return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((key) => {
    const [object = '', role = ''] = key.split(' to ')
    const whole = object.startsWith('column ') ? `table ${tableOf(object.slice('column '.length))}` : object
    const owner = owners.get(whole)
    // no migration creates it, it is missing, or the role is the owner, who has every privilege
    if (!objects.has(whole) || owner === undefined || owner === role || judgedApart(role, whole)) return []
    const isOpenTable = role === 'PUBLIC' && object.startsWith('table ')
    const [want, have] = [wanted.get(key) ?? NONE, found.get(key) ?? NONE].map((privileges) =>
      isOpenTable ? withoutWrites(privileges) : privileges,
    )
    if (want === undefined || have === undefined) return []
    const differs = role === 'PUBLIC' ? publicDiffers(want, have) : roleDiffers(want, have, exclusive && !isOwner.has(role))
    if (!differs) return []
    return [
      {
        name: object.replace(/^\w+ /, ''),
        object: `privileges of ${role} on ${object}`,
        expected: listed(want),
        actual: listed(have),
        ...remedyFor(object, role, { want, have, remedies }),
      },
    ]
  })
}

interface Privileges {
  list: string[]
  /** What new objects of the owner get by default. */
  isDefault: boolean
}

const NONE: Privileges = { list: [], isDefault: true }

function grantsOf(objects: readonly CatalogObject[]): Map<string, Privileges> {
  const rows = objects.filter(({ kind }) => kind === 'grant')
  return new Map(
    rows.map(({ name, definition }) => [
      name,
      {
        list: definition
          .replace(/ \(default\)$/, '')
          .split(', ')
          .filter((privilege) => privilege !== ''),
        isDefault: definition.endsWith(' (default)'),
      },
    ]),
  )
}

function withoutWrites({ list, isDefault }: Privileges): Privileges {
  return { list: list.filter((privilege) => !WRITES.has(privilege)), isDefault }
}

/** An administrator can revoke what PostgreSQL grants to PUBLIC by default. What a migration grants is needed. */
function publicDiffers(want: Privileges, have: Privileges): boolean {
  return have.list.some((privilege) => !want.list.includes(privilege)) || (!want.isDefault && isLacking(want, have))
}

function isLacking(want: Privileges, have: Privileges): boolean {
  return want.list.some((privilege) => !have.list.includes(privilege))
}

function roleDiffers(want: Privileges, have: Privileges, exclusive: boolean): boolean {
  return isLacking(want, have) || (exclusive && have.list.some((privilege) => !want.list.includes(privilege)))
}

function listed({ list }: Privileges): string {
  return list.length === 0 ? 'none' : list.join(', ')
}

function remedyFor(
  object: string,
  role: string,
  { want, have, remedies }: { want: Privileges; have: Privileges; remedies: Remedies },
): Remedy {
  const [, kind = '', name = ''] = /^(\w+) (.*)$/s.exec(object) ?? []
  const target = remedies.targetOf(kind, name) ?? object
  // a default is no GRANT of the migrations
  const missing = want.isDefault && role === 'PUBLIC' ? [] : want.list.filter((privilege) => !have.list.includes(privilege))
  const excess = have.list.filter((privilege) => !want.list.includes(privilege))
  const statement = (verb: string, list: readonly string[], preposition: string): string[] =>
    list.length === 0 ? [] : [`${verb} ${onObject(list, target)} ${preposition} ${role}`]
  return asRemedy([...statement('GRANT', missing, 'TO'), ...statement('REVOKE', excess, 'FROM')], excess.length > 0)
}

/** `SELECT ON TABLE public.t`, `SELECT (c) ON TABLE public.t`. */
function onObject(list: readonly string[], target: string): string {
  const column = /^COLUMN (.*)\.("(?:[^"]|"")*"|[^".]+)$/s.exec(target)
  if (column !== null) return `${list.map((privilege) => `${privilege} (${column[2]})`).join(', ')} ON TABLE ${column[1]}`
  return `${list.join(', ')} ON ${target.replace(/^(?:MATERIALIZED VIEW|VIEW|FOREIGN TABLE) /, 'TABLE ').replace(/^AGGREGATE /, 'FUNCTION ')}`
}
