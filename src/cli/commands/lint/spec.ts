import { count, FILE } from '../../../config/values.ts'
import { FORMAT_OPTIONS, REPORTER_OPTIONS } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'lint',
  group: 'Skills and registry',
  order: 3,
  summary: 'check skill files without a database',
  arguments: [{ name: '[path...]', type: FILE, help: 'folders of skills, or files in them (default: skills)' }],
  options: [
    { flags: '--fix', help: 'fix quotes, lists of tools and missing versions' },
    { flags: '--max-warnings <n>', type: count(0), help: 'exit 1 on more warnings than this' },
    { flags: '--notes', help: 'show notes too' },
    {
      flags: '--isolated',
      excludes: ['--config', '--env-file', '--fix'],
      help: 'for files of others: no configuration, no .env, writes nothing',
    },
    ...FORMAT_OPTIONS,
    ...REPORTER_OPTIONS,
  ],
  settings: true,
  examples: ['skills lint', 'skills lint --fix', 'skills lint skills/walk/SKILL.md', 'skills lint --reporter sarif --output lint.sarif'],
})
