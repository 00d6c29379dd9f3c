import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/command-table.ts'
import { bashCompletion } from '../../../src/cli/completion-bash.ts'

const SCRIPT = bashCompletion(COMMANDS)
const hasBash = spawnSync('bash', ['-c', 'type complete']).status === 0

/** What bash offers for the last of the words. */
function offered(...words: string[]): string[] {
  const array = words.map((word) => `'${word}'`).join(' ')
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-c', `${SCRIPT}\nCOMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _skills; printf '%s\\n' "\${COMPREPLY[@]}"`],
    { encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

describe.skipIf(!hasBash)('in bash', () => {
  test('every command and every option is offered', () => {
    const top = offered('skills', '')
    for (const spec of COMMANDS) {
      const words = spec.name.split(' ')
      if (words.length === 1) expect(top).toContain(spec.name)
      else expect(offered('skills', ...words.slice(0, -1), '')).toContain(words.at(-1))
      for (const { flags } of spec.options ?? []) {
        expect(offered('skills', ...words, '--'), spec.name).toContain(/--[a-z-]+/.exec(flags)?.[0])
      }
    }
  })

  test.each<[string[], string[]]>([
    [['mig'], ['migrate']],
    [['migrate', 'sta'], ['status']],
    [['migrate', 'status', '--exit'], ['--exit-code']],
    [
      ['verify', '--reporter', 'j'],
      ['json', 'junit'],
    ],
    [
      ['sync', '--prune', 'd'],
      ['disable', 'delete'],
    ],
    [['migrate', '--dir', 'd'], []],
    [['sync', 'skills', '--dry'], ['--dry-run']],
    [['frob', '--dry'], []],
  ])('%j gives %j', (words, expected) => {
    expect(offered('skills', ...words)).toEqual(expected)
  })
})
