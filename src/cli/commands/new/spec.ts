import { TEXT } from '../../../config/values.ts'
import { SKILLS_OPTION } from '../../parse/common-options.ts'
import { defineCommand } from '../../parse/spec.ts'

export const spec = defineCommand({
  name: 'new',
  group: 'Skills and registry',
  order: 10,
  summary: 'create a folder for a new skill',
  arguments: [{ name: '<id>', help: 'name of the skill and of its folder' }],
  options: [SKILLS_OPTION, { flags: '--description <text>', type: TEXT, help: 'what it does and when to use it' }],
  settings: true,
  examples: ['skills new review-changes'],
})
