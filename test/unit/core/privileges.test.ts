import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { CommandPrivileges, Privilege } from '../../../src/core/privileges.ts'
import { APP_ROLE_GRANTS, bareName, COMMAND_PRIVILEGES, LEDGER, privilegeWords } from '../../../src/core/privileges.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')

test('README.md: the table of privileges -> is generated from src/core/privileges.ts', async () => {
  await expectBetweenMarkers('README.md', table(['command', 'privileges of the role'], COMMAND_PRIVILEGES.map(commandRow)))
})

test('docs/verify.md: the table of an application -> is generated from src/core/privileges.ts', async () => {
  const rows = APP_ROLE_GRANTS.map((grant) => [
    privilegeWords(grant)
      .map((words) => quoted(words))
      .join(', '),
    `${grant.on} ${quoted(bareName(grant.name))}`,
    grant.purpose,
  ])
  await expectBetweenMarkers('docs/verify.md', table(['privilege', 'on', 'to'], [['`USAGE`', 'the schema', 'use its objects'], ...rows]))
})

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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Compares the file with itself, with the given text between its markers; `vitest -u` writes it. */
async function expectBetweenMarkers(file: string, text: string): Promise<void> {
  const name = path.join(ROOT, file)
  const whole = readFileSync(name, 'utf8')
  const replaced = whole.replace(
    /(<!-- begin privileges[^\n]*-->\n)[^]*?(<!-- end privileges -->)/,
    (_, begin, end) => `${begin}\n${text}\n\n${end}`,
  )
  expect(replaced).toContain(text)
  await expect(replaced).toMatchFileSnapshot(name)
}
