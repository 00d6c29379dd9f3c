import { SKILLS_ARGUMENT, SYNC_OPTIONS } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'diff',
  group: 'Skills and registry',
  order: 2,
  summary: 'show what a sync would change, file by file',
  arguments: [SKILLS_ARGUMENT],
  options: [{ flags: '--exit-code', help: 'exit 1 when there is a difference' }, ...SYNC_OPTIONS],
  database: true,
  examples: ['skills diff', 'skills diff --exit-code --json'],
})
