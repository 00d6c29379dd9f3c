import type { DomainParts, PrintedObject } from '../../db/printed-object.ts'

/** ALTER TYPE for an enum that lacks values, or has other names for them. Undefined: a value cannot be removed. */
export function enumChanges(want: PrintedObject, have: PrintedObject): string[] | undefined {
  const [to, from] = [want.labels ?? [], have.labels ?? []]
  const missing = to.filter((label) => !from.includes(label))
  const extra = from.filter((label) => !to.includes(label))
  if (missing.length === extra.length && to.length === from.length && to.every((label, i) => label === from[i] || !from.includes(label)))
    return to.flatMap((label, i) => (label === from[i] ? [] : [`ALTER ${have.target} RENAME VALUE ${from[i]} TO ${label}`]))
  if (extra.length > 0 || to.filter((label) => from.includes(label)).join() !== from.join()) return undefined
  return missing.map((label) => {
    const at = to.indexOf(label)
    const place = at > 0 ? ` AFTER ${to[at - 1]}` : from.length === 0 ? '' : ` BEFORE ${to.slice(1).find((other) => from.includes(other))}`
    return `ALTER ${have.target} ADD VALUE ${label}${place}`
  })
}

/** ALTER DOMAIN. Undefined: the type of a domain cannot be changed. */
export function domainChanges(want: PrintedObject, have: PrintedObject): string[] | undefined {
  const [to, from] = [want.domain, have.domain]
  if (to === undefined || from === undefined || to.base !== from.base) return undefined
  const alter = (what: string): string => `ALTER ${have.target} ${what}`
  return [
    ...(to.default === from.default ? [] : [alter(to.default === '' ? 'DROP DEFAULT' : `SET DEFAULT ${to.default}`)]),
    ...(to.notNull === from.notNull ? [] : [alter(to.notNull ? 'SET NOT NULL' : 'DROP NOT NULL')]),
    ...differing(from, to).map(([name]) => alter(`DROP CONSTRAINT ${name}`)),
    ...differing(to, from).map(([name, definition]) => alter(`ADD CONSTRAINT ${name} ${definition}`)),
  ]
}

function differing({ constraints }: DomainParts, { constraints: others }: DomainParts): [string, string][] {
  return constraints.filter(([name, definition]) => !others.some(([other, text]) => other === name && text === definition))
}

/** ALTER TYPE for a composite type. */
export function attributeChanges(want: PrintedObject, have: PrintedObject): string[] | undefined {
  const [to, from] = [want.attributes ?? [], have.attributes ?? []]
  const added = to.filter(([name]) => typeIn(from, name) === undefined)
  const removed = from.filter(([name]) => typeIn(to, name) === undefined)
  const alter = (what: string): string => `ALTER ${have.target} ${what}`
  const [one, other] = [added[0], removed[0]]
  const isRename =
    added.length === 1 && removed.length === 1 && one?.[1] === other?.[1] && to.indexOf(one ?? ['', '']) === from.indexOf(other ?? ['', ''])
  const renames = isRename ? [alter(`RENAME ATTRIBUTE ${other?.[0]} TO ${one?.[0]}`)] : []
  return [
    ...renames,
    ...(isRename ? [] : removed.map(([name]) => alter(`DROP ATTRIBUTE ${name}`))),
    ...to.flatMap(([name, type]) => {
      const old = typeIn(from, name)
      return old === undefined || old === type ? [] : [alter(`ALTER ATTRIBUTE ${name} TYPE ${type}`)]
    }),
    ...(isRename ? [] : added.map(([name, type]) => alter(`ADD ATTRIBUTE ${name} ${type}`))),
  ]
}

function typeIn(list: readonly [string, string][], name: string): string | undefined {
  return list.find(([other]) => other === name)?.[1]
}
