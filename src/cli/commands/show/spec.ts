import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'show',
  group: 'Skills and registry',
  order: 6,
  summary: 'show everything about a skill',
  arguments: [{ name: '<id>', help: 'the skill' }],
  database: true,
  examples: ['skills show elemental-checkin'],
})
