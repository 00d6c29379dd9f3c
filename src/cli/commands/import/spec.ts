import { FOLDER } from '../../../config/values.ts'
import { SKILLS_OPTION } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'import',
  group: 'Skills and registry',
  order: 11,
  summary: 'convert older skills to SKILL.md folders',
  description: 'Convert skills with a meta.json to SKILL.md folders.',
  arguments: [{ name: '<dir>', type: FOLDER, help: 'folder with skills of the older layout' }],
  options: [SKILLS_OPTION, { flags: '--dry-run', help: 'show what would be created; write nothing' }],
  settings: true,
  examples: ['skills import old-skills --dry-run', 'skills import old-skills --skills skills'],
})
