import { TRUST_LEVEL } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'trust',
  group: 'Skills and registry',
  order: 9,
  summary: 'set the trust level of a skill',
  description: 'Set the trust level of a skill. A later sync keeps it.',
  arguments: [
    { name: '<id>', help: 'the skill' },
    { name: '<level>', what: 'trust level', type: TRUST_LEVEL, help: 'trust level' },
  ],
  database: true,
  examples: ['skills trust elemental-checkin 4'],
})
