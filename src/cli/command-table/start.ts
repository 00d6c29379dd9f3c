import type { CommandSpec } from '../parse/spec.ts'

export const START_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'quickstart',
    summary: 'try everything on an embedded database',
    description: 'Tries everything on an embedded database: migrate, sync, sample events, verify, stats.',
    options: [{ flags: '--embedded <dir>', help: 'folder of the database (default: .skills/db)' }],
    examples: ['skills quickstart'],
  },
  {
    name: 'completion',
    summary: 'a script that completes commands in a shell',
    arguments: [['<shell>', 'bash, zsh or fish', ['bash', 'zsh', 'fish']]],
    examples: ['skills completion fish | source', 'source <(skills completion bash)', 'source <(skills completion zsh)'],
  },
]
