import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'rules',
  group: 'Skills and registry',
  order: 4,
  summary: 'list the rules of lint',
  settings: true,
  examples: ['skills rules', 'skills explain SKILL_NAME_INVALID'],
})
