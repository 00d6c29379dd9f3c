import { SKILLS_ARGUMENT, SYNC_OPTIONS } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'sync',
  group: 'Skills and registry',
  order: 1,
  summary: 'write the skills of a folder to the registry',
  arguments: [SKILLS_ARGUMENT],
  options: [
    { flags: '--dry-run', help: 'show what would change; write nothing' },
    { flags: '--check', excludes: ['--dry-run'], help: 'write nothing; exit 1 when the registry is out of date' },
    ...SYNC_OPTIONS,
    { flags: '--watch', excludes: ['--check', '--dry-run', '--json'], help: 'sync again when a file changes, until Ctrl-C' },
  ],
  database: true,
  examples: ['skills sync', 'skills sync --watch', 'skills sync .claude/skills --dry-run', 'skills sync --check'],
})
