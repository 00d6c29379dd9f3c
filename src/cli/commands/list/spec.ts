import { oneOf, TRUST_LEVEL } from '../../../config/values.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'list',
  group: 'Skills and registry',
  order: 5,
  summary: 'list the skills in the registry',
  options: [
    { flags: '--tier <tier>', type: oneOf('FAST', 'CORE', 'DEEP'), help: 'only this tier' },
    { flags: '--category <name>', type: oneOf('foundational', 'lineage', 'emergent'), help: 'only this category' },
    { flags: '--enabled', help: 'only enabled skills' },
    { flags: '--disabled', excludes: ['--enabled'], help: 'only disabled skills' },
    { flags: '--min-trust <level>', type: TRUST_LEVEL, help: 'this trust level and higher' },
  ],
  database: true,
  examples: ['skills list', 'skills list --tier FAST --enabled --min-trust 3'],
})
