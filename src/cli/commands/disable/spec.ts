import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'disable',
  group: 'Skills and registry',
  order: 8,
  summary: 'stop agents from using skills',
  description: 'Stop agents from using skills. A later sync keeps this.',
  arguments: [{ name: '<id...>', help: 'the skills; when one is unknown, nothing changes' }],
  database: true,
  examples: ['skills disable elemental-checkin'],
})
