import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'explain',
  group: 'Checks',
  order: 4,
  summary: 'explain a code and what to do about it',
  arguments: [{ name: '[code]', help: 'as printed in brackets (default: list all)' }],
  examples: ['skills explain DATABASE_UNREACHABLE', 'skills explain indexes.definitions', 'skills explain'],
})
