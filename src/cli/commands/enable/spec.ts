import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'enable',
  group: 'Skills and registry',
  order: 7,
  summary: 'allow agents to use skills',
  description: 'Allow agents to use skills. A later sync keeps this.',
  arguments: [{ name: '<id...>', help: 'the skills; when one is unknown, nothing changes' }],
  database: true,
  examples: ['skills enable elemental-checkin window-of-tolerance'],
})
