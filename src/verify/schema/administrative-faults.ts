import type { CatalogObject } from '../../db/catalog.ts'
import type { NamedFault } from './comparison.ts'
import { asRemedy, type Remedies } from './remedies.ts'

/** Storage parameters that a migration sets must be set; others are tuning. */
export function storageFaults(expected: readonly CatalogObject[], actual: readonly CatalogObject[], remedies: Remedies): NamedFault[] {
  const parameters = byName(actual, 'storage')
  return [...byName(expected, 'storage')].flatMap(([name, definition]) => {
    const found = parameters.get(name)
    const set = found?.split(', ') ?? []
    if (definition.split(', ').every((parameter) => set.includes(parameter))) return []
    const fault = {
      check: 'drift.different',
      object: `storage parameters of table ${name}`,
      expected: definition,
      actual: found ?? 'none',
      ...asRemedy([`ALTER ${remedies.targetOf('table', name) ?? `TABLE ${name}`} SET (${definition})`]),
    }
    return [{ name, fault }]
  })
}

/** Only an owner that a migration names is expected: everything else belongs to `maker`, the role that made the scratch schema. */
export function ownerFaults(
  expected: readonly CatalogObject[],
  actual: readonly CatalogObject[],
  maker: string,
  remedies: Remedies,
): NamedFault[] {
  const owners = byName(actual, 'owner')
  return [...byName(expected, 'owner')].flatMap(([name, wanted]) => {
    const owner = owners.get(name)
    if (unquoted(wanted) === maker || owner === undefined || owner === wanted) return []
    const [, kind = '', object = ''] = /^(\w+) (.*)$/s.exec(name) ?? []
    const fault = {
      check: 'drift.different',
      object: name,
      expected: `owned by ${wanted}`,
      actual: `owned by ${owner}`,
      ...asRemedy([`ALTER ${remedies.targetOf(kind, object) ?? name} OWNER TO ${wanted}`]),
    }
    return [{ name: name.replace(/^\w+ /, ''), fault }]
  })
}

function byName(objects: readonly CatalogObject[], wanted: string): Map<string, string> {
  return new Map(objects.filter(({ kind }) => kind === wanted).map(({ name, definition }) => [name, definition]))
}

function unquoted(role: string): string {
  return role.startsWith('"') ? role.slice(1, -1).replaceAll('""', '"') : role
}
