import {
  APP_ROLE_GRANTS,
  bareName,
  COMMAND_PRIVILEGES,
  LEDGER,
  privilegeWords,
  type CommandPrivileges,
  type Privilege,
} from './privileges.ts'

/** The table "Roles and privileges" of README.md. */
export function commandTable(): string {
  return markdownTable(['command', 'privileges of the role'], COMMAND_PRIVILEGES.map(commandRow))
}

/** The table of an application's privileges in docs/verify.md. */
export function applicationTable(): string {
  const rows = APP_ROLE_GRANTS.map((grant) => [
    privilegeWords(grant).map(quoted).join(', '),
    `${grant.on} ${quoted(bareName(grant.name))}`,
    grant.purpose,
  ])
  return markdownTable(['privilege', 'on', 'to'], [['`USAGE`', 'the schema', 'use its objects'], ...rows])
}

function commandRow({ commands, needs, scratchSchema, note }: CommandPrivileges): string[] {
  const isApplication = commands[0] === 'an application'
  const parts = [
    ...(isApplication ? [] : grouped(needs)),
    ...(scratchSchema === true ? ['`CREATE` on the database (for the scratch schema)'] : []),
    ...(note === undefined ? [] : [note]),
  ]
  return [commands.map((name) => (isApplication ? name : quoted(name))).join(', '), parts.join('; ')]
}

/** `SELECT` on `a`, `b`. */
function grouped(needs: readonly Privilege[]): string[] {
  const groups = new Map<string, string[]>()
  for (const need of needs) {
    const words = quoted(privilegeWords(need).join(', '))
    groups.set(words, [...(groups.get(words) ?? []), need.name === LEDGER ? 'the ledger' : quoted(bareName(need.name))])
  }
  return [...groups].map(([words, names]) => `${words} on ${names.join(', ')}`)
}

function quoted(text: string): string {
  return `\`${text}\``
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
