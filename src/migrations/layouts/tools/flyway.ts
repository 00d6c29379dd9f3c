import type { Role, Tool } from '../tool.ts'

/**
 * `V1__name.sql`, `U1__name.sql` (goes back), `R__name.sql` (repeatable), `B1__name.sql` (a baseline, instead of older files). A
 * folder of V names alone counts too: V10 comes after V2 for Flyway, and before it by name.
 */
export const flyway: Tool = {
  name: 'flyway',
  title: 'Flyway',
  fileName: (name) => {
    const [found, letter = 'R'] = /^(?:([VUB])\d+(?:[._]\d+)*|R)__/.exec(name) ?? []
    return found === undefined ? undefined : ROLES[letter]
  },
}

const ROLES: Readonly<Record<string, Role>> = { V: 'up', U: 'down', B: 'mark', R: 'mark' }
