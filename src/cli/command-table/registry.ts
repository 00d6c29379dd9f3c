import type { CommandSpec } from '../command-spec.ts'
import { SKILLS_ARGUMENT } from '../command-spec.ts'

export const REGISTRY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'sync',
    summary: 'write the skills of a folder into the registry',
    arguments: [SKILLS_ARGUMENT],
    options: [
      { flags: '--dry-run', help: 'show what would change; write nothing' },
      { flags: '--check', help: 'write nothing; exit 1 when the registry is behind' },
      { flags: '--prune <how>', help: 'folder gone: disable (default), delete or keep' },
    ],
    database: true,
    examples: ['skills sync', 'skills sync .claude/skills --dry-run', 'skills sync --check'],
  },
]
